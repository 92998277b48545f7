// Package live has what those see who watch: the feeds that subscriptions follow
// (see package fanout, which reads each once for all who share it).
//
// [Events] is the log, filtered: every event behind a cursor that the viewer may
// see, in order, once, from memory or, where it is older, from the table. While
// the database does not answer a feed waits.
package live

import (
	"context"
	"log/slog"
	"slices"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/fanout"
	"slotcast/internal/viewer"
)

// Log is what Events need of eventlog.Log.
type Log interface {
	ShardOf(appID string) int
	Head(ctx context.Context, shard int) (eventlog.Position, error)
	Resume(ctx context.Context, field string, p eventlog.Position, shard int) error
}

// Tail is what Events need of eventlog.Tail.
type Tail interface {
	Read(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error)
}

// Events are the log as agents see it. They are safe for concurrent use.
type Events struct {
	log    Log
	tail   Tail
	logger *slog.Logger
}

// NewEvents returns Events.
func NewEvents(log Log, tail Tail, logger *slog.Logger) *Events {
	return &Events{log: log, tail: tail, logger: logger}
}

// Filter narrows a subscription; empty fields let everything through. What asks
// for something of a meeting keeps out submissions of routing forms.
type Filter struct {
	Triggers     []domain.Trigger
	EventTypeIDs []string
	MeetingTypes []domain.MeetingType
	AgentIDs     []string
	MeetingID    string
}

// EventFeed is what one viewer sees of the log through a filter. Its values are
// *eventlog.Event, its places their numbers.
type EventFeed struct {
	events *Events
	viewer viewer.Viewer
	filter Filter
	origin eventlog.Position // any place of the app's shard
}

var _ fanout.Feed = (*EventFeed)(nil)

// Feed returns what the viewer sees, and the place behind a cursor, or, with a nil
// one, behind all that is committed now. A member gets the events of the meetings
// that he hosts. Feed waits for a database that does not answer. Errors:
// UNAUTHENTICATED, FORBIDDEN for visitors and for tokens that do not read meetings,
// BAD_USER_INPUT about "after", CURSOR_EXPIRED.
func (h *Events) Feed(ctx context.Context, after *string, f Filter) (feed *EventFeed, place int64, err error) {
	v, err := watcher(ctx, domain.MeetingsRead)
	if err != nil {
		return nil, 0, err
	}
	p, err := patiently(ctx, h.logger, func(ctx context.Context) (eventlog.Position, error) { return h.start(ctx, v.AppID, after) })
	if err != nil {
		return nil, 0, err
	}
	return &EventFeed{events: h, viewer: v, filter: f, origin: p}, p.Number, nil
}

func (h *Events) start(ctx context.Context, appID string, after *string) (eventlog.Position, error) {
	shard := h.log.ShardOf(appID)
	if after == nil {
		return h.log.Head(ctx, shard)
	}
	p, err := eventlog.ParseCursor("after", *after)
	if err != nil {
		return p, err
	}
	return p, h.log.Resume(ctx, "after", p, shard)
}

// Head implements fanout.Feed.
func (f *EventFeed) Head(ctx context.Context) (int64, error) {
	head, err := within(ctx, func(ctx context.Context) (eventlog.Position, error) { return f.events.log.Head(ctx, f.origin.Shard) })
	return head.Number, err
}

// Cursor returns what resumes behind a place.
func (f *EventFeed) Cursor(place int64) string { return f.at(place).Cursor() }

func (f *EventFeed) at(place int64) eventlog.Position {
	p := f.origin
	p.Number = place
	return p
}

// Read implements fanout.Feed.
func (f *EventFeed) Read(ctx context.Context, behind int64, limit int) (items []fanout.Item, upTo int64, err error) {
	events, err := f.read(ctx, f.at(behind), limit)
	upTo = behind
	for _, e := range events {
		ok, err := f.sees(e)
		if err != nil {
			return items, upTo, err
		}
		if ok {
			items = append(items, fanout.Item{Place: e.Number, Value: e, At: e.OccurredAt})
		}
		upTo = e.Number
	}
	return items, upTo, err
}

func (f *EventFeed) read(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error) {
	for {
		events, err := f.events.tail.Read(ctx, p, limit)
		if err == nil || ctx.Err() != nil || apperr.From(err) != nil {
			return events, err
		}
		f.events.logger.WarnContext(ctx, "subscription_unread", "position", p.String(), "error", err)
		if err := backoff.Wait(ctx, retryEvery); err != nil {
			return nil, err
		}
	}
}

func (f *EventFeed) sees(e *eventlog.Event) (bool, error) {
	if e.AppID != f.viewer.AppID {
		return false, nil
	}
	ok, err := f.filter.matches(e)
	if !ok || err != nil || f.viewer.Leads() {
		return ok, err
	}
	return hosts(e, f.viewer.AgentID)
}

func (f *Filter) matches(e *eventlog.Event) (bool, error) {
	if f.MeetingID != "" && f.MeetingID != e.MeetingID {
		return false, nil
	}
	if len(f.Triggers) > 0 && !slices.Contains(f.Triggers, e.Trigger) {
		return false, nil
	}
	if len(f.EventTypeIDs) == 0 && len(f.MeetingTypes) == 0 && len(f.AgentIDs) == 0 {
		return true, nil
	}
	m, err := e.Meeting()
	if err != nil || m == nil {
		return false, err
	}
	of := func(a *ent.Agent) bool { return slices.Contains(f.AgentIDs, a.ID) }
	return (len(f.EventTypeIDs) == 0 || slices.Contains(f.EventTypeIDs, m.EventTypeID)) &&
		(len(f.MeetingTypes) == 0 || slices.Contains(f.MeetingTypes, m.Type)) &&
		(len(f.AgentIDs) == 0 || slices.ContainsFunc(m.Edges.Agents, of)), nil
}

// hosts reports whether an agent hosts the meeting that an event is about. What
// is about none is for those who lead the app.
func hosts(e *eventlog.Event, agentID string) (bool, error) {
	m, err := e.Meeting()
	if err != nil || m == nil {
		return false, err
	}
	return slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == agentID }), nil
}
