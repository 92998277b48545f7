package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/eventtype"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// maxRange is how much time one answer about free time is for.
const maxRange = 400 * 24 * time.Hour

// AvailabilityInput asks for the starts from From on and before To.
type AvailabilityInput struct {
	EventTypeID     string
	From, To        time.Time
	TimeZone        string // IANA name; empty: UTC
	DurationMinutes *int   // nil: the event type's default
}

// check returns the zone for the answer.
func (in *AvailabilityInput) check() (*time.Location, error) {
	_, badFrom := input.Instant("from", in.From)
	_, badTo := input.Instant("to", in.To)
	if err := input.First(input.Text("eventTypeId", in.EventTypeID, maxWord), badFrom, badTo); err != nil {
		return nil, err
	}
	switch {
	case !in.From.Before(in.To):
		return nil, apperr.BadInput("to", "a time after from is needed")
	case in.To.Sub(in.From) > maxRange:
		return nil, apperr.BadInput("to", "at most %d days are looked at: ask again from there", maxRange/(24*time.Hour))
	case in.TimeZone == "":
		return time.UTC, nil
	}
	if err := input.Zone("timeZone", in.TimeZone); err != nil {
		return nil, err
	}
	return time.LoadLocation(in.TimeZone)
}

// Availability lists when the event type can be booked, in order: one that is
// not active, never. It is what one who looks now may see, not a promise: Book
// decides. Its errors: NOT_FOUND for the event type, BAD_USER_INPUT with the field.
//
// The SQL statements it takes do not depend on how many agents, days, meetings
// and payments there are.
func (s *Service) Availability(ctx context.Context, in AvailabilityInput) ([]*Slot, error) {
	zone, err := in.check()
	if err != nil {
		return nil, err
	}
	if v, ok := viewer.From(ctx); ok && v.Kind == viewer.Agent && !v.Has(domain.MeetingsRead) {
		return nil, apperr.New(apperr.Forbidden, "the token lacks the scope %s", domain.MeetingsRead)
	}
	et, err := s.client.EventType.Query().Where(eventtype.ID(in.EventTypeID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("event type", "eventTypeId", in.EventTypeID)
	}
	if err != nil {
		return nil, fmt.Errorf("reading event type %s: %w", in.EventTypeID, err)
	}
	q := &search{client: s.client, et: et, now: s.now(), zone: zone, length: et.DurationMinutes}
	if d := in.DurationMinutes; d != nil {
		if *d != et.DurationMinutes && !slices.Contains(et.Durations, *d) {
			return nil, apperr.BadInput("durationMinutes", "event type %q does not take %d minutes", et.Slug, *d)
		}
		q.length = *d
	}
	if !et.Active || et.ArchivedAt != nil {
		return []*Slot{}, nil
	}
	q.bound(in.From, in.To)
	if !q.from.Before(q.to) {
		return []*Slot{}, nil
	}
	return q.slots(viewer.ForApp(ctx)) // free is what others' meetings leave
}

// search is one look for free time.
type search struct {
	client   *ent.Client
	et       *ent.EventType
	now      time.Time
	zone     *time.Location
	length   int       // minutes
	from, to time.Time // of the starts, half-open
}

// bound leaves the starts that span would take. They are whole microseconds, and
// so are its ends: the databases keep no less.
func (q *search) bound(from, to time.Time) {
	const tick = time.Microsecond
	from, to = from.Add(tick-1).Truncate(tick), to.Add(tick-1).Truncate(tick)
	soonest := q.now.Add(max(tick, minutes(q.et.MinimumNoticeMinutes)))
	latest := q.now.AddDate(0, 0, q.et.HorizonDays)
	if from.Before(soonest) {
		from = soonest
	}
	if to.After(latest) {
		to = latest.Add(tick)
	}
	q.from, q.to = from, to
}

func (q *search) slots(ctx context.Context) ([]*Slot, error) {
	holds, err := readHolds(ctx, q.client, q.now)
	if err != nil {
		return nil, err
	}
	pool, err := q.pool(ctx, holds)
	if err != nil {
		return nil, err
	}
	switch q.et.Type {
	case domain.Collective:
		return q.together(pool), nil
	case domain.Group:
		begun, err := q.begun(ctx, holds)
		if err != nil {
			return nil, err
		}
		return q.beside(begun, q.either(pool)), nil
	case domain.Solo, domain.RoundRobin:
		return q.either(pool), nil
	}
	return nil, fmt.Errorf("event type %s is %q", q.et.ID, q.et.Type)
}

// either offers the starts at which at least one of the agents is free.
func (q *search) either(pool []*calendar) []*Slot {
	starts := make([][]time.Time, len(pool))
	for i, c := range pool {
		starts[i] = c.free(q, q.starts(c))
	}
	slots := []*Slot{}
	for {
		var next *time.Time // the first that is left
		for _, own := range starts {
			if len(own) > 0 && (next == nil || own[0].Before(*next)) {
				next = &own[0]
			}
		}
		if next == nil {
			return slots
		}
		slot := q.slot(*next, make([]string, 0, len(pool)))
		for i, own := range starts {
			if len(own) > 0 && own[0].Equal(*next) {
				slot.AgentIds = append(slot.AgentIds, pool[i].agent.ID)
				starts[i] = own[1:]
			}
		}
		slots = append(slots, slot)
	}
}

// together offers the starts of the first agent at which the others work and all
// are free.
func (q *search) together(pool []*calendar) []*Slot {
	slots := []*Slot{}
	if len(pool) == 0 {
		return slots
	}
	starts := q.starts(pool[0])
	ids := make([]string, len(pool))
	for i, c := range pool {
		ids[i] = c.agent.ID
		if i > 0 {
			starts = c.working(q, starts)
		}
		starts = c.free(q, starts)
	}
	for _, at := range starts {
		slots = append(slots, q.slot(at, slices.Clone(ids)))
	}
	return slots
}

// beside puts the GROUP meetings that can be joined in among the other slots:
// where there is a meeting already, no second one is made.
func (q *search) beside(begun []*Slot, others []*Slot) []*Slot {
	taken := make(map[int64]bool, len(begun))
	for _, slot := range begun {
		taken[slot.Start.UnixNano()] = true
	}
	all := slices.DeleteFunc(others, func(slot *Slot) bool { return taken[slot.Start.UnixNano()] })
	for _, slot := range begun {
		if slot.Seats > 0 && slot.DurationMinutes == q.length {
			all = append(all, slot)
		}
	}
	slices.SortFunc(all, func(a, b *Slot) int { return a.Start.Compare(b.Start) })
	return all
}

func (q *search) slot(at time.Time, agents []string) *Slot {
	at = at.In(q.zone)
	return &Slot{
		Start: at, End: at.Add(minutes(q.length)), DurationMinutes: q.length, Seats: q.et.MaxAttendees, AgentIds: agents,
	}
}

// starts are those of the agent's hours.
func (q *search) starts(c *calendar) []time.Time {
	step := q.length
	if q.et.SlotIntervalMinutes != nil {
		step = *q.et.SlotIntervalMinutes
	}
	return c.hours.Starts(q.from, q.to, minutes(q.length), minutes(step))
}

// workable returns the agents whose hours cover a meeting, in their order.
func workable(ctx context.Context, tx *ent.Tx, agents []*ent.Agent, from, until time.Time) ([]*ent.Agent, error) {
	hours, err := readHours(ctx, tx.Client(), agents)
	if err != nil {
		return nil, err
	}
	var able []*ent.Agent
	for i, a := range agents {
		if hours[i].Covers(from, until) {
			able = append(able, a)
		}
	}
	return able, nil
}
