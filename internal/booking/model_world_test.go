package booking_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// begin makes an app with four agents and event types that share them.
func (r *modelRun) begin(t *testing.T) {
	r.people, r.history, r.names = 0, []string{"begin"}, map[string]string{}
	r.asked, r.moved = map[string]*booking.BookInput{}, map[string]*booking.RescheduleInput{}
	r.model = &model{now: epoch(), keys: map[string]*modelAnswer{}, seen: r.outcomes.seen}
	*r.log = modelLog{}
	c, ctx := r.db.Client, viewer.System(t.Context())
	// A sequence that failed leaves what would be swept now.
	must(c.Meeting.Update().Where(meeting.StatusIn(domain.Held, domain.Active)).SetStatus(domain.Cancelled).Save(ctx))(t)
	must(c.Payment.Update().Where(payment.StatusIn(domain.PaymentPending, domain.PaymentFailed)).SetStatus(domain.PaymentExpired).Save(ctx))(t)
	r.app = must(c.App.Create().SetName("App").Save(ctx))(t).ID
	creates := make([]*ent.AgentCreate, 4)
	for i := range creates {
		creates[i] = c.Agent.Create().SetAppID(r.app).SetName(fmt.Sprint("agent", i)).SetEmail(fmt.Sprint("agent", i, "@example.org")).
			SetTimeZone("UTC").SetRole(domain.Owner)
	}
	for _, a := range must(c.Agent.CreateBulk(creates...).Save(ctx))(t) {
		r.agents = append(r.agents, a.ID)
	}
	slices.Sort(r.agents)
	for i, id := range r.agents {
		r.names[id] = fmt.Sprint("agent", i)
	}
	r.ctx = viewer.With(t.Context(), viewer.Viewer{AppID: r.app, AgentID: r.agents[3], Role: domain.Owner})
	r.makeKinds(ctx, t)
}

// makeKinds makes the event types: free and priced ones of each type.
func (r *modelRun) makeKinds(ctx context.Context, t *testing.T) {
	prices := map[string]int64{"30": 1000, "45": 1500, "60": 1000}
	table := []struct {
		name   string
		kind   domain.MeetingType
		seats  int
		prices map[string]int64
		hosts  []int
		more   func(*ent.EventTypeCreate) *ent.EventTypeCreate
	}{
		{"group-paid", domain.Group, 3, prices, []int{1}, nil},
		{"group-mixed", domain.Group, 4, map[string]int64{"60": 2000}, []int{2, 3}, nil},
		{"turns", domain.RoundRobin, 2, nil, []int{0, 1, 2, 3}, nil},
		{"group", domain.Group, 3, nil, []int{0, 2}, nil},
		{"solo", domain.Solo, 1, nil, []int{0, 1}, nil},
		{"turns-paid", domain.RoundRobin, 1, prices, []int{1, 2, 3}, nil},
		{"solo-paid", domain.Solo, 1, prices, []int{1}, func(c *ent.EventTypeCreate) *ent.EventTypeCreate {
			return c.SetBufferBeforeMinutes(10).SetBufferAfterMinutes(5)
		}},
		{"all", domain.Collective, 2, nil, []int{0, 1}, nil},
		{"all-paid", domain.Collective, 2, prices, []int{1, 2}, nil},
		{"solo-mixed", domain.Solo, 1, map[string]int64{"60": 2000, "30": 0}, []int{3}, func(c *ent.EventTypeCreate) *ent.EventTypeCreate {
			return c.SetMinimumNoticeMinutes(20).SetHorizonDays(3)
		}},
		{"inactive", domain.Solo, 1, nil, []int{3}, func(c *ent.EventTypeCreate) *ent.EventTypeCreate { return c.SetActive(false) }},
	}
	creates := make([]*ent.EventTypeCreate, len(table))
	for i, row := range table {
		creates[i] = r.db.Client.EventType.Create().SetAppID(r.app).SetName(row.name).SetSlug(row.name).SetType(row.kind).
			SetDurationMinutes(30).SetDurations([]int{30, 45, 60}).SetMaxAttendees(row.seats).
			SetHoldMinutes(one(r, 10, 20, 90, 90)).
			SetNillableRefundNoticeMinutes(one(r, nil, pointer(0), pointer(30)))
		if row.prices != nil {
			creates[i].SetCurrencyCode("EUR").SetAmountOnDuration(row.prices)
		}
		if row.more != nil {
			row.more(creates[i])
		}
	}
	var hosts []*ent.HostCreate
	for i, et := range must(r.db.Client.EventType.CreateBulk(creates...).Save(ctx))(t) {
		k := &modelKind{EventType: et}
		r.names[et.ID] = et.Name
		notice := "never"
		if et.RefundNoticeMinutes != nil {
			notice = fmt.Sprint(*et.RefundNoticeMinutes)
		}
		r.history = append(r.history, fmt.Sprintf("event type %s of %v, hold %d, refund notice %s", et.Name, table[i].hosts, et.HoldMinutes, notice))
		for _, n := range table[i].hosts {
			k.turns = append(k.turns, &modelTurn{agent: r.agents[n]})
			hosts = append(hosts, r.db.Client.Host.Create().SetAppID(r.app).SetEventTypeID(et.ID).SetAgentID(r.agents[n]))
		}
		r.kinds = append(r.kinds, k)
	}
	must(r.db.Client.Host.CreateBulk(hosts...).Save(ctx))(t)
	r.starts, r.ahead = one(r, 2, 2, 4, 10), one(r, 0, 0, 2*time.Hour, 20*time.Hour)
	r.careful = r.pick(2) > 0
	r.favourites = one(r, r.kinds[:1], r.kinds[:1], r.kinds[:2], r.kinds[:3], r.kinds[:6], r.kinds[3:7], r.kinds[5:10], r.kinds[:10])
}
