package secrets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/internal/sealing"
)

// SealPlain seals what earlier versions kept as it was, and returns how much.
func SealPlain(ctx context.Context, client *ent.Client, ring *sealing.Ring) (int, error) {
	c := webhooks()
	run := resealing{client: client, ring: ring}
	err := run.column(ctx, c, c.some(sealing.Mark))
	return run.sealed, errors.Join(err, run.unopened.error())
}

// resealing seals texts with the ring's current key.
type resealing struct {
	client   *ent.Client
	ring     *sealing.Ring
	tell     func(done int) // may be nil
	sealed   int
	unopened unopened
}

// all seals what has another key than the current one, or none.
func (r *resealing) all(ctx context.Context) error {
	for _, c := range columns() {
		if err := r.column(ctx, c, c.some(sealing.MarkOf(r.ring.Current()))); err != nil {
			return err
		}
	}
	return nil
}

func (r *resealing) column(ctx context.Context, c column, condition string) error {
	return c.each(ctx, r.client, condition, func(page []row) error {
		for batch := range slices.Chunk(page, batchSize) {
			if err := r.batch(ctx, c, batch); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *resealing) batch(ctx context.Context, c column, batch []row) error {
	var changes []change
	for _, t := range batch {
		text, err := r.ring.Open(t.text, c.row(t.id))
		if err != nil {
			r.unopened.add(c, t, err)
			continue
		}
		next, err := r.ring.Seal(text, c.row(t.id))
		if err != nil {
			return fmt.Errorf("sealing %s.%s of %s: %w", c.table, c.name, t.id, err)
		}
		changes = append(changes, change{t, next})
	}
	if len(changes) > 0 {
		if err := c.write(ctx, r.client, changes); err != nil {
			return err
		}
	}
	r.sealed += len(changes)
	if r.tell != nil {
		r.tell(len(batch))
	}
	return nil
}

// unopened counts texts that did not open, and knows the first of them.
type unopened struct {
	count int
	first error
}

func (u *unopened) add(c column, t row, err error) {
	if u.count == 0 {
		u.first = fmt.Errorf("%s of %s: %w", c.name, t.id, err)
	}
	u.count++
}

func (u *unopened) error() error {
	switch u.count {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("a secret cannot be opened, the %w", u.first)
	}
	return fmt.Errorf("%d secrets cannot be opened, first the %w", u.count, u.first)
}
