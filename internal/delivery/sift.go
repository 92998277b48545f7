package delivery

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/sqlerr"
)

// unwritable reports whether what was written can never be, however often it is tried.
func unwritable(err error) bool { return sqlerr.Refused(err) || ent.IsValidationError(err) }

// sift writes the rows of pages of which the database refuses some: fewer and fewer
// at once, until those stand alone that are to blame. The watermarks stay where they
// are: they are written with the rest of the pages when this is done.
func (w *Worker) sift(ctx context.Context, pages []*page) error {
	for _, p := range pages {
		for n := len(p.results); len(p.results) > 0; {
			n = min(n, len(p.results))
			err := w.writeRows(ctx, p, p.results[:n])
			switch {
			case err == nil:
				p.results, n = p.results[n:], 2*n
			case !unwritable(err):
				return err
			case n > 1:
				n /= 2
			default:
				if err := w.reduce(ctx, p, p.results[0], err); err != nil {
					return err
				}
				p.results = p.results[1:]
			}
		}
	}
	return nil
}

// reduce writes a row that is refused without what strangers have said, so that its
// message goes its way. If that is refused too the row stays as it is, or away: the
// message is settled all the same, for others must not wait for it.
func (w *Worker) reduce(ctx context.Context, p *page, r result, why error) error {
	err := w.writeRows(ctx, p, []result{r.bare()})
	if err != nil && !unwritable(err) {
		return err
	}
	w.cfg.Logger.ErrorContext(ctx, "delivery_refused", "delivery_id", r.id, "event_id", r.eventID, "webhook_id", r.webhookID, "app_id", r.appID,
		"status", r.status, "attempts", r.count, "reduced", err == nil, "error", why)
	return nil
}

// bare is a result without what it has from others.
func (r result) bare() result {
	if n := len(r.attempts); n > 0 {
		r.attempts = []domain.Attempt{{At: r.attempts[n-1].At, Error: "what came of the attempts cannot be shown: the database refused it"}}
	}
	r.body = nil
	return r
}

// writeRows writes rows of one page, under its lease.
func (w *Worker) writeRows(ctx context.Context, p *page, results []result) error {
	err := w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := p.runner.hold(ctx, p.runner.lease(tx.Client())); err != nil {
			return err
		}
		if err := w.upsert(ctx, tx, results, false); err != nil {
			return fmt.Errorf("writing %d deliveries: %w", len(results), err)
		}
		return nil
	})
	if err == nil {
		w.tellResults(results)
	}
	return err
}
