package booking_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// submission makes one to a form of an app.
func (f *fixture) submission(of *tenant) *string {
	f.t.Helper()
	ctx, to := viewer.System(f.t.Context()), &domain.FormDestination{Type: domain.ToEventType, Value: of.call.ID}
	form := must(f.db.Client.RoutingForm.Create().SetAppID(of.app).SetName("Form").SetQuestions([]domain.FormQuestion{}).SetFallback(to).Save(ctx))(f.t)
	made := must(f.db.Client.RoutingFormSubmission.Create().SetAppID(of.app).SetRoutingFormID(form.ID).
		SetAnswers([]domain.FormAnswer{}).SetResult(to).Save(ctx))(f.t)
	return &made.ID
}

// led makes sure that of a meeting's attendees the first is led by a submission,
// and of its last event, too; the others by none.
func (f *fixture) led(what string, m *ent.Meeting, by *string) {
	f.t.Helper()
	told, err := (&eventlog.Event{Snapshot: f.events()[len(f.events())-1].Snapshot}).Meeting()
	if err != nil || told.ID != m.ID {
		f.t.Fatalf("%s: the last event is of %v, %v", what, told, err)
	}
	for which, of := range map[string]*ent.Meeting{"the answer": m, "its rows": f.whole(m.ID), "the event": told} {
		for i, a := range of.Edges.Attendees {
			got := a.RoutingFormSubmissionID
			if i == 0 && (got == nil || *got != *by) || i > 0 && got != nil {
				f.t.Errorf("%s, %s: attendee %d was led by %v", what, which, i, got)
			}
		}
	}
}

// A submission belongs to the first of those who are booked on its account, and
// goes on with him. Whoever knows its id may book on its account.
func TestSubmissionThatLedToABooking(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		by := f.submission(f.tenant)
		hour := 8
		book := func(ctx context.Context, et *ent.EventType, names ...string) *ent.Meeting {
			hour++
			in := ask(et, at(hour, 0), names...)
			in.RoutingFormSubmissionID = by
			return must(f.service.Book(ctx, in))(f.t).Meeting
		}
		several := f.hosted(domain.Collective, nil, f.ada, f.ben)
		group := f.hosted(domain.Group, nil, f.ada)
		solo := book(f.ctx, f.call, "Eva")
		f.led("solo", solo, by)
		f.led("by a page", book(f.page(), f.call, "Eva"), by)
		f.led("by a member", book(f.member(f.ben), f.call, "Eva"), by)
		f.led("of several", book(f.ctx, several, "Eva", "Bob"), by)
		seats := book(f.ctx, group, "Eva", "Bob")
		f.led("of a group", seats, by)

		in := ask(group, seats.Start, "Joe")
		in.RoutingFormSubmissionID = f.submission(f.tenant)
		joined := must(f.service.Book(f.ctx, in))(f.t).Meeting
		if got := joined.Edges.Attendees[2].RoutingFormSubmissionID; got == nil || *got != *in.RoutingFormSubmissionID {
			f.t.Errorf("who joined was led by %v", got)
		}

		moved := must(f.reschedule(solo, at(18, 0)))(f.t)
		f.led("moved", moved, by)
		f.led("moved again", must(f.reschedule(moved, at(19, 0)))(f.t), by)
		if old := f.whole(solo.ID).Edges.Attendees[0].RoutingFormSubmissionID; old == nil || *old != *by {
			f.t.Errorf("the old seat was led by %v", old)
		}
	})
}

func TestSubmissionOfABookingHasToBeThere(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		theirs := *f.submission(newTenant(f.t, f.db.Client))
		for id, want := range map[string]string{
			"": "NOT_FOUND", "rfs_x": "NOT_FOUND", theirs: "NOT_FOUND", "\x00": "BAD_USER_INPUT", strings.Repeat("a", 201): "BAD_USER_INPUT",
		} {
			for name, ctx := range map[string]context.Context{"owner": f.ctx, "page": f.page()} {
				f.keeps(want+" routingFormSubmissionId", func() error {
					in := f.input(at(10, 0))
					in.RoutingFormSubmissionID = &id
					_, err := f.service.Book(ctx, in)
					if err == nil {
						f.t.Errorf("%s books on account of %q", name, id)
					}
					return err
				})
			}
		}
	})
}

// A booking without a submission has the hash that it had when there were none,
// so that a key which was used then is known again. One with a submission is
// another request.
func TestSubmissionAndIdempotency(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in := f.input(at(10, 0))
		in.IdempotencyKey = pointer("key")
		must(f.service.Book(f.ctx, in))(f.t)
		before := fmt.Sprintf("book\n"+`{"EventTypeID":%q,"Start":%q,"DurationMinutes":null,"Attendees":[`+
			`{"Name":"Eva","Email":"eva@example.org","Phone":null,"TimeZone":null,"Answers":null}],"AgentIDs":null,"CreateByContact":true,`+
			`"ExternalIDs":null,"Notes":null,"ModeNote":null,"ModifiedEventName":null,"MultipleBookingIdentifier":null,"Tracking":null,`+
			`"IdempotencyKey":"key"}`, in.EventTypeID, in.Start.Format(time.RFC3339))
		want := sha256.Sum256([]byte(before))
		if got := must(f.db.Client.Command.Query().Only(viewer.System(f.t.Context())))(f.t).RequestHash; string(got) != string(want[:]) {
			f.t.Errorf("the hash is not that of %s", before)
		}
		in.RoutingFormSubmissionID = f.submission(f.tenant)
		f.keeps("IDEMPOTENCY_CONFLICT idempotencyKey", func() error {
			_, err := f.service.Book(f.ctx, in)
			return err
		})

		in = booking.BookInput{
			EventTypeID: f.call.ID, Start: at(12, 0), CreateByContact: true, RoutingFormSubmissionID: in.RoutingFormSubmissionID,
			Attendees: in.Attendees, IdempotencyKey: pointer("other"),
		}
		first := must(f.service.Book(f.ctx, in))(f.t).Meeting
		if again := must(f.service.Book(f.ctx, in))(f.t).Meeting; again.ID != first.ID {
			f.t.Errorf("sent again it booked %s besides %s", again.ID, first.ID)
		}
	})
}
