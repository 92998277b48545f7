package webhook_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
)

func TestSwitching(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.Format, in.Disabled = domain.FormatCalcom, true
		w, _, err := s.Create(mine.ctx, in)
		if err != nil || w.State != domain.WebhookDisabled {
			t.Fatalf("made switched off: %v, %v", w, err)
		}
		for _, step := range []struct {
			from, to domain.WebhookState
			on       bool
		}{
			{domain.WebhookActive, domain.WebhookDisabled, false},
			{domain.WebhookDegraded, domain.WebhookDisabled, false},
			{domain.WebhookPaused, domain.WebhookDisabled, false},
			{domain.WebhookDisabled, domain.WebhookDisabled, false},
			{domain.WebhookActive, domain.WebhookActive, true},
			{domain.WebhookDegraded, domain.WebhookDegraded, true},
			{domain.WebhookPaused, domain.WebhookActive, true},
			{domain.WebhookDisabled, domain.WebhookActive, true},
		} {
			if err := db.Client.Webhook.UpdateOneID(w.ID).SetState(step.from).Exec(mine.ctx); err != nil {
				t.Fatal(err)
			}
			before := entries(t, db, mine)
			if same := must(s.Update(mine.ctx, w.ID, hooks.Changes{}))(t); same.State != step.from {
				t.Errorf("%s becomes %s by itself", step.from, same.State)
			}
			got := must(s.Update(mine.ctx, w.ID, hooks.Changes{Active: &step.on}))(t)
			if kept := must(db.Client.Webhook.Get(mine.ctx, w.ID))(t); got.State != step.to || kept.State != step.to {
				t.Errorf("%s switched %v is %s, kept as %s", step.from, step.on, got.State, kept.State)
			}
			var want []string
			if step.from != step.to {
				want = append(want, `WEBHOOK_UPDATED `+w.ID+` {"state":{"from":"`+string(step.from)+`","to":"`+string(step.to)+`"}}`)
			}
			if diff := cmp.Diff(want, entries(t, db, mine)[len(before):], cmpEmpty); diff != "" {
				t.Errorf("the audit log (-want +got):\n%s", diff)
			}
		}
	})
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.SecretHeader, in.Secret = pointer("X-Secret"), pointer("old")
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		changed := must(s.Update(mine.ctx, w.ID, hooks.Changes{Secret: pointer("new")}))(t)
		if got := must(s.Keys().Open(changed.Secret, w.ID))(t); got != "new" {
			t.Errorf("the secret is %q", got)
		}
		log := entries(t, db, mine)
		if want := `WEBHOOK_UPDATED ` + w.ID + ` {"secret":{"from":"(hidden)","to":"(hidden)"}}`; log[len(log)-1] != want {
			t.Errorf("the audit log has %s", log[len(log)-1])
		}
		for secret, want := range map[string]string{"": "BAD_USER_INPUT secretHeader", "whsec_": "BAD_USER_INPUT secret", "a\n": "BAD_USER_INPUT secret"} {
			_, err := s.Update(mine.ctx, w.ID, hooks.Changes{Secret: &secret})
			refused(t, secret, err, want)
		}
		bare := must(s.Update(mine.ctx, w.ID, hooks.Changes{Secret: pointer(""), SecretHeader: pointer("")}))(t)
		if bare.Secret != "" {
			t.Errorf("none is kept as %q", bare.Secret)
		}
	})
}

// What an agent made as an admin he may end as a member, though he does not see
// it any more.
func TestMakersDelete(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		newAgent := func(name string) string {
			return must(db.Client.Agent.Create().SetAppID(mine.Rows["App"]).SetName(name).SetEmail(name + "@example.org").
				SetTimeZone("UTC").SetRole(domain.Member).Save(viewer.System(t.Context())))(t).ID
		}
		ben, eve := newAgent("ben"), newAgent("eve")
		w, _, err := s.Create(mine.as(t, viewer.Viewer{Role: domain.Admin, AgentID: ben}), input())
		if err != nil {
			t.Fatal(err)
		}
		member := mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: ben})
		if _, err := db.Client.Webhook.Get(member, w.ID); !ent.IsNotFound(err) {
			t.Errorf("he sees it: %v", err)
		}
		_, err = s.Update(member, w.ID, hooks.Changes{Description: pointer("x")})
		refused(t, "change", err, "NOT_FOUND id")
		refused(t, "another member's", s.Delete(mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: eve}), w.ID), "NOT_FOUND id")
		refused(t, "another app's", s.Delete(other.ctx, w.ID), "NOT_FOUND id")
		refused(t, "his own of another app", s.Delete(other.as(t, viewer.Viewer{Role: domain.Member, AgentID: ben}), w.ID), "NOT_FOUND id")
		refused(t, "his own", s.Delete(member, w.ID), "")
		log := entries(t, db, mine)
		if want := `WEBHOOK_DELETED ` + w.ID; !strings.HasPrefix(log[len(log)-1], want) {
			t.Errorf("the audit log has %s", log[len(log)-1])
		}
	})
}
