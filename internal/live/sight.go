package live

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/backlog"
	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/ent/replay"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

const (
	newest    = 10 * time.Second // what is younger is looked at; what takes longer is open by then
	maxNewest = 4096
	maxOpen   = 2048
	maxPassed = 1024 // rows that one webhook went past since the look before
)

// sight is what a look at an app's deliveries saw. It is bounded by the limits
// above.
type sight struct {
	watched time.Time // since when the app is
	at      time.Time
	from    string                   // all deliveries with this id, or a greater one, are in rows; empty: they may not be
	rows    map[string]*ent.Delivery // with little more than when they changed
	passed  map[string]bool          // those of them that something went past: they may have changed before
	cursors map[string]reach
}

// reach is how far something has got that goes through a webhook's deliveries.
type reach struct {
	webhookID string
	number    int64
	end       int64
}

// fresh returns since when an older row that was not seen before must have changed.
func (s *sight) fresh(d *ent.Delivery, before *sight) time.Time {
	if s.passed[d.ID] {
		return before.watched.Add(-slack)
	}
	return before.at.Add(-slack)
}

// new reports whether a row that was not seen before is one that was not there, or
// has changed.
func (s *sight) new(d *ent.Delivery, before *sight) bool {
	return before.from != "" && d.ID >= before.from || d.UpdatedAt.After(s.fresh(d, before))
}

// see looks at an app's deliveries.
func (p *Poll) see(ctx context.Context, appID string, before *sight) (*sight, error) {
	s := &sight{watched: before.watched, at: time.Now(), rows: map[string]*ent.Delivery{}, passed: map[string]bool{}}
	shard := p.cfg.ShardOf(appID)
	least, _ := typeid.Bounds(typeid.Delivery, before.at.Add(-newest))
	err := p.read(ctx, s, maxNewest, delivery.ByID(sql.OrderDesc()), delivery.AppID(appID), delivery.IDGTE(least),
		delivery.CreatedAtGTE(before.at.Add(-newest-clocks)))
	if err != nil {
		return nil, fmt.Errorf("reading the newest deliveries: %w", err)
	}
	if len(s.rows) < maxNewest {
		s.from = least
	}
	if err := p.read(ctx, s, maxOpen, delivery.ByNextAttemptAt(), openIn(shard), delivery.AppID(appID)); err != nil {
		return nil, fmt.Errorf("reading the open deliveries: %w", err)
	}
	if s.cursors, err = p.reaches(ctx, appID, shard); err != nil {
		return nil, err
	}
	for id, was := range before.cursors {
		if err := p.between(ctx, s, was, s.cursors[id]); err != nil {
			return nil, fmt.Errorf("reading what webhook %s went past: %w", was.webhookID, err)
		}
	}
	return s, p.again(ctx, s, appID, before)
}

// openIn selects what is open in a shard. It is written out, as a parameter would
// keep the partial index from being used.
func openIn(shard int) predicate.Delivery {
	return func(s *sql.Selector) {
		s.Where(sql.ExprP("status = 'PENDING' AND shard = " + strconv.Itoa(shard)))
	}
}

func (p *Poll) read(ctx context.Context, s *sight, limit int, by delivery.OrderOption, where ...predicate.Delivery) error {
	rows, err := p.cfg.Client.Delivery.Query().Where(where...).Order(by).Limit(limit).
		Select(delivery.FieldID, delivery.FieldUpdatedAt, delivery.FieldStatus).All(ctx)
	for _, d := range rows {
		s.rows[d.ID] = d
	}
	return err
}

// reaches reads how far the webhooks of an app are that are behind, and its replays.
func (p *Poll) reaches(ctx context.Context, appID string, shard int) (map[string]reach, error) {
	behind, err := p.cfg.Client.Backlog.Query().Where(backlog.Shard(shard), ofApp(appID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading which webhooks are behind: %w", err)
	}
	replays, err := p.cfg.Client.Replay.Query().Where(replay.AppID(appID), replay.StatusEQ(domain.ReplayRunning)).
		Select(replay.FieldID, replay.FieldWebhookID, replay.FieldNumber, replay.FieldEnd).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the replays: %w", err)
	}
	all := make(map[string]reach, len(behind)+len(replays))
	for _, b := range behind {
		all[b.ID] = reach{b.ID, b.Number, math.MaxInt64}
	}
	for _, r := range replays {
		all[r.ID] = reach{r.WebhookID, r.Number, r.End}
	}
	return all, nil
}

// ofApp selects the backlogs of an app's webhooks.
func ofApp(appID string) predicate.Backlog {
	return func(s *sql.Selector) {
		w := sql.Table(webhook.Table)
		s.Where(sql.In(s.C(backlog.FieldID), sql.Select(w.C(webhook.FieldID)).From(w).Where(sql.EQ(w.C(webhook.FieldAppID), appID))))
	}
}

// between looks at what something went past since. What is not there any more has
// gone to its end.
func (p *Poll) between(ctx context.Context, s *sight, was, is reach) error {
	to := is.number
	if is.webhookID == "" {
		to = was.end
	}
	if to <= was.number {
		return nil
	}
	passed := &sight{rows: map[string]*ent.Delivery{}}
	err := p.read(ctx, passed, maxPassed, delivery.ByNumber(sql.OrderDesc()), delivery.WebhookID(was.webhookID),
		delivery.NumberGT(was.number), delivery.NumberLTE(to))
	for id, d := range passed.rows {
		s.rows[id], s.passed[id] = d, true
	}
	return err
}

// again looks at what was open and is not among the rest now.
func (p *Poll) again(ctx context.Context, s *sight, appID string, before *sight) error {
	var ids []string
	for id, d := range before.rows {
		if d.Status == domain.DeliveryPending && s.rows[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids[:min(len(ids), maxOpen)], maxIDs) {
		if err := p.read(ctx, s, len(some), delivery.ByID(), append(byIDs(some), delivery.AppID(appID))...); err != nil {
			return fmt.Errorf("reading what was open: %w", err)
		}
	}
	return nil
}
