// Package live hands events to those who watch. A subscription is a cursor over
// the log with a filter: it gets every event behind its cursor that the viewer
// may see, in order, once. One that keeps up is served from memory; one that
// falls behind reads the table until it has caught up. Nothing is buffered for
// it, and it delays nobody. While the database does not answer it waits.
//
// A subscription's goroutine ends when the subscription's context does.
package live

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// Log is what a Hub needs of eventlog.Log.
type Log interface {
	ShardOf(appID string) int
	Head(ctx context.Context, shard int) (eventlog.Position, error)
	Resume(ctx context.Context, field string, p eventlog.Position, shard int) error
}

// Tail is what a Hub needs of eventlog.Tail.
type Tail interface {
	Read(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error)
}

// Hub serves subscriptions. It is safe for concurrent use.
type Hub struct {
	log    Log
	tail   Tail
	logger *slog.Logger
}

// New returns a Hub.
func New(log Log, tail Tail, logger *slog.Logger) *Hub {
	return &Hub{log: log, tail: tail, logger: logger}
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

const (
	batch = 64          // events that a subscription reads at once
	again = time.Second // between looks at a log that cannot be read
)

// Subscribe returns the viewer's events behind a cursor, or, with a nil one,
// those committed from now on. The channel closes when ctx ends. A subscription
// that cannot go on, because what it needs is no longer kept, calls fail before
// that. A member gets the events of the meetings that he hosts. Errors at once:
// UNAUTHENTICATED, FORBIDDEN for visitors and for tokens that do not read
// meetings, BAD_USER_INPUT about "after", CURSOR_EXPIRED.
func (h *Hub) Subscribe(ctx context.Context, after *string, f Filter, fail func(error)) (<-chan *eventlog.Event, error) {
	v, err := watching(ctx)
	if err != nil {
		return nil, err
	}
	p, err := h.start(ctx, v.AppID, after)
	if err != nil {
		return nil, err
	}
	out := make(chan *eventlog.Event)
	go func() {
		defer close(out)
		if err := h.follow(ctx, v, p, f, out); err != nil && ctx.Err() == nil {
			fail(err)
		}
	}()
	return out, nil
}

// watching returns the viewer where he may watch at all.
func watching(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.From(ctx)
	switch {
	case !ok:
		return v, apperr.New(apperr.Unauthenticated, "a token is needed")
	case v.Kind != viewer.Agent:
		return v, apperr.New(apperr.Forbidden, "events are for the agents of the app: their access tokens show them")
	case !v.Has(domain.MeetingsRead):
		return v, apperr.New(apperr.Forbidden, "the token lacks the scope %s", domain.MeetingsRead)
	}
	return v, nil
}

func (h *Hub) start(ctx context.Context, appID string, after *string) (eventlog.Position, error) {
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

func (h *Hub) follow(ctx context.Context, v viewer.Viewer, p eventlog.Position, f Filter, out chan<- *eventlog.Event) error {
	for ctx.Err() == nil {
		events, err := h.tail.Read(ctx, p, batch)
		if apperr.From(err) != nil {
			return err
		}
		if err != nil && ctx.Err() == nil {
			h.logger.WarnContext(ctx, "subscription_unread", "position", p.String(), "error", err)
			_ = backoff.Wait(ctx, again)
		}
		for _, e := range events {
			p = e.Position()
			if e.AppID != v.AppID {
				continue
			}
			ok, err := f.matches(e)
			if ok && err == nil && !v.Leads() {
				ok, err = hosts(e, v.AgentID)
			}
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			select {
			case out <- e:
			case <-ctx.Done():
				return nil
			}
		}
	}
	return nil
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
