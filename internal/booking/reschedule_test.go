package booking_test

import (
	"testing"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// full books a call with everything on it, and a payment.
func (f *fixture) full() *ent.Meeting {
	f.t.Helper()
	in := f.input(at(10, 0))
	in.Attendees[0].Phone, in.Attendees[0].TimeZone = pointer("+34 1"), pointer("Asia/Tokyo")
	in.Attendees[0].Answers = []domain.Answer{{Question: "Why?", Answer: "So."}}
	in.ExternalIDs, in.Notes, in.ModeNote = []string{"crm"}, []string{"cake"}, pointer("room 7")
	in.ModifiedEventName, in.MultipleBookingIdentifier = pointer("Cake"), pointer("m-1")
	in.Tracking = map[string]any{"utm": "spring"}
	m := must(f.service.Book(f.ctx, in))(f.t).Meeting
	must(f.db.Client.Payment.Create().SetMeetingID(m.ID).SetAmountMinor(4200).SetCurrencyCode("EUR").
		SetStatus(domain.PaymentDone).SetMethod("STRIPE").SetExternalPaymentID("pi_1").SetPaymentTime(epoch()).
		SetAmountOnDuration(map[string]int64{"30": 4200}).Save(f.ctx))(f.t)
	return f.whole(m.ID)
}

func TestReschedule(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		hook := f.hook(domain.MeetingRescheduled)
		old := f.full()
		made, previous, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{
			MeetingID: old.ID, Start: at(15, 0), DurationMinutes: pointer(30), Reason: "ill", IdempotencyKey: pointer("key"),
			By: booking.ActorInput{Type: domain.ActorAttendee},
		})
		if err != nil {
			t.Fatal(err)
		}
		change := made.Reschedule
		if change == nil || change.NewMeetingID != made.ID || change.Reason != "ill" || change.Time.Before(epoch()) ||
			change.By != (domain.Actor{Type: domain.ActorAttendee, ID: old.Edges.Attendees[0].ID, Name: "Eva"}) {
			t.Errorf("reschedule: %+v", change)
		}
		f.last(domain.MeetingRescheduled, made, hook)
		same(t, "the new one against the database", made, f.whole(made.ID))
		same(t, "the old one against the database", previous, f.whole(old.ID))

		want := f.whole(old.ID) // carried over, but for:
		want.ID, want.PreviousID, want.Status = made.ID, &old.ID, domain.Active
		want.Start, want.End = at(15, 0), at(15, 30)
		want.CreatedAt, want.UpdatedAt = made.CreatedAt, made.UpdatedAt
		seat, before := made.Edges.Attendees[0], want.Edges.Attendees[0]
		before.PreviousID, before.ID, before.MeetingID = pointer(before.ID), seat.ID, made.ID
		before.CreatedAt, before.UpdatedAt = seat.CreatedAt, seat.UpdatedAt
		want.Edges.Payment = old.Edges.Payment
		want.Edges.Payment.MeetingID, want.Edges.Payment.UpdatedAt = &made.ID, made.Edges.Payment.UpdatedAt
		same(t, "what was carried over", made, want)
		if !seat.CreatedAt.After(old.Edges.Attendees[0].CreatedAt) || seat.ID == old.Edges.Attendees[0].ID {
			t.Errorf("seat: %v", seat)
		}

		want = old
		want.Status, want.Reschedule, want.UpdatedAt, want.Edges.Payment = domain.Rescheduled, change, previous.UpdatedAt, nil
		same(t, "the old one", previous, want)
		f.free(old, made)
	})
}

// free checks that only the second meeting still takes the agent's time.
func (f *fixture) free(old, made *ent.Meeting) {
	f.t.Helper()
	live := must(f.db.Client.AgentSlot.Query().Where(agentslot.Live(true)).All(f.ctx))(f.t)
	if len(live) != 1 || live[0].MeetingID != made.ID || !live[0].BusyFrom.Equal(made.Start) {
		f.t.Errorf("live slots: %v", live)
	}
	if again := f.book(old.Start); again.Status != domain.Active {
		f.t.Errorf("the old time again: %v", again)
	}
}

// The series goes on through a second reschedule, made by the viewer.
func TestRescheduleTwice(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		first := f.book(at(10, 0))
		second, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: first.ID, Start: at(11, 0)})
		if err != nil {
			t.Fatal(err)
		}
		third, previous, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: second.ID, Start: at(10, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if third.SeriesID != first.ID || *third.PreviousID != second.ID || previous.ID != second.ID || third.CreateByContact ||
			third.Reschedule.By != (domain.Actor{Type: domain.ActorAgent, ID: f.ada.ID, Name: "Ada"}) {
			t.Errorf("third: %v", third)
		}
		f.last(domain.MeetingRescheduled, third)
	})
}

func TestRescheduleIntoOwnSlot(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		m := f.book(at(10, 0))
		taken := f.book(at(11, 0))
		for _, minute := range []int{15, 0, 0} { // overlapping, back, and where it is
			made, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: m.ID, Start: at(10, minute)})
			if err != nil {
				t.Fatal(err)
			}
			m = made
		}
		before := dump(t, db)
		_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: m.ID, Start: at(10, 45)})
		refused(t, err, "SLOT_TAKEN start")
		unchanged(t, db, before)
		if got := f.read(taken.ID); got.Status != domain.Active {
			t.Errorf("the other one: %v", got)
		}
	})
}

// Everybody who has not cancelled comes along, in the old order.
func TestRescheduleTakesAttendeesAlong(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		ctx := viewer.System(t.Context())
		group := f.eventType(func(c *ent.EventTypeCreate) { c.SetType(domain.Group).SetMaxAttendees(5) })
		old := must(db.Client.Meeting.Create().SetID("mtg_old").SetSeriesID("mtg_old").SetAppID(f.app).SetEventTypeID(group.ID).
			SetEventName("x").SetEventSlug("x").SetType(domain.Group).SetStatus(domain.Active).SetMaxAttendees(5).
			SetActiveAttendees(3).SetStart(at(9, 0)).SetEnd(at(9, 30)).SetDurationMinutes(30).SetTimeZone("UTC").Save(ctx))(t)
		must(db.Client.AgentSlot.Create().SetAppID(f.app).SetMeetingID(old.ID).SetAgentID(f.ada.ID).
			SetBusyFrom(old.Start).SetBusyUntil(old.End).Save(ctx))(t)
		states := []domain.AttendeeStatus{domain.AttendeeActive, domain.AttendeeCancelled, domain.AttendeeNoShow, domain.AttendeeActive}
		ids := make([]string, len(states))
		for i, status := range states {
			ids[i] = must(db.Client.Attendee.Create().SetAppID(f.app).SetMeetingID(old.ID).SetPosition(i).SetName("x").
				SetEmail("x").SetTimeZone("UTC").SetStatus(status).Save(ctx))(t).ID
		}
		made, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: old.ID, Start: at(10, 0)})
		if err != nil {
			t.Fatal(err)
		}
		seats := made.Edges.Attendees
		if len(seats) != 3 || made.ActiveAttendees != 3 {
			t.Fatalf("seats: %v", seats)
		}
		for i, from := range []string{ids[0], ids[2], ids[3]} {
			if s := seats[i]; *s.PreviousID != from || s.Position != i || s.Status != domain.AttendeeActive {
				t.Errorf("seat %d: %v", i, s)
			}
		}
		same(t, "the answer against the database", made, f.whole(made.ID))
	})
}
