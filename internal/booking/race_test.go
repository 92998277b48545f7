package booking_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// together runs n commands at once and counts their codes; "" is success.
func together(t *testing.T, n int, command func(i int) error) map[apperr.Code]int {
	t.Helper()
	var mu sync.Mutex
	var wait sync.WaitGroup
	codes, start := map[apperr.Code]int{}, make(chan struct{})
	for i := range n {
		wait.Go(func() {
			<-start
			err := command(i)
			mu.Lock()
			defer mu.Unlock()
			if codes[apperr.CodeOf(err)]++; apperr.CodeOf(err) == apperr.Internal {
				t.Error(err)
			}
		})
	}
	close(start)
	wait.Wait()
	return codes
}

func TestOneSlotIsBookedOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		codes := together(t, 200, func(int) error {
			_, err := f.service.Book(f.ctx, f.input(at(10, 0)))
			return err
		})
		if codes[""] != 1 || codes[apperr.SlotTaken] != 199 {
			t.Errorf("codes: %v", codes)
		}
		f.last(domain.MeetingBooked, f.whole(must(db.Client.Meeting.Query().OnlyID(f.ctx))(t)))
	})
}

// Event types with and without buffers share two agents; bookings overlap and
// touch. Whatever won, nobody is in two places.
func TestBookingsNeverOverlap(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		f.clock.step = 500 * time.Nanosecond // two looks at the clock may see the same microsecond
		padded := f.eventType(func(c *ent.EventTypeCreate) {
			c.SetDurationMinutes(15).SetBufferBeforeMinutes(15).SetBufferAfterMinutes(5)
		})
		ctx := viewer.System(t.Context())
		must(db.Client.Host.Create().SetAppID(f.app).SetEventTypeID(f.call.ID).SetAgentID(f.ben.ID).Save(ctx))(t)
		codes := together(t, 240, func(i int) error {
			in := f.input(at(9, i%40*5))
			switch i % 3 {
			case 0:
				in.EventTypeID = padded.ID
			case 1:
				in.AgentIDs = []string{f.ben.ID}
			}
			_, err := f.service.Book(f.ctx, in)
			return err
		})
		if codes[""]+codes[apperr.SlotTaken] != 240 || codes[""] < 6 {
			t.Errorf("codes: %v", codes)
		}
		f.audit(codes[""])
	})
}

// audit compares all live slots with each other, and the attendees' times.
func (f *fixture) audit(live int) {
	f.t.Helper()
	slots := must(f.db.Client.AgentSlot.Query().Where(agentslot.Live(true)).WithMeeting().All(f.ctx))(f.t)
	if len(slots) != live {
		f.t.Errorf("%d live slots for %d meetings", len(slots), live)
	}
	for i, a := range slots {
		m := a.Edges.Meeting
		if m.Status != domain.Active || a.BusyFrom.After(m.Start) || a.BusyUntil.Before(m.End) {
			f.t.Errorf("slot %v of meeting %v", a, m)
		}
		for _, b := range slots[:i] {
			if a.AgentID == b.AgentID && a.BusyFrom.Before(b.BusyUntil) && b.BusyFrom.Before(a.BusyUntil) {
				f.t.Errorf("agent %s is in two places:\n%v\n%v", a.AgentID, a, b)
			}
		}
	}
	if n := must(f.db.Client.Meeting.Query().Where(meeting.StatusEQ(domain.Active)).Count(f.ctx))(f.t); n != live {
		f.t.Errorf("%d active meetings, want %d", n, live)
	}
	seen := map[int64]bool{}
	for _, a := range must(f.db.Client.Attendee.Query().Order(attendee.ByID()).All(f.ctx))(f.t) {
		if seen[a.CreatedAt.UnixMicro()] {
			f.t.Errorf("two attendees were made at %v", a.CreatedAt)
		}
		seen[a.CreatedAt.UnixMicro()] = true
	}
}

// Of all commands on one meeting at once one wins.
func TestOneMeetingMovesOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		for round := range 4 {
			m := f.book(at(6, 0).AddDate(0, 0, round))
			codes := together(t, 40, func(i int) error {
				if i%4 == round {
					_, err := f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: m.ID})
					return err
				}
				_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{
					MeetingID: m.ID, Start: m.Start.Add(time.Duration(i) * time.Minute),
				})
				return err
			})
			if codes[""] != 1 || codes[apperr.Conflict] != 39 {
				t.Errorf("codes: %v", codes)
			}
			events := f.events()
			if last := events[len(events)-1]; len(events) != 2*(round+1) || last.SeriesID != m.ID {
				t.Errorf("%d events in round %d, the last one %v", len(events), round, last)
			}
		}
	})
}

// Meetings of one agent swap places while others book and cancel: no command
// waits for another in a circle.
func TestMixedCommandsDoNotDeadlock(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		meetings := make([]*ent.Meeting, 12)
		for i := range meetings {
			meetings[i] = f.book(at(6+i, 0))
		}
		codes := together(t, 120, func(i int) error {
			m, key := meetings[i%12], fmt.Sprint(i%7)
			switch i % 5 {
			case 0:
				_, err := f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: m.ID})
				return err
			case 1:
				in := f.input(m.Start.Add(15 * time.Minute))
				in.IdempotencyKey = &key
				_, err := f.service.Book(f.ctx, in)
				return err
			}
			_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: m.ID, Start: meetings[(i+5)%12].Start})
			return err
		})
		if codes[""] == 0 {
			t.Errorf("codes: %v", codes)
		}
		f.audit(must(db.Client.Meeting.Query().Where(meeting.StatusEQ(domain.Active)).Count(f.ctx))(t))
		for i, e := range f.events() {
			if e.Number != int64(i+1) {
				t.Errorf("event %d has the number %d", i+1, e.Number)
			}
		}
	})
}

// A clock that was set back shows the same microseconds again: what was booked
// in them stays, and the command runs once more.
func TestAttendeesAreMadeApart(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		first := f.book(at(10, 0))
		f.clock.looks.Store(0)
		second := f.book(at(11, 0))
		f.clock.looks.Store(0)
		third, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: first.ID, Start: at(12, 0)})
		if err != nil {
			t.Fatal(err)
		}
		f.audit(2)
		f.last(domain.MeetingRescheduled, third)
		if n := len(f.events()); n != 3 || second.Edges.Attendees[0].CreatedAt.Equal(first.Edges.Attendees[0].CreatedAt) {
			t.Errorf("%d events, attendees %v, %v", n, first.Edges.Attendees, second.Edges.Attendees)
		}
	})
}
