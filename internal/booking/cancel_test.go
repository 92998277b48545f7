package booking_test

import (
	"testing"

	"slotcast/ent/agentslot"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func TestCancel(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		hook := f.hook(domain.MeetingCanceled, domain.MeetingBooked)
		want := f.full()
		got := must(f.service.Cancel(f.ctx, booking.CancelInput{
			MeetingID: want.ID, Reason: "späť", By: booking.ActorInput{Type: domain.ActorAPI, ID: pointer("bot"), Name: pointer("Bot")},
		}))(t)
		change := got.Cancellation
		if change == nil || change.Reason != "späť" || change.Time.Before(epoch()) ||
			change.By != (domain.Actor{Type: domain.ActorAPI, ID: "bot", Name: "Bot"}) {
			t.Errorf("cancellation: %+v", change)
		}
		want.Status, want.Cancellation, want.Sequence, want.ActiveAttendees = domain.Cancelled, change, 2, 0
		want.UpdatedAt = got.UpdatedAt
		seat := want.Edges.Attendees[0]
		seat.Status, seat.Cancellation, seat.UpdatedAt = domain.AttendeeCancelled, change, got.Edges.Attendees[0].UpdatedAt
		same(t, "the answer", got, want)
		same(t, "the answer against the database", got, f.whole(got.ID))
		f.last(domain.MeetingCanceled, got, hook)
		if n := must(db.Client.AgentSlot.Query().Where(agentslot.Live(true)).Count(f.ctx))(t); n != 0 {
			t.Errorf("%d slots are still taken", n)
		}
		f.book(want.Start)
	})
}

func TestActors(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		other := newTenant(t, db.Client)
		m, elsewhere := f.book(at(10, 0)), f.book(at(11, 0))
		eva, stranger := m.Edges.Attendees[0], elsewhere.Edges.Attendees[0]
		before := dump(t, db)
		for _, tt := range []struct {
			by   booking.ActorInput
			want string
		}{
			{booking.ActorInput{Type: domain.ActorAttendee, ID: &stranger.ID}, "BAD_USER_INPUT cancelledBy.id"},
			{booking.ActorInput{Type: domain.ActorAttendee, ID: pointer("")}, "BAD_USER_INPUT cancelledBy.id"},
			{booking.ActorInput{Type: domain.ActorAgent, ID: &other.ada.ID}, "NOT_FOUND cancelledBy.id"},
			{booking.ActorInput{Type: domain.ActorAgent, ID: &eva.ID}, "NOT_FOUND cancelledBy.id"},
			{booking.ActorInput{Type: "ROBOT"}, "BAD_USER_INPUT cancelledBy.type"},
		} {
			_, err := f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: m.ID, By: tt.by})
			refused(t, err, tt.want)
		}
		unchanged(t, db, before)
		for i, tt := range []struct {
			by   booking.ActorInput
			want domain.Actor
		}{
			{booking.ActorInput{}, domain.Actor{Type: domain.ActorAgent, ID: f.ada.ID, Name: "Ada"}},
			{booking.ActorInput{Type: domain.ActorAgent}, domain.Actor{Type: domain.ActorAgent, ID: f.ada.ID, Name: "Ada"}},
			{booking.ActorInput{Type: domain.ActorAgent, ID: &f.ben.ID}, domain.Actor{Type: domain.ActorAgent, ID: f.ben.ID, Name: "Ben"}},
			{booking.ActorInput{Type: domain.ActorSystem}, domain.Actor{Type: domain.ActorSystem}},
		} {
			next := f.book(at(12+i, 0))
			got := must(f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: next.ID, By: tt.by}))(t)
			if got.Cancellation.By != tt.want {
				t.Errorf("%+v was taken down as %+v", tt.by, got.Cancellation.By)
			}
		}
	})
}

// From every state but ACTIVE both commands are refused; a hold can be cancelled.
func TestStates(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		for i, state := range domain.Held.Values() {
			m := f.book(at(8+i, 0))
			update := db.Client.Meeting.UpdateOneID(m.ID).SetStatus(domain.MeetingStatus(state))
			must(update.Save(f.ctx))(t)
			commands := map[string]func() error{
				"reschedule": func() error {
					_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{
						MeetingID: m.ID, Start: at(20, 0), IdempotencyKey: pointer("key " + m.ID),
					})
					return err
				},
				"cancel": func() error {
					_, err := f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: m.ID})
					return err
				},
			}
			for name, command := range commands {
				if state == string(domain.Active) || state == string(domain.Held) && name == "cancel" {
					continue // the other tests'
				}
				before := dump(t, db)
				t.Log(name, state)
				refused(t, command(), "CONFLICT")
				unchanged(t, db, before)
			}
		}
	})
}

// Another app's meetings are not there.
func TestOtherAppsMeetings(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		other := newTenant(t, db.Client)
		m := f.book(at(10, 0))
		before := dump(t, db)
		for _, id := range []string{m.ID, "mtg_none", ""} {
			_, err := f.service.Cancel(other.ctx, booking.CancelInput{MeetingID: id})
			refused(t, err, "NOT_FOUND meetingId")
			_, _, err = f.service.Reschedule(other.ctx, booking.RescheduleInput{MeetingID: id, Start: at(20, 0)})
			refused(t, err, "NOT_FOUND meetingId")
		}
		if _, err := f.service.Cancel(t.Context(), booking.CancelInput{MeetingID: m.ID}); err == nil {
			t.Error("nobody may cancel")
		}
		if _, err := f.service.Book(t.Context(), f.input(at(12, 0))); err == nil {
			t.Error("nobody may book")
		}
		unchanged(t, db, before)
	})
}
