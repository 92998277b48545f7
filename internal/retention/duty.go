package retention

import (
	"context"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/replay"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// duties is what the server still has to do, and needs events for.
type duties struct {
	settled map[int]int64    // of each shard
	behind  map[string]place // webhooks that go through the log by themselves
	replays []*ent.Replay    // those that run
	pending map[string]bool  // events of deliveries that are not done
}

type place struct {
	shard  int
	number int64
}

// readDuties reads them, the pending ones as far as they are about these events.
func readDuties(ctx context.Context, client *ent.Client, events []string) (*duties, error) {
	d := &duties{settled: map[int]int64{}, behind: map[string]place{}, pending: map[string]bool{}}
	leases, err := client.Lease.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the leases: %w", err)
	}
	for _, l := range leases {
		d.settled[l.ID] = l.Settled
	}
	if err := d.readBehind(ctx, client); err != nil {
		return nil, err
	}
	if d.replays, err = client.Replay.Query().Where(replay.StatusEQ(domain.ReplayRunning)).All(ctx); err != nil {
		return nil, fmt.Errorf("reading the replays: %w", err)
	}
	pending, err := client.Delivery.Query().Where(pendingOnly, delivery.Test(false), delivery.EventIDIn(events...)).
		Select(delivery.FieldEventID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the deliveries that are not done: %w", err)
	}
	for _, id := range pending {
		d.pending[id] = true
	}
	return d, nil
}

// pendingOnly is written out, as a parameter would keep the partial index from
// being used.
func pendingOnly(s *entsql.Selector) {
	s.Where(entsql.ExprP("status = 'PENDING' AND shard >= 0"))
}

func (d *duties) readBehind(ctx context.Context, client *ent.Client) error {
	backlogs, err := client.Backlog.Query().All(ctx)
	if err != nil {
		return fmt.Errorf("reading the backlogs: %w", err)
	}
	if len(backlogs) == 0 {
		return nil
	}
	for _, b := range backlogs {
		d.behind[b.ID] = place{b.Shard, b.Number}
	}
	kept, err := client.Webhook.Query().Where(behindOnly, webhook.StateNEQ(domain.WebhookDisabled)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("reading the webhooks that are behind: %w", err)
	}
	behind := make(map[string]place, len(kept))
	for _, id := range kept {
		behind[id] = d.behind[id]
	}
	d.behind = behind
	return nil
}

// behindOnly selects webhooks that have a backlog.
func behindOnly(s *entsql.Selector) {
	b := entsql.Table("backlogs")
	s.Where(entsql.In(s.C(webhook.FieldID), entsql.Select(b.C("id")).From(b)))
}

// owes reports whether an event is still needed.
func (d *duties) owes(e *ent.Event) bool {
	settled, known := d.settled[e.Shard]
	if !known || e.Number > settled || d.pending[e.ID] {
		return true
	}
	for _, owing := range e.Owed {
		webhookID, _ := eventlog.OwedTo(owing)
		if p, ok := d.behind[webhookID]; ok && p.shard == e.Shard && e.Number > p.number {
			return true
		}
	}
	for _, r := range d.replays {
		if r.AppID == e.AppID && r.Shard == e.Shard && e.Number > r.Number && e.Number <= r.End {
			return true
		}
	}
	return false
}
