package eventlog

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/sqlerr"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Draft is what a change wants to tell: the meeting as it is now, with its
// event type, agents, attendees and payment loaded, and its sequence already
// raised; or else the submission of a routing form, with the form loaded. All
// drafts of a change are about the same app.
type Draft struct {
	Trigger    domain.Trigger
	Meeting    *ent.Meeting
	AttendeeID string       // GROUP: the seat it is about
	Previous   *ent.Meeting // of a reschedule: the old meeting as it is now, with agents and attendees
	Submission *ent.RoutingFormSubmission
}

// ErrAgain makes InTx run the change once more, as after a deadlock.
var ErrAgain = errors.New("the transaction must run again")

//go:embed sql/take_numbers.sql
var takeNumbers string

// InTx runs a change and appends its events in one transaction, commits, and
// publishes. Without drafts the change is committed without an event. The change
// runs again, a bounded number of times, when it loses against another
// transaction; any other error rolls back and comes back as it is.
func (l *Log) InTx(ctx context.Context, change func(ctx context.Context, tx *ent.Tx) ([]*Draft, error)) ([]*Event, error) {
	var events []*Event
	err := backoff.Retry(ctx, backoff.Policy{Attempts: 8, Base: 5 * time.Millisecond, Retryable: again},
		func(ctx context.Context) error {
			events = nil
			return dbtx.Run(ctx, l.client, func(tx *ent.Tx) error {
				drafts, err := change(ctx, tx)
				if err != nil || len(drafts) == 0 {
					return err
				}
				events, err = l.append(ctx, tx, drafts)
				return err
			})
		})
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		l.metrics.Appended(len(events))
		l.publisher.Publish(events...)
	}
	return events, nil
}

func again(err error) bool { return errors.Is(err, ErrAgain) || sqlerr.Retryable(err) }

// append takes the next numbers and inserts the events. Nothing else may run in
// the transaction behind it: the counter's row is locked from here to commit.
func (l *Log) append(ctx context.Context, tx *ent.Tx, drafts []*Draft) ([]*Event, error) {
	events := make([]*Event, len(drafts))
	for i, d := range drafts {
		e, err := l.event(d)
		if err != nil {
			return nil, err
		}
		events[i] = e
		if i > 0 && e.MeetingID != "" && e.Trigger == events[i-1].Trigger && e.MeetingID == events[i-1].MeetingID {
			e.Owed = events[i-1].Owed
		} else if e.Owed, err = l.owed(ctx, tx, e, d); err != nil {
			return nil, fmt.Errorf("finding the webhooks to tell: %w", err)
		}
		if l.body != nil && len(e.Owed) > 0 {
			e.Body = l.body(e, d)
		}
	}
	last, err := take(ctx, tx, events[0].Shard, len(events))
	if err != nil {
		return nil, err
	}
	rows := make([]*ent.EventCreate, len(events))
	for i, e := range events {
		e.Number = last - int64(len(events)-1-i)
		rows[i] = tx.Event.Create().
			SetID(e.ID).SetAppID(e.AppID).SetShard(e.Shard).SetNumber(e.Number).SetTrigger(e.Trigger).
			SetMeetingID(e.MeetingID).SetSeriesID(e.SeriesID).SetAttendeeID(e.AttendeeID).SetSequence(e.Sequence).
			SetOccurredAt(e.OccurredAt).SetSnapshot(e.Snapshot).SetOwed(e.Owed)
		if e.Body != "" {
			rows[i].SetBody(e.Body)
		}
	}
	if err := tx.Event.CreateBulk(rows...).Exec(viewer.System(ctx)); err != nil {
		return nil, fmt.Errorf("appending the events: %w", err)
	}
	return events, nil
}

// event is what a draft says, but for its number and who is owed it.
func (l *Log) event(d *Draft) (*Event, error) {
	text, err := snapshot(d)
	if err != nil {
		return nil, err
	}
	e := &Event{
		ID:         typeid.New(typeid.Event),
		Generation: l.generation,
		Trigger:    d.Trigger,
		AttendeeID: d.AttendeeID,
		OccurredAt: l.now().UTC().Truncate(time.Microsecond),
		Snapshot:   text,
	}
	if l.past { // messages are looked up by the times in their ids, which are derived from this one
		e.ID = typeid.At(typeid.Event, e.OccurredAt)
	}
	if d.Submission != nil {
		e.AppID, e.SeriesID = d.Submission.AppID, d.Submission.ID
	} else {
		e.AppID, e.SeriesID = d.Meeting.AppID, d.Meeting.SeriesID
		e.MeetingID, e.Sequence = d.Meeting.ID, d.Meeting.Sequence
	}
	e.Shard = l.ShardOf(e.AppID)
	return e, nil
}

// take raises the shard's counter by n and returns the last of the new numbers.
func take(ctx context.Context, tx *ent.Tx, shardID, n int) (last int64, err error) {
	rows, err := tx.QueryContext(ctx, takeNumbers, shardID, n)
	if err != nil {
		return 0, fmt.Errorf("taking numbers of shard %d: %w", shardID, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, errors.Join(fmt.Errorf("shard %d has no counter", shardID), rows.Err())
	}
	if err := rows.Scan(&last); err != nil {
		return 0, fmt.Errorf("taking numbers of shard %d: %w", shardID, err)
	}
	return last, rows.Err()
}
