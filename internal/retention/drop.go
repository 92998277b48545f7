package retention

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"slotcast/ent"
	"slotcast/internal/dbtx"
)

//go:embed sql/needed.sql
var needed string

// errCrowded says that too much of a partition is owed to be moved.
var errCrowded = errors.New("much of the partition is owed")

// slow is how long the look for what is owed may take, to be done under a lock.
const slow = time.Second

// drop drops the partitions that are old enough, and returns the time before which
// rows are to be deleted one by one: what is old and in a partition that will be
// dropped later is not among them.
func (w *Worker) drop(ctx context.Context, t table, done *Done) (bound time.Time, err error) {
	cutoff := w.cutoff()
	if !w.postgres() {
		return cutoff, nil
	}
	list, err := partitions(ctx, w.cfg.DB.SQL, t)
	if err != nil {
		return time.Time{}, err
	}
	var errs []error
	bound = cutoff
	for _, p := range list {
		if p.to.After(cutoff) {
			bound = earlier(bound, p.from)
			break
		}
		dropped, err := w.dropOne(ctx, t, p)
		if err != nil {
			errs = append(errs, fmt.Errorf("dropping partition %s: %w", p.name, err))
			bound = earlier(bound, p.from)
		}
		if dropped {
			done.Dropped = append(done.Dropped, p.name)
		}
	}
	return bound, errors.Join(errs...)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// dropOne drops a partition, unless much of it is owed, or it takes long to tell.
func (w *Worker) dropOne(ctx context.Context, t table, p partition) (dropped bool, err error) {
	began := time.Now()
	err = dbtx.Run(ctx, w.cfg.DB.Client, func(tx *ent.Tx) error {
		_, err := w.owedIn(ctx, tx, t, p)
		return err
	})
	if errors.Is(err, errCrowded) || err == nil && time.Since(began) > slow {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = w.change(ctx, func(tx *ent.Tx) error {
		name := pq.QuoteIdentifier(p.name)
		if err := run(ctx, tx, fmt.Sprintf("ALTER TABLE %s DETACH PARTITION %s", t.name, name)); err != nil {
			return err
		}
		// Once more, now that nobody else can change it.
		owed, err := w.owedIn(ctx, tx, t, p)
		if err != nil {
			return err
		}
		if len(owed) > 0 {
			move := fmt.Sprintf("INSERT INTO %s SELECT * FROM %s WHERE id = ANY($1)", t.name, name)
			if _, err := tx.ExecContext(ctx, move, pq.Array(owed)); err != nil {
				return fmt.Errorf("moving what is owed: %w", err)
			}
		}
		return run(ctx, tx, "DROP TABLE "+name)
	})
	if errors.Is(err, errCrowded) {
		return false, nil
	}
	return err == nil, err
}

// owedIn lists the rows of a partition, attached or not, that are owed. If they
// may be more than a few, that is errCrowded.
func (w *Worker) owedIn(ctx context.Context, tx *ent.Tx, t table, p partition) ([]string, error) {
	var ids []string
	var err error
	if t == onDeliveries {
		ids, err = w.pendingIn(ctx, tx, p)
	} else {
		ids, err = w.neededIn(ctx, tx, p)
	}
	if err == nil && len(ids) > w.cfg.Few {
		return nil, errCrowded
	}
	return ids, err
}

func (w *Worker) pendingIn(ctx context.Context, tx *ent.Tx, p partition) (ids []string, err error) {
	query := fmt.Sprintf("SELECT id FROM %s WHERE status = 'PENDING' LIMIT $1", pq.QuoteIdentifier(p.name))
	rows, err := tx.QueryContext(ctx, query, w.cfg.Few+1)
	if err != nil {
		return nil, fmt.Errorf("looking for deliveries that are not done: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("looking for deliveries that are not done: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (w *Worker) neededIn(ctx context.Context, tx *ent.Tx, p partition) ([]string, error) {
	candidates, err := w.candidates(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	if len(candidates) > w.cfg.Few {
		return nil, errCrowded
	}
	ids := make([]string, len(candidates))
	for i, e := range candidates {
		ids[i] = e.ID
	}
	d, err := readDuties(ctx, tx.Client(), ids)
	if err != nil {
		return nil, err
	}
	ids = ids[:0]
	for _, e := range candidates {
		if d.owes(e) {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

// candidates reads those events of a partition that may be owed.
func (w *Worker) candidates(ctx context.Context, tx *ent.Tx, p partition) ([]*ent.Event, error) {
	query := strings.ReplaceAll(needed, "{partition}", pq.QuoteIdentifier(p.name))
	rows, err := tx.QueryContext(ctx, query, w.cfg.Few+1)
	if err != nil {
		return nil, fmt.Errorf("looking for events that are owed: %w", err)
	}
	defer rows.Close()
	var events []*ent.Event
	for rows.Next() {
		e, owed := &ent.Event{}, []byte(nil)
		if err := rows.Scan(&e.ID, &e.AppID, &e.Shard, &e.Number, &owed); err != nil {
			return nil, fmt.Errorf("looking for events that are owed: %w", err)
		}
		if err := json.Unmarshal(owed, &e.Owed); err != nil {
			return nil, fmt.Errorf("reading what is owed of event %s: %w", e.ID, err)
		}
		events = append(events, e)
	}
	return events, rows.Err()
}
