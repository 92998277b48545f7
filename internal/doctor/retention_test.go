package doctor_test

import (
	"testing"
	"time"

	"slotcast/internal/doctor"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/retention"
	"slotcast/internal/viewer"
)

// partitioned makes a database as a start of the server leaves it.
func partitioned(t *testing.T) (url string) {
	t.Helper()
	url = entdbtest.PostgresURL(t)
	db := must(entdb.Open(t.Context(), entdb.Config{URL: url}))(t)
	defer db.Close()
	must(retention.New(retention.Config{DB: db, Days: 30}).RunOnce(t.Context()))(t)
	return url
}

func TestRetention(t *testing.T) {
	t.Parallel()
	settings := env{"DATABASE_URL": entdbtest.PostgresURL(t), "SLOTCAST_RETENTION_DAYS": "10"}.settings(t)
	says(t, findings(t, doctor.Config{Settings: settings}), "warning retention: kept for 10 days: there are no partitions yet")

	url := partitioned(t)
	settings = env{"DATABASE_URL": url, "SLOTCAST_RETENTION_DAYS": "0"}.settings(t)
	says(t, findings(t, doctor.Config{Settings: settings}), "ok retention: for ever")

	settings = env{"DATABASE_URL": url, "SLOTCAST_RETENTION_DAYS": "1"}.settings(t)
	later := func() time.Time { return time.Now().AddDate(0, 0, 40) }
	says(t, findings(t, doctor.Config{Settings: settings, Now: later}), "warning retention: the last partition ends at")

	db := must(entdb.Open(t.Context(), entdb.Config{URL: url}))(t)
	defer db.Close()
	ctx, rows := viewer.System(t.Context()), entdbtest.NewRows(t, db.Client)
	must(db.SQL.ExecContext(ctx, "UPDATE events SET occurred_at = now() - interval '5 days', owed = $1", `["`+rows["Webhook"]+`"]`))(t)
	must(db.Client.Webhook.UpdateOneID(rows["Webhook"]).SetState(domain.WebhookPaused).Save(ctx))(t)
	must(db.SQL.ExecContext(ctx, "UPDATE deliveries SET created_at = '2099-01-01 00:00:00+00'"))(t)
	says(t, findings(t, doctor.Config{Settings: settings}),
		"warning retention: webhook "+rows["Webhook"]+", PAUSED, still needs events since", "warning retention: 1 new row outside of the partitions")
	replay := "warning retention: kept for 1 day: replay " + rows["Replay"] + " for webhook " + rows["Webhook"] + " still needs events since "
	says(t, findings(t, doctor.Config{Settings: settings}), replay, "warning retention: , and rests while the webhook is PAUSED")
	must(db.Client.Webhook.UpdateOneID(rows["Webhook"]).SetState(domain.WebhookActive).Save(ctx))(t)
	says(t, findings(t, doctor.Config{Settings: settings}), replay)
}
