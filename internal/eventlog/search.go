package eventlog

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/viewer"
)

// slack is how far the order of the log and the times of its events may be apart:
// an event has its time when its transaction begins to write, its number when
// that ends, and processes have clocks of their own.
const slack = time.Minute

// Before returns a number behind which all events of the app lie that happened at
// the time or later, with few others: right before the first of them that is
// kept. It looks at a few events, however long the log is.
func (l *Log) Before(ctx context.Context, appID string, at time.Time) (int64, error) {
	number, err := l.search(ctx, appID, at.Add(-slack))
	if err != nil {
		return 0, err
	}
	first, err := l.next(ctx, appID, number)
	if err != nil || first == nil {
		return number, err
	}
	return first.Number - 1, nil
}

// Until returns a number up to which all events of the app lie that happened
// before the time, with few others, as Before does for the other end.
func (l *Log) Until(ctx context.Context, appID string, at time.Time) (int64, error) {
	return l.search(ctx, appID, at.Add(slack))
}

// search returns the number before that of the first event that is not before the
// time, as if the app's events were in the order of their times.
func (l *Log) search(ctx context.Context, appID string, at time.Time) (int64, error) {
	head, err := l.Head(ctx, l.ShardOf(appID))
	if err != nil {
		return 0, err
	}
	low, high := int64(0), head.Number // the answer is one of low … high
	for low < high {
		middle := low + (high-low)/2
		e, err := l.next(ctx, appID, middle)
		switch {
		case err != nil:
			return 0, err
		case e == nil || e.Number > high || !e.OccurredAt.Before(at):
			high = middle
		default:
			low = e.Number
		}
	}
	return low, nil
}

// next is the app's first event behind a number, nil at the end; without its
// snapshot.
func (l *Log) next(ctx context.Context, appID string, number int64) (*ent.Event, error) {
	e, err := l.client.Event.Query().
		Where(event.AppID(appID), event.NumberGT(number)).
		Order(event.ByNumber()).Select(event.FieldNumber, event.FieldOccurredAt).
		First(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a time in the log: %w", err)
	}
	return e, nil
}

// Event is what a row of the table says.
func (l *Log) Event(r *ent.Event) *Event { return l.fromRow(r) }
