package doctor_test

import (
	"strings"
	"testing"
	"time"

	"slotcast/internal/doctor"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// What nothing is sent to is named, with what waits for it, and not what people have
// paused themselves; of many the first.
func TestFailingWebhooks(t *testing.T) {
	t.Parallel()
	url, dir := entdbtest.PostgresURL(t), t.TempDir()
	for name, c := range map[string]struct {
		open entdb.Config
		env  env
	}{
		"postgres": {entdb.Config{URL: url}, env{"DATABASE_URL": url}},
		"sqlite":   {entdb.Config{DataDir: dir}, env{"SLOTCAST_DATA_DIR": dir}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := must(entdb.Open(t.Context(), c.open))(t)
			defer db.Close()
			must(db.Migrate(t.Context()))(t)
			ctx := viewer.System(t.Context())
			if db.Client.Shard.Query().CountX(ctx) == 0 {
				must(db, eventlog.Init(t.Context(), db.Client, entdbtest.Shards, time.Now()))(t)
			}
			rows := entdbtest.NewRows(t, db.Client)
			look := func() []string { return findings(t, doctor.Config{Settings: c.env.settings(t)}) }
			says(t, look(), "ok webhooks: none fails")

			since := time.Date(2027, 1, 6, 12, 0, 0, 0, time.UTC)
			id := rows["Webhook"]
			turn := func(to domain.WebhookState, reason string) {
				db.Client.Webhook.UpdateOneID(id).SetFailingSince(since).SetState(to).SetStateReason(reason).ExecX(ctx)
			}
			turn(domain.WebhookDegraded, "no answer\nwithin 15s")
			db.Client.Backlog.Delete().ExecX(ctx)
			shard := db.Client.Shard.Query().FirstX(ctx)
			db.Client.Shard.UpdateOne(shard).SetHead(1007).ExecX(ctx)
			db.Client.Backlog.Create().SetID(id).SetShard(shard.ID).SetNumber(7).ExecX(ctx)
			says(t, look(), "warning webhooks: "+id+" of app "+rows["App"]+" is DEGRADED, failing since 2027-01-06T12:00:00Z, 1000 events behind: no answer within 15s")

			turn(domain.WebhookPaused, "it has been failing since …")
			says(t, look(), "warning webhooks: "+id+" of app "+rows["App"]+" is PAUSED")
			turn(domain.WebhookPaused, "paused by Jo Park")
			says(t, look(), "ok webhooks: none fails")

			w := db.Client.Webhook.GetX(ctx, id)
			for range 7 {
				db.Client.Webhook.Create().SetAppID(w.AppID).SetAgentID(w.AgentID).SetSubscriberURL("https://u:hidden@example.org").SetScope(w.Scope).
					SetFormat(w.Format).SetTriggers(w.Triggers).SetSecret("").SetState(domain.WebhookDegraded).SetFailingSince(since).ExecX(ctx)
			}
			lines := look()
			says(t, lines, "warning webhooks: 2 more fail")
			if all := strings.Join(lines, "\n"); strings.Count(all, "is DEGRADED") != 5 || strings.Contains(all, "hidden") {
				t.Errorf("it says\n%s", all)
			}
		})
	}
}

func TestAlertSecretWithoutURL(t *testing.T) {
	t.Parallel()
	settings := env{"SLOTCAST_DATA_DIR": t.TempDir(), "SLOTCAST_ALERT_SECRET": "whsec_c2VjcmV0"}
	says(t, findings(t, doctor.Config{Settings: settings.settings(t)}), "warning alerts: SLOTCAST_ALERT_SECRET is set")
	settings["SLOTCAST_ALERT_URL"] = "https://alerts.example.org"
	for _, line := range findings(t, doctor.Config{Settings: settings.settings(t)}) {
		if strings.Contains(line, "ALERT") {
			t.Errorf("it says %s", line)
		}
	}
}
