package delivery

import (
	"context"
	"errors"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
)

// maxClaims is how often a claim is tried of which others take parts.
const maxClaims = 3

// errTaken says that rows are not due any more that were when they were read.
var errTaken = errors.New("some of the rows are in somebody's hands already")

// claim takes the time off rows, which are sorted by shard and were due at asOf: they
// are in this process's hands now. It returns which. Those that are not due any more
// as they were then are left alone: they are in somebody's hands, or have been, and
// what was read of them may be true no more. Runners that cannot know whether it has
// happened start anew, which clears it up. What was urgent is so once.
func (w *Worker) claim(ctx context.Context, rows []*ent.Delivery, asOf time.Time, runners map[int]*runner) (claimed map[string]bool, err error) {
	for range maxClaims {
		if err = w.claimAll(ctx, rows, asOf, runners); !errors.Is(err, errTaken) {
			break
		}
		if rows, err = w.stillDue(ctx, rows, asOf); err != nil {
			return nil, err
		}
	}
	switch {
	case err == nil:
		w.tellRows(rows)
		claimed = make(map[string]bool, len(rows))
		for _, d := range rows {
			claimed[d.ID] = true
		}
	case errors.Is(err, errTaken): // a later round reads them again
		return nil, nil
	case !errors.Is(err, errFenced):
		for _, d := range rows {
			runners[d.Shard].failed.Store(true)
		}
	}
	return claimed, err
}

// claimAll claims all rows, or none.
func (w *Worker) claimAll(ctx context.Context, rows []*ent.Delivery, asOf time.Time, runners map[int]*runner) error {
	if len(rows) == 0 {
		return nil
	}
	return w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		for i, d := range rows {
			if i > 0 && rows[i-1].Shard == d.Shard {
				continue
			}
			r := runners[d.Shard]
			if err := r.hold(ctx, r.lease(tx.Client())); err != nil {
				return err
			}
		}
		n := 0
		for _, these := range byID(rows) {
			changed, err := tx.Delivery.Update().Where(these, dueAt(asOf)).ClearNextAttemptAt().SetUrgent(false).Save(ctx)
			if err != nil {
				return err
			}
			n += changed
		}
		if n != len(rows) {
			return errTaken
		}
		return nil
	})
}

// stillDue returns those of the rows that still are due as they were read.
func (w *Worker) stillDue(ctx context.Context, rows []*ent.Delivery, asOf time.Time) (due []*ent.Delivery, err error) {
	still := map[string]bool{}
	for _, these := range byID(rows) {
		ids, err := w.cfg.Client.Delivery.Query().Where(these, dueAt(asOf)).IDs(ctx)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			still[id] = true
		}
	}
	for _, d := range rows {
		if still[d.ID] {
			due = append(due, d)
		}
	}
	return due, nil
}

func byID(rows []*ent.Delivery) []predicate.Delivery {
	return keysOf(rows, func(d *ent.Delivery) string { return d.ID })
}

// dueAt selects what was due at a time. What has been put back since has a later one.
func dueAt(asOf time.Time) predicate.Delivery {
	return delivery.And(delivery.StatusEQ(domain.DeliveryPending), delivery.NextAttemptAtLTE(asOf))
}
