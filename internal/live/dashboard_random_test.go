package live_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

// watched is what somebody watches.
type watched struct {
	role   domain.Role
	agent  int
	scopes []domain.TokenScope
	window live.Window
	zone   string
}

func watchers() []watched {
	return []watched{
		{domain.Owner, 0, nil, live.Hour, "UTC"},
		{domain.Admin, 1, nil, live.Day, "Asia/Kolkata"},
		{domain.Owner, 0, []domain.TokenScope{domain.MeetingsRead}, live.Week, "America/Los_Angeles"},
		{domain.Owner, 0, []domain.TokenScope{domain.MeetingsRead, domain.RoutingFormsRead}, live.Hour, "UTC"},
		{domain.Member, 0, nil, live.Day, "UTC"},
		{domain.Member, 1, nil, live.Hour, "Pacific/Auckland"},
	}
}

// steps of the windows, as documented.
func steps(w live.Window) (int, time.Duration) {
	switch w {
	case live.Hour:
		return 60, time.Minute
	case live.Day:
		return 96, 15 * time.Minute
	case live.Week:
		return 168, time.Hour
	}
	return 0, 0
}

// counted counts all rows, one by one.
func (o *office) counted(w watched) live.Dashboard {
	o.t.Helper()
	n, each := steps(w.window)
	from := o.now().Truncate(each).Add(-time.Duration(n-1) * each)
	d := live.Dashboard{Window: w.window, Points: make([]live.DashboardPoint, n)}
	leads := w.role != domain.Member
	v, _ := viewer.From(o.as(w.role, w.agent, w.scopes...))
	hosts := func(m *ent.Meeting) bool {
		return leads || m != nil && slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == o.agents[w.agent] })
	}
	triggers, statuses := map[domain.Trigger]int{}, map[domain.MeetingStatus]int{}
	system := viewer.System(o.t.Context())
	forms := leads && v.Has(domain.RoutingFormsRead)
	for _, row := range o.client.Event.Query().Where(event.AppID(o.id)).AllX(system) {
		e := o.log.Event(row)
		m, err := e.Meeting()
		need(o.t, err)
		previous, err := e.Previous()
		need(o.t, err)
		if !hosts(m) || m == nil && !forms || e.OccurredAt.Before(from) {
			continue
		}
		triggers[e.Trigger]++
		p := &d.Points[e.OccurredAt.Sub(from)/each]
		switch e.Trigger {
		case domain.MeetingBooked:
			p.Booked++
		case domain.MeetingCanceled:
			p.Canceled++
		case domain.MeetingRescheduled:
			p.Rescheduled++
			statuses[previous.Status]++
		case domain.MeetingNoShow:
			p.NoShows++
		case domain.RoutingFormSubmitted:
			add(&p.Submissions)
			continue
		}
		statuses[m.Status]++
	}
	total := 0
	for _, word := range domain.Trigger("").Values() {
		if t := domain.Trigger(word); t != domain.RoutingFormSubmitted || forms {
			d.Triggers = append(d.Triggers, live.TriggerCount{Trigger: t, Count: triggers[t]})
			total += triggers[t]
		}
	}
	for _, word := range domain.MeetingStatus("").Values() {
		d.Statuses = append(d.Statuses, live.StatusCount{Status: domain.MeetingStatus(word), Count: statuses[domain.MeetingStatus(word)]})
	}
	d.EventsPerMinute = float64(total) / (time.Duration(n) * each).Minutes()
	if v.Has(domain.WebhooksRead) {
		o.countMessages(&d, from, each, func(m *ent.Delivery) bool { return leads || w.agent == 1 && m.WebhookID == o.hooks[1] })
	}
	for i := range d.Points {
		p := &d.Points[i]
		if forms && p.Submissions == nil {
			p.Submissions = new(int)
		}
		if v.Has(domain.WebhooksRead) {
			p.Delivered, p.Failed = orZero(p.Delivered), orZero(p.Failed)
		}
	}
	d.UpcomingToday = o.today(w)
	return d
}

func orZero(n *int) *int {
	if n == nil {
		return new(int)
	}
	return n
}

func add(n **int) {
	if *n == nil {
		*n = new(int)
	}
	**n++
}

func (o *office) countMessages(d *live.Dashboard, from time.Time, each time.Duration, seen func(*ent.Delivery) bool) {
	f := &live.DeliveryFigures{}
	var answers []int64
	for _, m := range o.client.Delivery.Query().Where(delivery.AppID(o.id), delivery.Test(false)).AllX(viewer.System(o.t.Context())) {
		if !seen(m) || m.CreatedAt.Before(from) {
			continue
		}
		p := &d.Points[m.CreatedAt.Sub(from)/each]
		switch m.Status {
		case domain.DeliveryDelivered:
			f.Delivered++
			add(&p.Delivered)
		case domain.DeliveryFailed:
			f.Failed++
			add(&p.Failed)
		case domain.DeliveryCancelled:
			f.Cancelled++
			continue
		case domain.DeliveryPending:
			f.Pending++
			continue
		}
		if last := m.Attempts[len(m.Attempts)-1]; last.StatusCode != 0 {
			answers = append(answers, last.LatencyMS)
		}
	}
	if over := f.Delivered + f.Failed; over > 0 {
		f.SuccessRate = new(float64(f.Delivered) / float64(over))
	}
	slices.Sort(answers)
	if n := len(answers); n > 0 {
		f.LatencyP50, f.LatencyP95 = new(int(live.UpTo(answers[(n+1)/2-1]))), new(int(live.UpTo(answers[(n*95+99)/100-1])))
	}
	d.Deliveries = f
}

func (o *office) today(w watched) (n int) {
	now := o.now().In(o.zone(w.zone))
	for _, m := range o.client.Meeting.Query().Where(meeting.AppID(o.id)).WithAgents().AllX(viewer.System(o.t.Context())) {
		mine := w.role != domain.Member || slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == o.agents[w.agent] })
		start := m.Start.In(now.Location())
		if mine && m.Status == domain.Active && start.After(now) && start.YearDay() == now.YearDay() {
			n++
		}
	}
	return n
}

// act is one thing that happens, drawn at random.
type act struct {
	what, which, agent, minutes int
	ms                          int64
}

func acts() *rapid.Generator[[]act] {
	one := rapid.Custom(func(t *rapid.T) act {
		return act{
			what: rapid.IntRange(0, 11).Draw(t, "what"), which: rapid.IntRange(0, 99).Draw(t, "which"), agent: rapid.IntRange(0, 2).Draw(t, "agent"),
			minutes: rapid.SampledFrom([]int{1, 2, 7, 20, 61, 200, 600}).Draw(t, "minutes"), ms: rapid.Int64Range(0, 16_000).Draw(t, "ms"),
		}
	})
	return rapid.SliceOfN(one, 25, 60)
}

func (o *office) do(a act) {
	o.t.Helper()
	agents := [][]int{{0}, {1}, {0, 1}}[a.agent]
	start := o.now().Add(time.Duration(a.which) * 20 * time.Minute).Truncate(time.Minute)
	switch {
	case a.what <= 1 || len(o.meetings) == 0:
		o.book(start, agents...)
	case a.what == 2:
		o.turn(o.meetings[a.which%len(o.meetings)], domain.Cancelled, domain.MeetingCanceled)
	case a.what == 3:
		o.turn(o.meetings[a.which%len(o.meetings)], domain.Active, domain.MeetingNoShow)
	case a.what == 4:
		o.move(o.meetings[a.which%len(o.meetings)], start, agents...)
	case a.what == 5:
		o.submit()
	case a.what <= 7 || len(o.messages) == 0:
		o.send(a.which%2, a.which%7 == 0)
	case a.what <= 9: // also what was over is sent again
		to := []domain.DeliveryStatus{domain.DeliveryDelivered, domain.DeliveryDelivered, domain.DeliveryFailed, domain.DeliveryPending, domain.DeliveryCancelled}[a.which%5]
		o.try(o.messages[a.which%len(o.messages)], to, []int{200, 500, 0}[a.agent], a.ms)
	default:
		o.pass(time.Duration(a.minutes)*time.Minute + time.Duration(a.ms)*time.Millisecond)
	}
}

// Whatever happens, a dashboard that has watched all along, one that is made now,
// and a count of all rows are the same; and nothing of another app is in it.
func TestDashboardsCountWhatThereIs(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		for seed := range 10 {
			d := newDesk(t, db)
			o, other := d.office(), d.office()
			var early []*board
			for _, w := range watchers() {
				early = append(early, o.watch(o.as(w.role, w.agent, w.scopes...), d.boards, w.window, w.zone))
				early[len(early)-1].next()
			}
			for i, a := range acts().Example(seed) {
				o.do(a)
				if i%2 == 0 {
					a.what = min(a.what, 9)
					other.do(a)
				}
			}
			late := d.others()
			for i, w := range watchers() {
				t.Log(seed, w)
				want := o.counted(w)
				early[i].wants(want)
				ctx, leave := context.WithCancel(o.as(w.role, w.agent, w.scopes...))
				o.watch(ctx, late, w.window, w.zone).wants(want)
				leave()
			}
		}
	})
}
