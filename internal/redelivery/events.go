package redelivery

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent/event"
	"slotcast/ent/meeting"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// Filter narrows the log; empty fields let everything through.
type Filter struct {
	Triggers     []domain.Trigger
	MeetingID    string
	EventTypeIDs []string
	From, Before time.Time // when it happened
}

// Page is a stretch of the log.
type Page struct {
	Events []*eventlog.Event
	// End is how far the log was looked through: a page behind it goes on without
	// a gap and without a repetition.
	End eventlog.Position
	// More says that the log goes on behind End; it may be that nothing of that
	// passes the filter.
	More bool
}

const (
	stretch   = 1000 // events of the app that are looked through in one statement
	stretches = 10   // of one page
)

// Events reads the viewer's events behind a cursor, or from the oldest one that
// is kept, in order, at most first of them. Of a long log in which little passes
// the filter a page may hold fewer, or none, with More. Errors: BAD_USER_INPUT
// about "after", CURSOR_EXPIRED.
func (s *Service) Events(ctx context.Context, after *string, first int, f Filter) (*Page, error) {
	v, _ := viewer.From(ctx)
	head, err := s.log.Head(ctx, s.log.ShardOf(v.AppID)) // before the events are read: all up to it are there
	if err != nil {
		return nil, err
	}
	from, err := s.start(ctx, after, head)
	if err != nil {
		return nil, err
	}
	number, end, err := s.narrow(ctx, v.AppID, from.Number, head.Number, f)
	if err != nil {
		return nil, err
	}
	return s.page(ctx, v.AppID, number, end, first, f)
}

// start is the position to read behind.
func (s *Service) start(ctx context.Context, after *string, head eventlog.Position) (eventlog.Position, error) {
	if after == nil {
		return eventlog.Position{Shard: head.Shard, Generation: head.Generation}, nil
	}
	p, err := eventlog.ParseCursor("after", *after)
	if err != nil {
		return p, err
	}
	if err := s.log.Resume(ctx, "after", p, head.Shard); err != nil {
		return p, err
	}
	_, err = s.log.After(ctx, p, 1) // fails where what comes next is gone
	return p, err
}

// narrow leaves out what lies before and behind the times of the filter, however
// long that is.
func (s *Service) narrow(ctx context.Context, appID string, number, end int64, f Filter) (from, to int64, err error) {
	if !f.From.IsZero() {
		first, err := s.log.Before(ctx, appID, f.From)
		if err != nil {
			return 0, 0, err
		}
		number = min(max(number, first), end)
	}
	if !f.Before.IsZero() && f.Before.Before(s.now()) {
		last, err := s.log.Until(ctx, appID, f.Before)
		if err != nil {
			return 0, 0, err
		}
		end = max(number, min(end, last))
	}
	return number, end, nil
}

// page reads the events behind number up to end, stretch by stretch.
func (s *Service) page(ctx context.Context, appID string, number, end int64, first int, f Filter) (*Page, error) {
	at := func(number int64) eventlog.Position {
		return eventlog.Position{Shard: s.log.ShardOf(appID), Generation: s.log.Generation(), Number: number}
	}
	page := &Page{End: at(number)}
	for range stretches {
		until, err := s.stretch(ctx, appID, number, end, f)
		if err != nil {
			return nil, err
		}
		rows, err := s.client.Event.Query().
			Where(event.NumberGT(number), event.NumberLTE(until), passes(f)).
			Order(event.ByNumber()).Limit(first - len(page.Events) + 1).
			All(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the log: %w", err)
		}
		for _, r := range rows {
			if len(page.Events) == first { // and there is one more
				page.More = true
				return page, nil
			}
			page.Events = append(page.Events, s.log.Event(r))
			page.End = at(r.Number)
		}
		number, page.End = until, at(until)
		if number >= end {
			return page, nil
		}
	}
	page.More = true
	return page, nil
}

// stretch is the number up to which one statement reads. Those of a meeting are
// found without looking at others.
func (s *Service) stretch(ctx context.Context, appID string, number, end int64, f Filter) (int64, error) {
	if f.MeetingID != "" {
		return end, nil
	}
	last, err := s.client.Event.Query().Where(event.AppID(appID), event.NumberGT(number), event.NumberLTE(end)).
		Order(event.ByNumber()).Offset(stretch - 1).Limit(1).
		Select(event.FieldNumber).Ints(viewer.ForApp(ctx))
	if err != nil {
		return 0, fmt.Errorf("measuring the log: %w", err)
	}
	if len(last) == 0 {
		return end, nil
	}
	return int64(last[0]), nil
}

// passes is the filter as the database applies it.
func passes(f Filter) predicate.Event {
	all := []predicate.Event{func(*sql.Selector) {}}
	if len(f.Triggers) > 0 {
		all = append(all, event.TriggerIn(f.Triggers...))
	}
	if f.MeetingID != "" {
		all = append(all, event.MeetingID(f.MeetingID))
	}
	if !f.From.IsZero() {
		all = append(all, event.OccurredAtGTE(f.From))
	}
	if !f.Before.IsZero() {
		all = append(all, event.OccurredAtLT(f.Before))
	}
	if len(f.EventTypeIDs) > 0 {
		all = append(all, ofEventTypes(f.EventTypeIDs))
	}
	return event.And(all...)
}

// ofEventTypes goes by the meetings: a meeting's event type never changes.
func ofEventTypes(ids []string) predicate.Event {
	return func(s *sql.Selector) {
		t := sql.Table(meeting.Table)
		of := make([]any, len(ids))
		for i, id := range ids {
			of[i] = id
		}
		s.Where(sql.In(s.C(event.FieldMeetingID), sql.Select(t.C(meeting.FieldID)).From(t).
			Where(sql.In(t.C(meeting.FieldEventTypeID), of...))))
	}
}
