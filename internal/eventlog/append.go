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
// raised.
type Draft struct {
	Trigger    domain.Trigger
	Meeting    *ent.Meeting
	AttendeeID string // GROUP: the seat it is about
}

// ErrAgain makes InTx run the change once more, as after a deadlock.
var ErrAgain = errors.New("the transaction must run again")

//go:embed sql/take_number.sql
var takeNumber string

// InTx runs a change and appends its event in one transaction, commits, and
// publishes. A nil draft commits the change without an event. The change runs
// again, a bounded number of times, when it loses against another transaction;
// any other error rolls back and comes back as it is. The event is nil where
// the draft was.
func (l *Log) InTx(ctx context.Context, change func(ctx context.Context, tx *ent.Tx) (*Draft, error)) (*Event, error) {
	var e *Event
	err := backoff.Retry(ctx, backoff.Policy{Attempts: 8, Base: 5 * time.Millisecond, Retryable: again},
		func(ctx context.Context) error {
			e = nil
			return dbtx.Run(ctx, l.client, func(tx *ent.Tx) error {
				draft, err := change(ctx, tx)
				if err != nil || draft == nil {
					return err
				}
				e, err = l.append(ctx, tx, draft)
				return err
			})
		})
	if err != nil {
		return nil, err
	}
	if e != nil {
		l.publisher.Publish(e)
	}
	return e, nil
}

func again(err error) bool { return errors.Is(err, ErrAgain) || sqlerr.Retryable(err) }

// append takes the next number and inserts the event. Nothing else may run in
// the transaction behind it: the counter's row is locked from here to commit.
func (l *Log) append(ctx context.Context, tx *ent.Tx, d *Draft) (*Event, error) {
	text, err := snapshot(d.Meeting)
	if err != nil {
		return nil, err
	}
	e := &Event{
		ID:         typeid.New(typeid.Event),
		AppID:      d.Meeting.AppID,
		Shard:      l.ShardOf(d.Meeting.AppID),
		Generation: l.generation,
		Trigger:    d.Trigger,
		MeetingID:  d.Meeting.ID,
		SeriesID:   d.Meeting.SeriesID,
		AttendeeID: d.AttendeeID,
		Sequence:   d.Meeting.Sequence,
		OccurredAt: l.now().UTC().Truncate(time.Microsecond),
		Snapshot:   text,
	}
	if e.Owed, err = l.owed(ctx, tx, e, d.Meeting); err != nil {
		return nil, fmt.Errorf("finding the webhooks to tell: %w", err)
	}
	if e.Number, err = take(ctx, tx, e.Shard); err != nil {
		return nil, err
	}
	ctx = viewer.System(ctx)
	err = tx.Event.Create().
		SetID(e.ID).SetAppID(e.AppID).SetShard(e.Shard).SetNumber(e.Number).SetTrigger(e.Trigger).
		SetMeetingID(e.MeetingID).SetSeriesID(e.SeriesID).SetAttendeeID(e.AttendeeID).SetSequence(e.Sequence).
		SetOccurredAt(e.OccurredAt).SetSnapshot(e.Snapshot).SetOwed(e.Owed).
		Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("appending the event: %w", err)
	}
	return e, nil
}

// take raises the shard's counter and returns the new number.
func take(ctx context.Context, tx *ent.Tx, shardID int) (number int64, err error) {
	rows, err := tx.QueryContext(ctx, takeNumber, shardID)
	if err != nil {
		return 0, fmt.Errorf("taking a number of shard %d: %w", shardID, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, errors.Join(fmt.Errorf("shard %d has no counter", shardID), rows.Err())
	}
	if err := rows.Scan(&number); err != nil {
		return 0, fmt.Errorf("taking a number of shard %d: %w", shardID, err)
	}
	return number, rows.Err()
}
