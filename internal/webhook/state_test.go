package webhook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// Every command in every state.
func TestStates(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		agent := must(db.Client.Agent.Get(mine.ctx, mine.Rows["Agent"]))(t).Name
		before, now := entdbtest.Start(), entdbtest.Start().Add(time.Hour)
		s.At(now)
		type command = func(context.Context, string) (*ent.Webhook, error)
		for _, c := range []struct {
			do       command
			from, to domain.WebhookState
			as       string
		}{
			{s.Pause, domain.WebhookActive, domain.WebhookPaused, "WEBHOOK_PAUSED"},
			{s.Pause, domain.WebhookDegraded, domain.WebhookPaused, "WEBHOOK_PAUSED"},
			{s.Pause, domain.WebhookPaused, domain.WebhookPaused, ""},
			{s.Pause, domain.WebhookDisabled, "", ""},
			{s.Resume, domain.WebhookActive, domain.WebhookActive, ""},
			{s.Resume, domain.WebhookDegraded, domain.WebhookActive, "WEBHOOK_RESUMED"},
			{s.Resume, domain.WebhookPaused, domain.WebhookActive, "WEBHOOK_RESUMED"},
			{s.Resume, domain.WebhookDisabled, domain.WebhookActive, "WEBHOOK_RESUMED"},
		} {
			was := db.Client.Webhook.UpdateOneID(w.ID).SetState(c.from).SetStateReason("five days of failure").SetStateSince(before).
				SetFailingSince(before).SaveX(mine.ctx)
			seen := len(entries(t, db, mine))
			got, err := c.do(mine.ctx, w.ID)
			kept := must(db.Client.Webhook.Get(mine.ctx, w.ID))(t)
			said := strings.Join(entries(t, db, mine)[seen:], "\n")
			switch {
			case c.to == "":
				refused(t, "pausing one that is switched off", err, "CONFLICT")
				if err == nil || !strings.Contains(err.Error(), "resumeWebhook") || diff(kept, was) != "" || said != "" {
					t.Errorf("%v, and the row %v", err, kept)
				}
				continue
			case err != nil:
				t.Fatal(err)
			case c.as == "":
				if diff(got, was)+diff(kept, was)+said != "" {
					t.Errorf("from %s: something changed: %v, %s", c.from, kept, said)
				}
				continue
			}
			if want := fmt.Sprintf(`%s %s {"state":{"from":"%s","to":"%s"}}`, c.as, w.ID, c.from, c.to); said != want {
				t.Errorf("the audit log has %q, want %q", said, want)
			}
			if d := diff(got, kept); d != "" || kept.State != c.to || !kept.StateSince.Equal(now) || kept.AlertedState != c.to {
				t.Errorf("from %s: %v; the answer differs by\n%s", c.from, kept, d)
			}
			if c.to == domain.WebhookActive && (kept.StateReason != nil || kept.FailingSince != nil) ||
				c.to == domain.WebhookPaused && (*kept.StateReason != "paused by "+agent || !kept.FailingSince.Equal(before)) {
				t.Errorf("from %s: %v", c.from, kept)
			}
		}
	})
}

// What an agent does to a webhook's state does not undo what happened meanwhile.
func TestStateThatHasChanged(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		db.Client.Webhook.UpdateOneID(w.ID).SetState(domain.WebhookDisabled).ExecX(mine.ctx)
		refused(t, "from another state", s.Enter(mine.ctx, w.ID, domain.WebhookActive, domain.WebhookPaused), "CONFLICT")
		if kept := must(db.Client.Webhook.Get(mine.ctx, w.ID))(t); kept.State != domain.WebhookDisabled {
			t.Errorf("it is %s", kept.State)
		}
	})
}

// Switching with updateWebhook says who did it, too.
func TestSwitchingOffSaysWho(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		off := must(s.Update(mine.ctx, w.ID, webhook.Changes{Active: pointer(false)}))(t)
		if off.StateReason == nil || !strings.HasPrefix(*off.StateReason, "switched off by ") || !off.StateSince.After(w.StateSince) {
			t.Errorf("switched off: %v", off)
		}
		if on := must(s.Update(mine.ctx, w.ID, webhook.Changes{Active: pointer(true)}))(t); on.StateReason != nil {
			t.Errorf("switched on: %v", on)
		}
	})
}

// A MEMBER commands his own webhooks, and no others; so does a token for writing.
func TestWhoCommands(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		in := input()
		in.Scope = domain.ScopeUser
		own, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		ben := must(db.Client.Agent.Create().SetAppID(mine.Rows["App"]).SetName("Ben").SetEmail("ben@example.org").
			SetTimeZone("UTC").SetRole(domain.Member).Save(viewer.System(t.Context())))(t).ID
		commands := map[string]func(context.Context) error{
			"pause":  func(ctx context.Context) error { _, err := s.Pause(ctx, own.ID); return err },
			"resume": func(ctx context.Context) error { _, err := s.Resume(ctx, own.ID); return err },
			"rotate": func(ctx context.Context) error { _, _, err := s.Rotate(ctx, own.ID, webhook.Rotation{}); return err },
		}
		for name, c := range commands {
			for who, want := range map[string]struct {
				ctx  context.Context
				code string
			}{
				"himself":         {mine.as(t, viewer.Viewer{Role: domain.Member}), ""},
				"another member":  {mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: ben}), "NOT_FOUND id"},
				"another app":     {other.ctx, "NOT_FOUND id"},
				"a reader":        {mine.as(t, viewer.Viewer{Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksRead})}), "FORBIDDEN"},
				"a page":          {mine.as(t, viewer.Viewer{Role: domain.Owner, Kind: viewer.Page}), "FORBIDDEN"},
				"nobody":          {t.Context(), "UNAUTHENTICATED"},
				"an admin of his": {mine.as(t, viewer.Viewer{Role: domain.Admin, AgentID: ben}), ""},
			} {
				refused(t, name+" by "+who, c(want.ctx), want.code)
			}
		}
		for _, id := range []string{"whk_none", ""} {
			_, err := s.Pause(mine.ctx, id)
			refused(t, "pause", err, "NOT_FOUND id")
		}
		_, err = s.Resume(mine.ctx, "\x00")
		refused(t, "resume", err, "BAD_USER_INPUT id")
	})
}
