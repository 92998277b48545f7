package live

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/privacy"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/fanout"
	"slotcast/internal/viewer"
)

// DeliveriesConfig is what Deliveries are made of.
type DeliveriesConfig struct {
	Client  *ent.Client
	Changes *Changes
	Join    time.Duration // how long a change waits for those that follow it; 0 means 100 ms
	Logger  *slog.Logger
}

// Deliveries shows deliveries as they change. It is safe for concurrent use.
type Deliveries struct {
	client  *ent.Client
	changes *Changes
	join    time.Duration
	logger  *slog.Logger
}

// NewDeliveries returns Deliveries.
func NewDeliveries(c DeliveriesConfig) *Deliveries {
	return &Deliveries{
		client: c.Client, changes: c.Changes,
		join: cmp.Or(c.Join, 100*time.Millisecond), logger: cmp.Or(c.Logger, slog.Default()),
	}
}

// Feed returns the deliveries of the viewer's app, or of one webhook, that change
// behind a place: those that he sees, each as it is when it is read, as an
// *ent.Delivery. The app is watched until ctx ends, which is the subscriber's. It
// can be read for longer: a group of subscribers reads the feed of one of them, who
// may have left. While nobody watches the app, it waits. Its errors: UNAUTHENTICATED,
// FORBIDDEN, and NOT_FOUND about webhookId.
func (d *Deliveries) Feed(ctx context.Context, webhookID *string) (feed fanout.Feed, place int64, err error) {
	v, err := watcher(ctx, domain.WebhooksRead)
	if err != nil {
		return nil, 0, err
	}
	f := &deliveryFeed{Deliveries: d, viewer: v}
	if webhookID != nil {
		there, err := patiently(ctx, d.logger, func(ctx context.Context) (bool, error) {
			return d.client.Webhook.Query().Where(webhook.ID(*webhookID)).Exist(ctx)
		})
		if err != nil {
			return nil, 0, err
		}
		if !there {
			return nil, 0, apperr.Missing("webhook", "webhookId", *webhookID)
		}
		f.webhookID = *webhookID
	}
	return f, d.changes.Watch(ctx, v.AppID), nil
}

// deliveryFeed are a viewer's. A place is one of the app's changes.
type deliveryFeed struct {
	*Deliveries
	viewer    viewer.Viewer
	webhookID string // empty: all
}

// Head is of the changes that are kept.
func (f *deliveryFeed) Head(context.Context) (int64, error) {
	n, _, _ := f.changes.follow(f.viewer.AppID, 0)
	return n.at, nil
}

// Read implements [fanout.Feed].
func (f *deliveryFeed) Read(ctx context.Context, behind int64, limit int) ([]fanout.Item, int64, error) {
	n, err := f.wait(ctx, behind)
	if err != nil {
		return nil, behind, err
	}
	ids, at := latest(n.ids, n.from, max(1, limit))
	ctx = viewer.With(ctx, f.viewer)
	for {
		rows, err := f.rows(ctx, ids)
		switch {
		case err == nil:
			return items(ids, rows), at, nil
		case ctx.Err() != nil:
			return nil, behind, ctx.Err()
		case errors.Is(err, privacy.Deny):
			return nil, behind, apperr.New(apperr.Forbidden, "the deliveries are closed to the token")
		}
		f.logger.WarnContext(ctx, "deliveries_unread", "app_id", f.viewer.AppID, "error", err)
		if err := backoff.Wait(ctx, retryEvery); err != nil {
			return nil, behind, err
		}
	}
}

// wait waits for something to change, and then a moment for what follows it. What
// was told some time ago has had that.
func (f *deliveryFeed) wait(ctx context.Context, behind int64) (news, error) {
	for {
		n, more, ok := f.changes.follow(f.viewer.AppID, behind)
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if !ok {
			return n, apperr.New(apperr.CursorExpired,
				"more deliveries have changed than are kept for who is behind: subscribe again, then read deliveries as they are")
		}
		if len(n.ids) == 0 {
			select {
			case <-more:
			case <-ctx.Done():
			}
			continue
		}
		if left := f.join - time.Since(n.told); left > 0 {
			if err := backoff.Wait(ctx, left); err != nil {
				return n, err
			}
			continue
		}
		return n, nil
	}
}

// changedID is a delivery that has changed, last at the place before at.
type changedID struct {
	id string
	at int64
}

// latest takes changes from the front until there are so many different ones, in
// the order of the last change of each, and says up to where that is.
func latest(ids []string, behind int64, limit int) (out []changedID, at int64) {
	last := map[string]int64{}
	for at = behind; at < behind+int64(len(ids)); at++ {
		id := ids[at-behind]
		if _, known := last[id]; !known && len(last) == limit {
			break
		}
		last[id] = at + 1
	}
	for id, at := range last {
		out = append(out, changedID{id, at})
	}
	slices.SortFunc(out, func(a, b changedID) int { return cmp.Compare(a.at, b.at) })
	return out, at
}

const (
	maxIDs = 100       // of one statement: SQLite's driver looks long for parameters among many
	clocks = time.Hour // how far apart those of a delivery's id and its event may be
)

// rows reads those that the viewer sees.
func (f *deliveryFeed) rows(ctx context.Context, ids []changedID) (map[string]*ent.Delivery, error) {
	found := make(map[string]*ent.Delivery, len(ids))
	for some := range slices.Chunk(ids, maxIDs) {
		all := make([]string, len(some))
		for i, c := range some {
			all[i] = c.id
		}
		query := f.client.Delivery.Query().Where(byIDs(all)...)
		if f.webhookID != "" {
			query.Where(delivery.WebhookID(f.webhookID))
		}
		rows, err := within(ctx, query.All)
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			found[d.ID] = d
		}
	}
	return found, nil
}

func items(ids []changedID, rows map[string]*ent.Delivery) (out []fanout.Item) {
	for _, c := range ids {
		if d := rows[c.id]; d != nil {
			out = append(out, fanout.Item{Place: c.at, Value: d, At: d.UpdatedAt})
		}
	}
	return out
}
