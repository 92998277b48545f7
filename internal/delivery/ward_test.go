package delivery_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// What a gate concluded changes the state from where there is a way, and never
// what somebody has decided since, nor without the lease.
func TestHealthChangesStates(t *testing.T) {
	t.Parallel()
	const active, degraded, paused, disabled = domain.WebhookActive, domain.WebhookDegraded, domain.WebhookPaused, domain.WebhookDisabled
	tests := []struct {
		name   string
		from   domain.WebhookState
		change delivery.Verdict
		to     domain.WebhookState
		action domain.AuditAction // none: nothing changes
	}{
		{"fails", active, delivery.Opened, degraded, domain.AuditWebhookDegraded},
		{"fails on", degraded, delivery.Opened, degraded, ""},
		{"fails, and was paused", paused, delivery.Opened, paused, ""},
		{"fails, and was switched off", disabled, delivery.Opened, disabled, ""},
		{"is well again", degraded, delivery.Closed, active, domain.AuditWebhookRecovered},
		{"is well", active, delivery.Closed, active, ""},
		{"is well again, and was paused", paused, delivery.Closed, paused, ""},
		{"is well again, and was switched off", disabled, delivery.Closed, disabled, ""},
		{"is gone", active, delivery.Gone, disabled, domain.AuditWebhookDisabled},
		{"failed, and is gone", degraded, delivery.Gone, disabled, domain.AuditWebhookDisabled},
		{"was paused, and is gone", paused, delivery.Gone, disabled, domain.AuditWebhookDisabled},
		{"is gone, and was", disabled, delivery.Gone, disabled, ""},
	}
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		shard := e.log.ShardOf(e.app.ID)
		w := delivery.New(delivery.Config{Client: e.db.Client, Logger: slog.New(slog.DiscardHandler)})
		l := e.db.Client.Lease.UpdateOneID(shard).SetOwner(w.Process()).SetEpoch(7).SaveX(ctx)
		long := time.Now().UTC().Add(-time.Hour).Truncate(time.Microsecond)
		for _, tt := range tests {
			hook := e.webhook("https://example.org").Update().SetState(tt.from).SetStateSince(long).SaveX(ctx)
			w.Conclude(ctx, l, hook, tt.change, time.Now().UTC(), long)
			got := e.state(hook)
			var want []domain.AuditAction
			if tt.action != "" {
				want = append(want, tt.action)
			}
			if diff := cmp.Diff(want, e.actions(hook)); diff != "" || got.State != tt.to || got.StateSince.Equal(long) != (tt.action == "") {
				t.Errorf("%s: it is %s since %s, and the audit log (-want +got):\n%s", tt.name, got.State, got.StateSince, diff)
			}
			if why := got.StateReason != nil; why != (tt.to != active && tt.action != "" || tt.from == degraded && tt.to == degraded) {
				t.Errorf("%s: it has a reason: %t", tt.name, why)
			}
		}
		since := e.webhook("https://example.org").Update().SetStateSince(time.Now().UTC()).SaveX(ctx)
		for _, change := range []delivery.Verdict{delivery.Opened, delivery.Gone} {
			if w.Conclude(ctx, l, since, change, long, long); e.state(since).State != active {
				t.Errorf("what somebody has decided since is undone: %v", e.state(since).State)
			}
		}
		fenced := e.webhook("https://example.org")
		e.db.Client.Lease.UpdateOneID(shard).SetOwner(typeid.New(typeid.Process)).SetEpoch(8).ExecX(ctx)
		if w.Conclude(ctx, l, fenced, delivery.Opened, time.Now().UTC(), long); e.state(fenced).State != active {
			t.Error("who has lost the lease writes")
		}
	})
}
