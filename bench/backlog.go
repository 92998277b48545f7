package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/ent/lease"
	"slotcast/internal/domain"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// subscribe makes a webhook of every URL, for every trigger.
func (f *fixture) subscribe(ctx context.Context, urls []string) error {
	ctx = viewer.System(ctx)
	for _, u := range urls {
		err := f.db.Client.Webhook.Create().SetAppID(f.appID).SetAgentID(f.ownerID).SetSubscriberURL(u).
			SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(domain.ScopeOrganization).
			SetFormat(domain.FormatNative).SetSecret(signing.NewSecret()).Exec(ctx)
		if err != nil {
			return fmt.Errorf("making a webhook: %w", err)
		}
	}
	return nil
}

// burst appends n events in one transaction, each of a meeting of its own with
// the sample's snapshot, and returns the last one's number. Booking as many
// would take longer than delivering them.
func (f *fixture) burst(ctx context.Context, sample *ent.Event, n int) (last int64, err error) {
	ctx = viewer.System(ctx)
	tx, err := f.db.Client.Tx(ctx)
	if err != nil {
		return 0, fmt.Errorf("beginning the burst: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing is left to roll back after the commit
	shard, err := tx.Shard.UpdateOneID(f.shard).AddHead(int64(n)).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("taking %d numbers: %w", n, err)
	}
	for done := 0; done < n; {
		rows := make([]*ent.EventCreate, min(n-done, 500))
		for i := range rows {
			id := typeid.New(typeid.Meeting)
			done++
			rows[i] = tx.Event.Create().SetAppID(f.appID).SetShard(f.shard).SetNumber(shard.Head - int64(n) + int64(done)).
				SetTrigger(sample.Trigger).SetMeetingID(id).SetSeriesID(id).SetSequence(1).
				SetOccurredAt(time.Now().UTC()).SetOwed(sample.Owed).
				SetSnapshot(strings.ReplaceAll(sample.Snapshot, sample.MeetingID, id))
		}
		if err := tx.Event.CreateBulk(rows...).Exec(ctx); err != nil {
			return 0, fmt.Errorf("appending the burst: %w", err)
		}
	}
	return shard.Head, tx.Commit()
}

// settled reports whether every message up to the event with this number has
// been sent and has its row.
func (f *fixture) settled(ctx context.Context, number int64) (bool, error) {
	ctx = viewer.System(ctx)
	l, err := f.db.Client.Lease.Query().Where(lease.ID(f.shard)).Only(ctx)
	if err != nil {
		return false, fmt.Errorf("reading the watermark: %w", err)
	}
	return l.Settled >= number, nil
}

// delivered counts the messages of events behind this number whose rows say
// that they arrived.
func (f *fixture) delivered(ctx context.Context, number int64) (int, error) {
	n, err := f.db.Client.Delivery.Query().
		Where(delivery.NumberGT(number), delivery.StatusEQ(domain.DeliveryDelivered)).Count(viewer.System(ctx))
	if err != nil {
		return 0, fmt.Errorf("counting the deliveries: %w", err)
	}
	return n, nil
}

// waits returns how long after its event was appended, which is just before the
// commit, each message came.
func (f *fixture) waits(ctx context.Context, came []arrival) ([]time.Duration, error) {
	rows, err := f.db.Client.Event.Query().Select(event.FieldID, event.FieldOccurredAt).All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading when the events happened: %w", err)
	}
	appended := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		appended[r.ID] = r.OccurredAt
	}
	out := make([]time.Duration, 0, len(came))
	for _, a := range came {
		at, ok := appended[a.eventID]
		if !ok {
			return nil, fmt.Errorf("the receiver got %q, which is no event", a.eventID)
		}
		out = append(out, a.at.Sub(at))
	}
	return out, nil
}
