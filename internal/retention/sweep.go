package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/backoff"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
)

// batch looks at the next rows by id, which is the order of age, and deletes those
// that may go. It returns the last id, and whether there may be more.
type batch func(ctx context.Context, tx *ent.Tx, after string, bound time.Time) (last string, deleted int, more bool, err error)

func (w *Worker) sweepEvents(ctx context.Context, done *Done) error {
	bound, err := w.drop(ctx, onEvents, done)
	return errors.Join(err, w.sweep(ctx, w.eventBatch, bound, &done.Events))
}

func (w *Worker) sweepDeliveries(ctx context.Context, done *Done) error {
	bound, err := w.drop(ctx, onDeliveries, done)
	return errors.Join(err, w.sweep(ctx, w.deliveryBatch, bound, &done.Deliveries))
}

// sweep deletes what is older than bound and not owed, each batch in a transaction
// of its own. It ends where a batch has nothing old.
func (w *Worker) sweep(ctx context.Context, do batch, bound time.Time, total *int) error {
	for after, more := "", true; more; {
		var n int
		err := dbtx.Run(ctx, w.cfg.DB.Client, func(tx *ent.Tx) (err error) {
			after, n, more, err = do(ctx, tx, after, bound)
			return err
		})
		if err != nil {
			return err
		}
		*total += n
		if more {
			if err := backoff.Wait(ctx, w.cfg.Pause); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Worker) eventBatch(ctx context.Context, tx *ent.Tx, after string, bound time.Time) (string, int, bool, error) {
	rows, err := tx.Event.Query().Where(event.IDGT(after)).Order(event.ByID()).Limit(w.cfg.Batch).
		Select(event.FieldID, event.FieldAppID, event.FieldShard, event.FieldNumber, event.FieldOccurredAt, event.FieldOwed).All(ctx)
	if err != nil {
		return "", 0, false, fmt.Errorf("reading old events: %w", err)
	}
	var old []*ent.Event
	var ids []string
	for _, e := range rows {
		if e.OccurredAt.Before(bound) {
			old, ids = append(old, e), append(ids, e.ID)
		}
	}
	if len(old) == 0 {
		return "", 0, false, nil
	}
	d, err := readDuties(ctx, tx.Client(), ids)
	if err != nil {
		return "", 0, false, err
	}
	ids = ids[:0]
	for _, e := range old {
		if !d.owes(e) {
			ids = append(ids, e.ID)
		}
	}
	n, err := tx.Event.Delete().Where(event.IDIn(ids...)).Exec(ctx)
	if err != nil {
		return "", 0, false, fmt.Errorf("deleting old events: %w", err)
	}
	return rows[len(rows)-1].ID, n, len(rows) == w.cfg.Batch, nil
}

func (w *Worker) deliveryBatch(ctx context.Context, tx *ent.Tx, after string, bound time.Time) (string, int, bool, error) {
	rows, err := tx.Delivery.Query().Where(delivery.IDGT(after)).Order(delivery.ByID()).Limit(w.cfg.Batch).
		Select(delivery.FieldID, delivery.FieldCreatedAt).All(ctx)
	if err != nil {
		return "", 0, false, fmt.Errorf("reading old deliveries: %w", err)
	}
	var ids []string
	for _, d := range rows {
		if d.CreatedAt.Before(bound) {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return "", 0, false, nil
	}
	// The status is looked at here: a delivery may just have been asked for anew.
	n, err := tx.Delivery.Delete().Where(delivery.IDIn(ids...), delivery.StatusNEQ(domain.DeliveryPending)).Exec(ctx)
	if err != nil {
		return "", 0, false, fmt.Errorf("deleting old deliveries: %w", err)
	}
	return rows[len(rows)-1].ID, n, len(rows) == w.cfg.Batch, nil
}
