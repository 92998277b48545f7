package booking_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
)

func (s *stage) available(in booking.AvailabilityInput) []*booking.Slot {
	s.t.Helper()
	return must(s.service.Availability(s.ctx, in))(s.t)
}

// offers compares what is offered on the day behind epoch: "start seats agents".
func (s *stage) offers(what string, et *ent.EventType, pool []*ent.Agent, want ...string) {
	s.t.Helper()
	got := []string{}
	for _, slot := range s.available(booking.AvailabilityInput{EventTypeID: et.ID, From: at(0, 0), To: at(24, 0)}) {
		line := fmt.Sprintf("%s %d ", slot.Start.Format("15:04"), slot.Seats)
		for _, id := range slot.AgentIds {
			line += string(rune('A' + slices.IndexFunc(pool, func(a *ent.Agent) bool { return a.ID == id })))
		}
		got = append(got, line)
		if slot.DurationMinutes != et.DurationMinutes || slot.End.Sub(slot.Start) != time.Hour {
			s.t.Errorf("%s: %+v", what, slot)
		}
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		s.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAvailabilityRefuses(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		other := newStage(t, s.db)
		theirs := other.kind(domain.Solo, 1, nil, other.ada)
		et := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) { c.SetDurations([]int{15, 90}) }, s.ada)
		asleep := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) { c.SetActive(false) }, s.ada)
		gone := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) { c.SetArchivedAt(epoch()) }, s.ada)
		for _, tt := range []struct {
			name, want string
			change     func(*booking.AvailabilityInput)
		}{
			{"nothing wrong", "", func(*booking.AvailabilityInput) {}},
			{"to is from", "BAD_USER_INPUT to", func(in *booking.AvailabilityInput) { in.To = in.From }},
			{"to before from", "BAD_USER_INPUT to", func(in *booking.AvailabilityInput) { in.To = in.From.Add(-1) }},
			{"400 days", "", func(in *booking.AvailabilityInput) { in.To = in.From.Add(400 * 24 * time.Hour) }},
			{"more than 400 days", "BAD_USER_INPUT to", func(in *booking.AvailabilityInput) { in.To = in.From.Add(400*24*time.Hour + 1) }},
			{"all years", "BAD_USER_INPUT to", func(in *booking.AvailabilityInput) {
				in.From, in.To = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
			}},
			{"from before all years", "BAD_USER_INPUT from", func(in *booking.AvailabilityInput) { in.From = in.From.AddDate(-3000, 0, 0) }},
			{"to behind all years", "BAD_USER_INPUT to", func(in *booking.AvailabilityInput) { in.To = in.To.AddDate(9000, 0, 0) }},
			{"no zone of that name", "BAD_USER_INPUT timeZone", func(in *booking.AvailabilityInput) { in.TimeZone = "Mars/Olympus" }},
			{"the server's zone", "BAD_USER_INPUT timeZone", func(in *booking.AvailabilityInput) { in.TimeZone = "Local" }},
			{"one of the durations", "", func(in *booking.AvailabilityInput) { in.DurationMinutes = pointer(90) }},
			{"the duration", "", func(in *booking.AvailabilityInput) { in.DurationMinutes = pointer(60) }},
			{"another duration", "BAD_USER_INPUT durationMinutes", func(in *booking.AvailabilityInput) { in.DurationMinutes = pointer(30) }},
			{"no event type", "NOT_FOUND eventTypeId", func(in *booking.AvailabilityInput) { in.EventTypeID = "" }},
			{"unknown event type", "NOT_FOUND eventTypeId", func(in *booking.AvailabilityInput) { in.EventTypeID = "ety_none" }},
			{"another app's event type", "NOT_FOUND eventTypeId", func(in *booking.AvailabilityInput) { in.EventTypeID = theirs.ID }},
			{"not text", "BAD_USER_INPUT eventTypeId", func(in *booking.AvailabilityInput) { in.EventTypeID = "\x00" }},
		} {
			in := booking.AvailabilityInput{EventTypeID: et.ID, From: at(0, 0), To: at(24, 0)}
			tt.change(&in)
			slots, err := s.service.Availability(s.ctx, in)
			t.Log(tt.name)
			refused(t, err, tt.want)
			if (len(slots) > 0) != (err == nil) {
				t.Errorf("%s: %d slots", tt.name, len(slots))
			}
		}
		s.offers("not active", asleep, nil)
		s.offers("archived", gone, nil)
		lonely := s.kind(domain.Collective, 1, nil)
		s.offers("without hosts", lonely, nil)
		late := s.available(booking.AvailabilityInput{EventTypeID: et.ID, From: epoch().AddDate(-1, 0, 0), To: epoch()})
		if late == nil || len(late) != 0 {
			t.Errorf("in the past: %v", late)
		}
	})
}

// The answer is in the zone that was asked for, and the first of the pool is the
// one whom Book takes.
func TestAvailabilitySolo(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("Asia/Kolkata", "14:30-17:00"), s.agent("UTC", "00:00-24:00")}
		et := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) {
			c.SetDurations([]int{60, 45}).SetSlotIntervalMinutes(20)
		}, pool[1], pool[0])
		s.offers("every 20 minutes", et, pool, "09:00 1 A", "09:20 1 A", "09:40 1 A", "10:00 1 A", "10:20 1 A")
		got := s.available(booking.AvailabilityInput{
			EventTypeID: et.ID, From: at(10, 20), To: at(10, 40), TimeZone: "America/New_York", DurationMinutes: pointer(45),
		})
		if len(got) != 1 || got[0].Start.String() != "2031-03-05 05:20:00 -0500 EST" ||
			got[0].End.String() != "2031-03-05 06:05:00 -0500 EST" || got[0].DurationMinutes != 45 || got[0].Seats != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestAvailabilityWithoutSchedule(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		et := s.kind(domain.Solo, 1, nil, s.ada)
		got := s.available(booking.AvailabilityInput{EventTypeID: et.ID, From: at(0, 0), To: at(48, 0)})
		if len(got) != 48 || !got[0].Start.Equal(at(0, 0)) || !got[47].Start.Equal(at(47, 0)) {
			t.Errorf("%d slots", len(got))
		}
	})
}

func TestAvailabilityRoundRobin(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("UTC"), s.agent("UTC", "10:30-13:00"), s.agent("UTC", "11:00-12:00")}
		et := s.kind(domain.RoundRobin, 3, nil, pool...)
		s.meeting(et, pool[0], at(11, 0), domain.Active, 1)
		s.meeting(et, pool[2], at(11, 0), domain.Cancelled, 1)
		s.offers("any of them", et, pool, "09:00 3 A", "10:00 3 A", "10:30 3 B", "11:00 3 C", "11:30 3 B")
		s.meeting(et, pool[2], at(11, 0), domain.Active, 1)
		s.offers("none at 11", et, pool, "09:00 3 A", "10:00 3 A", "10:30 3 B", "11:30 3 B")
	})
}

func TestAvailabilityCollective(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("UTC", "09:00-15:00"), s.agent("Europe/Berlin", "10:30-15:00"), s.ada}
		slices.SortFunc(pool, func(a, b *ent.Agent) int { return strings.Compare(a.ID, b.ID) })
		s.works(s.ada, nil, "08:00-12:30", "12:30-18:00") // she is the oldest, and an hour ahead of UTC
		et := s.kind(domain.Collective, 2, nil, pool...)
		s.offers("all of them", et, pool, "10:00 2 ABC", "11:00 2 ABC", "11:30 2 ABC", "12:30 2 ABC")
		s.meeting(et, pool[2], at(11, 59), domain.Active, 1)
		s.offers("one is busy", et, pool, "10:00 2 ABC")
	})
}

// Buffers are kept on both sides, to the minute.
func TestAvailabilityBuffers(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("UTC", "06:00-16:00")}
		et := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) {
			c.SetBufferBeforeMinutes(30).SetBufferAfterMinutes(15).SetSlotIntervalMinutes(15)
		}, pool...)
		busy := s.kind(domain.Solo, 1, nil, pool...)
		s.meeting(busy, pool[0], at(10, 0), domain.Active, 1)
		got := s.available(booking.AvailabilityInput{EventTypeID: et.ID, From: at(8, 30), To: at(12, 0)})
		var starts []string
		for _, slot := range got {
			starts = append(starts, slot.Start.Format("15:04"))
		}
		if diff := cmp.Diff([]string{"08:30", "08:45", "11:30", "11:45"}, starts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		// a day's meeting with two buffers of a day reaches far
		long := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) {
			c.SetDurationMinutes(1440).SetBufferBeforeMinutes(1440).SetBufferAfterMinutes(1440)
		}, s.ben)
		next := s.kind(domain.Solo, 1, nil, s.ben)
		s.meeting(long, s.ben, at(0, 0).AddDate(0, 0, 10), domain.Active, 1)
		for ask, want := range map[[2]time.Time]int{
			{at(-2, 0), at(2, 0)}:                    4,
			{at(9*24-1, 0), at(9*24+1, 0)}:           1,
			{at(9*24, 0), at(12*24, 0)}:              0,
			{at(12*24-1, 0), at(12*24, 0)}:           0,
			{at(12*24-1, 0), at(12*24, 0).Add(1)}:    1,
			{at(12*24, 0), at(12*24+1, 0).Add(-1)}:   1,
			{at(10*24+11, 0), at(12*24, 0).Add(120)}: 1,
		} {
			got := s.available(booking.AvailabilityInput{EventTypeID: next.ID, From: ask[0], To: ask[1]})
			if len(got) != want {
				t.Errorf("%v: %d slots, want %d", ask, len(got), want)
			}
		}
	})
}

// The ends are those of span: the notice is enough, the horizon is still open.
func TestAvailabilityNoticeAndHorizon(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		until := s.available(booking.AvailabilityInput{
			EventTypeID: s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) { c.SetHorizonDays(1) }, s.ada).ID,
			From:        epoch(), To: epoch().AddDate(0, 0, 1),
		})
		if len(until) != 23 {
			t.Errorf("to is the horizon: %d slots, want 23", len(until))
		}
		ends := func(notice, days int) (first, last time.Time) {
			et := s.kind(domain.Solo, 1, func(c *ent.EventTypeCreate) { c.SetMinimumNoticeMinutes(notice).SetHorizonDays(days) }, s.ada)
			got := s.available(booking.AvailabilityInput{EventTypeID: et.ID, From: epoch().AddDate(0, 0, -1), To: epoch().AddDate(0, 0, 60)})
			return got[0].Start, got[len(got)-1].Start
		}
		hour := time.Hour
		for _, tt := range []struct {
			notice, days int
			step         time.Duration // by which the clock is past epoch
			first, last  time.Time
		}{
			{0, 1, 0, epoch().Add(hour), epoch().AddDate(0, 0, 1)},
			{120, 1, 0, epoch().Add(2 * hour), epoch().AddDate(0, 0, 1)},
			{119, 2, 0, epoch().Add(2 * hour), epoch().AddDate(0, 0, 2)},
			{121, 2, 0, epoch().Add(3 * hour), epoch().AddDate(0, 0, 2)},
			{120, 1, time.Microsecond, epoch().Add(3 * hour), epoch().AddDate(0, 0, 1)},
			{0, 1, -time.Microsecond, epoch(), epoch().AddDate(0, 0, 1).Add(-hour)},
		} {
			s.now = epoch().Add(tt.step)
			first, last := ends(tt.notice, tt.days)
			if !first.Equal(tt.first) || !last.Equal(tt.last) {
				t.Errorf("%+v: %v to %v", tt, first, last)
			}
		}
	})
}

// Around the night of 2031-03-30 in Berlin, where clocks are put forward.
func TestAvailabilityOnOddDays(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.works(s.ada, []domain.DateOverride{
			{Date: "2031-03-28"}, {Date: "2031-03-31", Windows: []domain.Window{{From: "23:00", Until: "24:00"}}},
		}, "00:00-04:00")
		et := s.kind(domain.Solo, 1, nil, s.ada)
		zone := must(time.LoadLocation("Europe/Berlin"))(t)
		from := time.Date(2031, 3, 28, 0, 0, 0, 0, zone)
		var got []string
		for _, slot := range s.available(booking.AvailabilityInput{
			EventTypeID: et.ID, From: from, To: from.AddDate(0, 0, 5), TimeZone: "Europe/Berlin",
		}) {
			got = append(got, slot.Start.Format("02 15:04"))
		}
		want := []string{
			"29 00:00", "29 01:00", "29 02:00", "29 03:00", "30 00:00", "30 01:00", "30 03:00",
			"31 23:00", "01 00:00", "01 01:00", "01 02:00", "01 03:00",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// What is held for a payment that did not come in time is free.
func TestAvailabilityAfterHolds(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("UTC", "09:00-18:00")}
		et := s.kind(domain.Solo, 1, nil, pool...)
		group := s.kind(domain.Group, 5, nil, pool...)
		now, later := epoch(), epoch().Add(time.Microsecond)
		s.payment(s.meeting(et, pool[0], at(9, 0), domain.Held, 1), domain.PaymentPending, now, 0)     // free
		s.payment(s.meeting(et, pool[0], at(10, 0), domain.Held, 1), domain.PaymentFailed, now, 0)     // free
		s.payment(s.meeting(et, pool[0], at(11, 0), domain.Held, 1), domain.PaymentPending, later, 0)  // still held
		s.payment(s.meeting(et, pool[0], at(12, 0), domain.Held, 1), domain.PaymentDone, now, 0)       // about to be ACTIVE
		s.payment(s.meeting(et, pool[0], at(13, 0), domain.Active, 1), domain.PaymentPending, now, 0)  // not held
		s.meeting(et, pool[0], at(14, 0), domain.Held, 1)                                              // no payment yet
		s.payment(s.meeting(group, pool[0], at(15, 0), domain.Held, 3), domain.PaymentPending, now, 3) // free
		half := s.meeting(group, pool[0], at(16, 0), domain.Held, 3)
		s.payment(half, domain.PaymentPending, now, 2)
		s.payment(half, domain.PaymentPending, later, 1)
		parts := s.meeting(group, pool[0], at(17, 0), domain.Held, 2)
		s.payment(parts, domain.PaymentPending, now, 1)
		s.payment(parts, domain.PaymentFailed, now, 1) // free, by two payments
		s.offers("between the holds", et, pool, "09:00 1 A", "10:00 1 A", "15:00 1 A", "17:00 1 A")
		s.offers("the group", group, pool, "09:00 5 A", "10:00 5 A", "15:00 5 A", "16:00 4 A", "17:00 5 A")
	})
}

func TestAvailabilityGroup(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("UTC", "09:00-13:00"), s.agent("UTC", "09:00-11:00"), s.agent("UTC")}
		group := s.kind(domain.Group, 4, func(c *ent.EventTypeCreate) { c.SetDurations([]int{30, 60}) }, pool[:2]...)
		other := s.kind(domain.Group, 9, nil, pool...)
		s.offers("nobody yet", group, pool, "09:00 4 AB", "10:00 4 AB", "11:00 4 A", "12:00 4 A")
		s.meeting(group, pool[0], at(9, 0), domain.Active, 1)
		s.meeting(group, pool[1], at(10, 0), domain.Active, 4) // full
		joined := s.meeting(group, pool[0], at(11, 20), domain.Active, 3)
		s.seat(joined, domain.AttendeeActive, nil)
		s.payment(joined, domain.PaymentPending, epoch(), 1)
		s.payment(joined, domain.PaymentPending, at(0, 0), 1)
		s.payment(joined, domain.PaymentDone, epoch(), 0)
		s.meeting(group, pool[2], at(20, 0), domain.Held, 2)       // outside of all hours, its agent no longer a host
		s.meeting(group, pool[0], at(12, 30), domain.Cancelled, 1) // over
		s.meeting(other, pool[1], at(9, 0), domain.Active, 1)      // another group
		s.offers("some", group, pool, "09:00 3 A", "11:20 2 A", "20:00 2 C")
		short := s.available(booking.AvailabilityInput{
			EventTypeID: group.ID, From: at(0, 0), To: at(24, 0), DurationMinutes: pointer(30),
		})
		var starts []string
		for _, slot := range short {
			starts = append(starts, slot.Start.Format("15:04"))
		}
		// 09:00 and 10:00 have meetings of another length; at 10:00 and 10:30 it is the first agent who is free
		if diff := cmp.Diff([]string{"10:30", "12:30"}, starts); diff != "" {
			t.Errorf("half an hour (-want +got):\n%s", diff)
		}
		bounded := s.available(booking.AvailabilityInput{EventTypeID: group.ID, From: at(11, 20), To: at(20, 0)})
		if len(bounded) != 1 || !bounded[0].Start.Equal(at(11, 20)) {
			t.Errorf("between two groups: %v", bounded)
		}
	})
}

func TestWorkable(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		pool := []*ent.Agent{s.agent("UTC"), s.ada, s.agent("UTC", "10:00-12:00"), s.agent("Europe/Berlin", "10:00-12:30")}
		err := dbtx.Run(s.ctx, s.db.Client, func(tx *ent.Tx) error {
			for _, tt := range []struct {
				from, until time.Time
				want        []*ent.Agent
			}{
				{at(9, 0), at(10, 0), []*ent.Agent{pool[0], s.ada, pool[3]}},
				{at(10, 30), at(12, 0), []*ent.Agent{pool[0], s.ada, pool[2]}},
				{at(0, 0), at(72, 0), []*ent.Agent{s.ada}},
			} {
				got, err := booking.Workable(s.ctx, tx, pool, tt.from, tt.until)
				if err != nil {
					return err
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("%v to %v: %v", tt.from, tt.until, got)
				}
			}
			none, err := booking.Workable(s.ctx, tx, nil, at(0, 0), at(1, 0))
			if len(none) != 0 {
				t.Errorf("of none: %v", none)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
