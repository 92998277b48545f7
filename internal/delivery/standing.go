package delivery

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/metrics"
	"slotcast/internal/viewer"
)

//go:embed sql/behind.sql
var whoIsBehind string

// Standing reads how far delivery is behind the log, for the metrics. It is a few
// statements, however many webhooks and events there are.
func Standing(ctx context.Context, client *ent.Client, now time.Time) (metrics.Standing, error) {
	ctx = viewer.System(ctx)
	s := metrics.Standing{Webhooks: map[string]int{}}
	if err := countWebhooks(ctx, client, s.Webhooks); err != nil {
		return s, err
	}
	furthest, err := positions(ctx, client, &s)
	if err != nil {
		return s, err
	}
	for lag, p := range furthest {
		lag.Events = p.events
		e, err := client.Event.Query().Where(event.Shard(p.shard), event.NumberGT(p.number)).
			Order(event.ByNumber()).Select(event.FieldOccurredAt).First(ctx)
		if ent.IsNotFound(err) {
			continue // got to meanwhile, and removed
		}
		if err != nil {
			return s, fmt.Errorf("reading the oldest event that is not delivered: %w", err)
		}
		lag.Seconds = max(0, now.Sub(e.OccurredAt).Seconds())
	}
	return s, nil
}

func countWebhooks(ctx context.Context, client *ent.Client, into map[string]int) error {
	for _, state := range domain.WebhookState("").Values() {
		into[state] = 0
	}
	var counted []struct {
		State string `json:"state"`
		Count int    `json:"count"`
	}
	if err := client.Webhook.Query().GroupBy(webhook.FieldState).Aggregate(ent.Count()).Scan(ctx, &counted); err != nil {
		return fmt.Errorf("counting the webhooks: %w", err)
	}
	for _, c := range counted {
		into[c.State] = c.Count
	}
	return nil
}

// reached is how far somebody has got in a shard.
type reached struct {
	shard          int
	number, events int64 // events are those that are left
}

// positions finds who is furthest behind, for each lag of s, and sets its head.
func positions(ctx context.Context, client *ent.Client, s *metrics.Standing) (map[*metrics.Lag]reached, error) {
	leases, err := client.Lease.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the leases: %w", err)
	}
	rows, err := client.QueryContext(ctx, whoIsBehind)
	if err != nil {
		return nil, fmt.Errorf("reading the backlogs: %w", err)
	}
	defer rows.Close()
	type place struct {
		lag *metrics.Lag
		reached
	}
	var places []place
	for _, l := range leases {
		places = append(places, place{&s.Live, reached{shard: l.ID, number: l.Settled}})
	}
	lags := map[domain.WebhookState]*metrics.Lag{
		domain.WebhookActive: &s.Lagging, domain.WebhookPaused: &s.Paused, domain.WebhookDegraded: &s.Broken,
	}
	for rows.Next() {
		var state domain.WebhookState
		var p place
		if err := rows.Scan(&state, &p.shard, &p.number); err != nil {
			return nil, fmt.Errorf("reading the backlogs: %w", err)
		}
		if p.lag = lags[state]; p.lag != nil {
			places = append(places, p)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the backlogs: %w", err)
	}
	shards, err := client.Shard.Query().All(ctx) // last: nobody is ahead of what it says
	if err != nil {
		return nil, fmt.Errorf("reading the shards: %w", err)
	}
	heads := map[int]int64{}
	for _, row := range shards {
		heads[row.ID] = row.Head
		s.Head += row.Head
	}
	furthest := map[*metrics.Lag]reached{}
	for _, p := range places {
		if p.events = heads[p.shard] - p.number; p.events > furthest[p.lag].events {
			furthest[p.lag] = p.reached
		}
	}
	return furthest, nil
}
