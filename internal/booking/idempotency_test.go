package booking_test

import (
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func TestBookOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		in := f.input(at(10, 0))
		in.IdempotencyKey = pointer("kľúč")
		in.Tracking = map[string]any{"a": 1, "b": []string{"x"}}
		first := must(f.service.Book(f.ctx, in))(t).Meeting
		before := dump(t, db)
		in.Start = in.Start.In(time.FixedZone("", 3600)).Add(time.Microsecond) // the same instant, as it is kept
		in.Tracking = map[string]any{"b": []any{"x"}, "a": 1.0}
		again := must(f.service.Book(f.ctx, in))(t).Meeting
		same(t, "the answer to the repetition", again, first)
		unchanged(t, db, before)

		// what has happened since shows, and the key stays taken
		must(f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: first.ID}))(t)
		if again := must(f.service.Book(f.ctx, in))(t).Meeting; again.ID != first.ID || again.Status != domain.Active {
			t.Errorf("after its cancellation: %v", again)
		}
		before = dump(t, db)
		for _, change := range []func(in *booking.BookInput){
			func(in *booking.BookInput) { in.Start = at(12, 0) },
			func(in *booking.BookInput) {
				in.Attendees = []booking.AttendeeInput{{Name: "Eve", Email: "eva@example.org"}}
			},
			func(in *booking.BookInput) { in.Notes = []string{""} },
			func(in *booking.BookInput) { in.EventTypeID = f.review.ID },
			func(in *booking.BookInput) { in.CreateByContact = false },
		} {
			other := in
			change(&other)
			_, err := f.service.Book(f.ctx, other)
			refused(t, err, "IDEMPOTENCY_CONFLICT idempotencyKey")
		}
		_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{
			MeetingID: first.ID, Start: in.Start, IdempotencyKey: in.IdempotencyKey,
		})
		refused(t, err, "IDEMPOTENCY_CONFLICT idempotencyKey")
		unchanged(t, db, before)
	})
}

func TestRescheduleOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		m := f.full()
		in := booking.RescheduleInput{MeetingID: m.ID, Start: at(15, 0), Reason: "ill", IdempotencyKey: pointer("key")}
		made, previous, err := f.service.Reschedule(f.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		before := dump(t, db)
		again, previousAgain, err := f.service.Reschedule(f.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the new one", again, made)
		same(t, "the old one", previousAgain, previous)
		in.Reason = "well"
		_, _, err = f.service.Reschedule(f.ctx, in)
		refused(t, err, "IDEMPOTENCY_CONFLICT idempotencyKey")
		unchanged(t, db, before)
	})
}

func TestKeysOfAppsAreApart(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		other := newTenant(t, db.Client)
		ids := map[string]bool{}
		for _, n := range []*tenant{f.tenant, other} {
			in := n.input(at(10, 0))
			in.IdempotencyKey = pointer("key")
			m := must(f.service.Book(n.ctx, in))(t).Meeting
			if ids[m.ID] = true; m.AppID != n.app {
				t.Errorf("meeting of %s for %s", m.AppID, n.app)
			}
		}
		if len(ids) != 2 {
			t.Errorf("meetings: %v", ids)
		}
	})
}

func TestFailureLeavesKeyFree(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		taken := f.book(at(10, 0))
		in := f.input(at(10, 0))
		in.IdempotencyKey = pointer("key")
		_, err := f.service.Book(f.ctx, in)
		refused(t, err, "SLOT_TAKEN start")
		must(f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: taken.ID}))(t)
		if b, err := f.service.Book(f.ctx, in); err != nil || b.Meeting.ID == taken.ID {
			t.Errorf("the same key after a failure: %v, %v", b, err)
		}
		empty := pointer("") // an empty key is none
		for hour := range 2 {
			in := f.input(at(12+hour, 0))
			in.IdempotencyKey = empty
			must(f.service.Book(f.ctx, in))(t)
		}
	})
}

// Fifty at once with one key: one books, the others are told of it.
func TestBookOnceConcurrently(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		in := f.input(at(10, 0))
		in.IdempotencyKey = pointer("key")
		in.Attendees[0].Answers = []domain.Answer{{Question: "?"}, {Question: "!"}}
		ids := make([]string, 50)
		var group errgroup.Group
		for i := range ids {
			group.Go(func() error {
				b, err := f.service.Book(f.ctx, in)
				if err == nil {
					ids[i] = b.Meeting.ID
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("meetings %s and %s", ids[0], id)
			}
		}
		f.last(domain.MeetingBooked, f.whole(ids[0]))
		if n := must(db.Client.Meeting.Query().Count(f.ctx))(t); n != 1 || len(f.events()) != 1 {
			t.Errorf("%d meetings, %d events", n, len(f.events()))
		}
	})
}
