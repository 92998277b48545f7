package main

import (
	"context"
	"fmt"

	"slotcast/internal/domain"
	"slotcast/internal/signing"
	"slotcast/internal/viewer"
)

// hooksPerApp is how many webhooks an app has at most.
const hooksPerApp = 100

// tenant is an app with its webhooks.
type tenant struct {
	appID string
	shard int
	hooks []string // ids, at the receiver's ports from first on
	first int
}

// subscribe makes a webhook for each of the receiver's URLs, in as few apps as
// hold them with so many each: the fixture's first.
func (r *rig) subscribe(ctx context.Context, f *fixture, each int) (all []*tenant, err error) {
	ctx = viewer.System(ctx)
	for i, url := range r.receiver.urls {
		if i%each == 0 {
			t := &tenant{appID: f.appID, first: i}
			if i > 0 {
				made, err := r.db.Client.App.Create().SetName("Bench").Save(ctx)
				if err != nil {
					return nil, fmt.Errorf("making an app: %w", err)
				}
				t.appID = made.ID
			}
			t.shard = f.log.ShardOf(t.appID)
			all = append(all, t)
		}
		t := all[len(all)-1]
		made, err := r.db.Client.Webhook.Create().SetAppID(t.appID).SetAgentID(f.ownerID).SetSubscriberURL(url).
			SetTriggers([]domain.Trigger{domain.MeetingBooked, domain.MeetingRescheduled, domain.MeetingCanceled}).
			SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret(signing.NewSecret()).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("making a webhook: %w", err)
		}
		t.hooks = append(t.hooks, made.ID)
	}
	return all, nil
}

// shards counts the parts of the log that the tenants are in.
func shards(all []*tenant) int {
	seen := map[int]bool{}
	for _, t := range all {
		seen[t.shard] = true
	}
	return len(seen)
}
