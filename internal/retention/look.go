package retention

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/viewer"
)

//go:embed sql/holding.sql
var holding string

//go:embed sql/replaying.sql
var replaying string

// State is how retention does. It is read without changing anything.
type State struct {
	// Partitioned says that there are partitions, as on PostgreSQL. They end at Until,
	// which ought to be behind Wanted. Outside is how many rows, counted up to a
	// thousand, are not in the partitions that begin at their time or before.
	Partitioned   bool
	Until, Wanted time.Time
	Outside       int
	Holding       []Holding // ten webhooks and ten replays at most
}

// Holding is a webhook that is behind, or the replay of one that runs, or rests
// while nothing is sent to the webhook, and keeps old events.
type Holding struct {
	WebhookID string
	ReplayID  string    // empty: the webhook itself
	State     string    // of the webhook
	Since     time.Time // the oldest event that is kept
}

// Look reads how retention does.
func (w *Worker) Look(ctx context.Context) (State, error) {
	ctx = viewer.System(ctx)
	s := State{Partitioned: w.postgres()}
	if s.Partitioned {
		if err := w.lookAtPartitions(ctx, &s); err != nil {
			return s, err
		}
	}
	if w.cfg.Days == 0 {
		return s, nil
	}
	return s, w.lookAtHolding(ctx, &s)
}

func (w *Worker) lookAtPartitions(ctx context.Context, s *State) error {
	s.Wanted = midnight(w.cfg.Now()).AddDate(0, 0, width(w.cfg.Days))
	for i, t := range []table{onEvents, onDeliveries} {
		list, err := partitions(ctx, w.cfg.DB.SQL, t)
		if err != nil {
			return err
		}
		var until time.Time
		if len(list) > 0 {
			until = list[len(list)-1].to
			query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s_default WHERE %s >= $1 LIMIT 1000) AS found", t.name, t.column) //nolint:gosec // names of our own
			var n int
			if err := w.cfg.DB.SQL.QueryRowContext(ctx, query, list[0].from).Scan(&n); err != nil {
				return fmt.Errorf("counting the rows of %s outside of the partitions: %w", t.name, err)
			}
			s.Outside += n
		}
		if i == 0 || until.Before(s.Until) {
			s.Until = until
		}
	}
	return nil
}

// lookAtHolding looks for whom old events are kept.
func (w *Worker) lookAtHolding(ctx context.Context, s *State) error {
	for _, query := range []string{holding, replaying} {
		if err := w.lookAt(ctx, s, query); err != nil {
			return fmt.Errorf("looking for what keeps old events: %w", err)
		}
	}
	return nil
}

func (w *Worker) lookAt(ctx context.Context, s *State, query string) error {
	// A partition goes as a whole: until then its events are kept for nobody.
	cutoff := w.cutoff().AddDate(0, 0, -width(w.cfg.Days))
	rows, err := w.cfg.DB.SQL.QueryContext(ctx, query, cutoff)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var h Holding
		var appID string
		var behind, to int64
		if err := rows.Scan(&h.WebhookID, &h.ReplayID, &h.State, &appID, &behind, &to); err != nil {
			return err
		}
		e, err := w.cfg.DB.Client.Event.Query().Where(event.AppID(appID), event.NumberGT(behind), event.NumberLTE(to)).
			Order(event.ByNumber()).Select(event.FieldOccurredAt).First(ctx)
		if ent.IsNotFound(err) {
			continue // meanwhile it is done
		}
		if err != nil {
			return fmt.Errorf("the oldest event of webhook %s: %w", h.WebhookID, err)
		}
		h.Since = e.OccurredAt.UTC()
		s.Holding = append(s.Holding, h)
	}
	return rows.Err()
}
