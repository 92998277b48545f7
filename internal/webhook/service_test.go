package webhook_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/signing"
	"slotcast/internal/webhook"
)

func diff(got, want *ent.Webhook) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(ent.Webhook{}), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0))
}

func TestCreate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := webhook.Input{
			SubscriberURL: "https://example.com/hook?a=b", Triggers: []domain.Trigger{domain.MeetingCanceled, domain.MeetingBooked},
			EventTypeIDs: []string{mine.Rows["EventType"]}, MeetingTypes: []domain.MeetingType{domain.Solo},
			Secret: pointer("open sesame"), Scope: domain.ScopeUser, Format: domain.FormatNative,
			Description: pointer(strings.Repeat("é", 500)), SecretHeader: pointer("X-Secret"),
			Headers: map[string]any{"X-Team": "ops é", "Authorization": "Basic eDp5"},
		}
		w, secret, err := s.Create(mine.ctx, in)
		if err != nil || secret != "open sesame" {
			t.Fatalf("secret %q, %v", secret, err)
		}
		want := &ent.Webhook{
			ID: w.ID, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, AppID: mine.Rows["App"], AgentID: mine.Rows["Agent"],
			SubscriberURL: in.SubscriberURL, Triggers: in.Triggers, EventTypeIds: in.EventTypeIDs, MeetingTypes: in.MeetingTypes,
			Scope: in.Scope, Format: in.Format, State: domain.WebhookActive, Secret: w.Secret, Description: in.Description,
			OrderPolicy: domain.OrderBounded, AlertedState: domain.WebhookActive, MailedState: domain.WebhookActive, StateSince: w.StateSince, SecretSince: w.SecretSince,
			SecretHeader: in.SecretHeader, Headers: map[string]string{"X-Team": "ops é", "Authorization": "Basic eDp5"},
		}
		if got, err := s.Keys().Open(w.Secret, w.ID); w.Secret == secret || got != secret || err != nil {
			t.Errorf("the secret is kept as %q, which opens as %q, %v", w.Secret, got, err)
		}
		if d := diff(w, want); d != "" {
			t.Errorf("the answer (-want +got):\n%s", d)
		}
		if d := diff(must(db.Client.Webhook.Get(mine.ctx, w.ID))(t), want); d != "" {
			t.Errorf("the row (-want +got):\n%s", d)
		}
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, made, err := s.Create(mine.ctx, input())
		if _, bad := signing.ParseSecret(made); err != nil || bad != nil || !strings.HasPrefix(made, "whsec_") || strings.Contains(w.Secret, made) {
			t.Errorf("none given: %q, %v, %v", made, err, bad)
		}
		if got, err := s.Keys().Open(w.Secret, w.ID); got != made || err != nil || sealing.KeyOf(w.Secret) != s.Keys().Current() {
			t.Errorf("kept as %q, which opens as %q, %v", w.Secret, got, err)
		}
		in := input()
		in.Secret = pointer("")
		if w, secret, err := s.Create(mine.ctx, in); err != nil || secret != "" || w.Secret != "" {
			t.Errorf("empty: %q, %v", secret, err)
		}
		for _, secret := range []string{
			"whsec_", "whsec_short", "tab\t", " padded", "padded ", "ünicode", "nul\x00", strings.Repeat("x", 201),
		} {
			in.Secret = &secret
			_, _, err := s.Create(mine.ctx, in)
			refused(t, secret, err, "BAD_USER_INPUT secret")
			if err != nil && secret != "whsec_" && strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows the secret: %v", err)
			}
		}
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.EventTypeIDs, in.MeetingTypes = []string{mine.Rows["EventType"]}, []domain.MeetingType{domain.Solo}
		in.Description, in.SecretHeader, in.Headers = pointer("old"), pointer("X-Secret"), map[string]any{"X-A": "a"}
		want, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for name, step := range map[string]struct {
			changes webhook.Changes
			apply   func(w *ent.Webhook)
		}{
			"nothing": {webhook.Changes{}, func(*ent.Webhook) {}},
			"subscriberUrl": {
				webhook.Changes{SubscriberURL: pointer("http://127.0.0.1:9000")},
				func(w *ent.Webhook) { w.SubscriberURL = "http://127.0.0.1:9000" },
			},
			"triggers": {
				webhook.Changes{Triggers: []domain.Trigger{domain.MeetingNoShow}},
				func(w *ent.Webhook) { w.Triggers = []domain.Trigger{domain.MeetingNoShow} },
			},
			"eventTypeIds": {webhook.Changes{EventTypeIDs: []string{}}, func(w *ent.Webhook) { w.EventTypeIds = nil }},
			"meetingTypes": {webhook.Changes{MeetingTypes: []domain.MeetingType{}}, func(w *ent.Webhook) { w.MeetingTypes = nil }},
			"description":  {webhook.Changes{Description: pointer("new")}, func(w *ent.Webhook) { w.Description = pointer("new") }},
			"none":         {webhook.Changes{Description: pointer(""), SecretHeader: pointer("")}, func(w *ent.Webhook) { w.Description, w.SecretHeader = nil, nil }},
			"secretHeader": {webhook.Changes{SecretHeader: pointer("X-B")}, func(w *ent.Webhook) { w.SecretHeader = pointer("X-B") }},
			"headers": {
				webhook.Changes{Headers: map[string]any{"X-C": "c"}},
				func(w *ent.Webhook) { w.Headers = map[string]string{"X-C": "c"} },
			},
		} {
			got := must(s.Update(mine.ctx, want.ID, step.changes))(t)
			step.apply(want)
			want.UpdatedAt = got.UpdatedAt
			if d := diff(got, want) + diff(must(db.Client.Webhook.Get(mine.ctx, want.ID))(t), want); d != "" {
				t.Errorf("%s (-want +got):\n%s", name, d)
			}
		}
	})
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		in := input()
		in.Headers = map[string]any{"x-a": "a"}
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for want, c := range map[string]webhook.Changes{
			"BAD_USER_INPUT subscriberUrl": {SubscriberURL: pointer("")},
			"BAD_USER_INPUT triggers":      {Triggers: []domain.Trigger{}},
			"NOT_FOUND eventTypeIds.0":     {EventTypeIDs: []string{other.Rows["EventType"]}},
			"BAD_USER_INPUT meetingTypes.1": {
				MeetingTypes: []domain.MeetingType{domain.Solo, domain.Solo},
			},
			"BAD_USER_INPUT description":  {Description: pointer("\x00")},
			"BAD_USER_INPUT secretHeader": {SecretHeader: pointer("X-A")}, // one of the fixed headers
			"BAD_USER_INPUT headers.Host": {Headers: map[string]any{"Host": "x"}},
		} {
			_, err := s.Update(mine.ctx, w.ID, c)
			refused(t, "update", err, want)
		}
		if d := diff(must(db.Client.Webhook.Get(mine.ctx, w.ID))(t), w); d != "" {
			t.Errorf("the row (-want +got):\n%s", d)
		}
	})
}

// Another app's webhook is as one that does not exist.
func TestOtherApps(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]string{
			w.ID: "NOT_FOUND id", "whk_none": "NOT_FOUND id", "": "NOT_FOUND id",
			"\x00": "BAD_USER_INPUT id", "\xff": "BAD_USER_INPUT id",
		} {
			_, err := s.Update(other.ctx, id, webhook.Changes{Description: pointer("x")})
			refused(t, "update "+id, err, want)
			refused(t, "delete "+id, s.Delete(other.ctx, id), want)
		}
		list := func(ctx context.Context) int { return must(db.Client.Webhook.Query().Count(ctx))(t) }
		if list(other.ctx) != 0 || list(mine.ctx) != 1 {
			t.Errorf("%d and %d webhooks", list(other.ctx), list(mine.ctx))
		}
		if _, _, err := s.Create(t.Context(), input()); err == nil {
			t.Error("nobody may make a webhook")
		}
		refused(t, "delete", s.Delete(mine.ctx, w.ID), "")
		refused(t, "delete again", s.Delete(mine.ctx, w.ID), "NOT_FOUND id")
		if list(mine.ctx) != 0 {
			t.Error("the webhook is still there")
		}
	})
}

func TestLimit(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		if _, _, err := s.Create(mine.ctx, input()); err != nil {
			t.Fatal(err)
		}
		const columns = "created_at, updated_at, app_id, agent_id, subscriber_url, triggers, event_type_ids, meeting_types, scope, format, secret, order_policy, retry_schedule, secret_since, state_since, alerted_state, mailed_state"
		_, err := db.SQL.ExecContext(t.Context(), `INSERT INTO webhooks (id, `+columns+`)
			WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
			SELECT id || i, `+columns+` FROM webhooks, n`)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Create(mine.ctx, input())
		refused(t, "one too many", err, "LIMIT_EXCEEDED")
		if _, _, err := s.Create(other.ctx, input()); err != nil {
			t.Errorf("another app: %v", err)
		}
	})
}
