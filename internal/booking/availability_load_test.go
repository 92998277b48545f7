package booking_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// counted is a service on the same database, and how many statements it ran.
func (s *stage) counted() (*booking.Service, *atomic.Int64) {
	n := &atomic.Int64{}
	driver := dialect.DebugWithContext(entsql.OpenDB(s.db.Dialect, s.db.SQL), func(context.Context, ...any) { n.Add(1) })
	return booking.New(booking.Config{Client: ent.NewClient(ent.Driver(driver)), Now: func() time.Time { return s.now }}), n
}

// crowd is a group event type with hosts who have meetings and holds.
func (s *stage) crowd(hosts, meetings int) *ent.EventType {
	s.t.Helper()
	pool := make([]*ent.Agent, hosts)
	for i := range pool {
		pool[i] = s.agent("Europe/Berlin", "09:00-12:00", "13:00-17:00")
	}
	et := s.kind(domain.Group, 3, func(c *ent.EventTypeCreate) { c.SetSlotIntervalMinutes(30).SetHorizonDays(400) }, pool...)
	solo := s.kind(domain.Solo, 1, nil, pool...)
	for i := range meetings {
		day := at(9, 0).AddDate(0, 0, 2*i)
		s.meeting(et, pool[i%hosts], day, domain.Active, 1)
		m := s.meeting(et, pool[i%hosts], day.Add(2*time.Hour), domain.Held, 1)
		s.payment(m, domain.PaymentPending, epoch(), 1)
		s.payment(s.meeting(solo, pool[(i+1)%hosts], day, domain.Held, 1), domain.PaymentPending, epoch(), 0)
	}
	return et
}

func TestAvailabilityStatements(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		small, large := s.crowd(2, 1), s.crowd(12, 30)
		service, n := s.counted()
		ask := func(et *ent.EventType, days int) int64 {
			before := n.Load()
			must(service.Availability(s.ctx, booking.AvailabilityInput{EventTypeID: et.ID, From: at(0, 0), To: at(0, 0).AddDate(0, 0, days)}))(t)
			return n.Load() - before
		}
		few, many := ask(small, 1), ask(large, 365)
		t.Logf("%d statements", few)
		if few != many || few > 10 {
			t.Errorf("%d statements for 2 agents and a day, %d for 12 and a year", few, many)
		}
	})
}

// A year of twenty agents in one answer.
func TestAvailabilityOfAYear(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		et := s.crowd(20, 100)
		got := s.available(booking.AvailabilityInput{EventTypeID: et.ID, From: at(0, 0), To: at(0, 0).AddDate(0, 0, 365)})
		// 5 starts in the morning and 7 in the afternoon; the groups at 09:00 UTC are on the grid too
		if want := 365 * 12; len(got) != want {
			t.Errorf("%d slots, want %d", len(got), want)
		}
		seats := 0
		for _, slot := range got {
			seats += slot.Seats
		}
		if want := 365*12*3 - 100; seats != want {
			t.Errorf("%d seats, want %d", seats, want)
		}
	})
}

func BenchmarkAvailabilityOfAYear(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *entdb.DB{"sqlite": entdbtest.SQLite, "postgres": entdbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := newStage(b, open(b))
			in := booking.AvailabilityInput{EventTypeID: s.crowd(20, 300).ID, From: at(0, 0), To: at(0, 0).AddDate(0, 0, 365)}
			for b.Loop() {
				s.available(in)
			}
		})
	}
}
