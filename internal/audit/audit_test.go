package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/internal/audit"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		rows := entdbtest.NewRows(t, db.Client)
		agent := viewer.Viewer{AppID: rows["App"], AgentID: rows["Agent"], Role: domain.Member, CredentialID: rows["AccessToken"]}
		from := viewer.Origin{Address: "2001:db8::1", UserAgent: "curl/8"}
		for name, tt := range map[string]struct {
			viewer viewer.Viewer
			system bool
			want   string
		}{
			"a MEMBER": {agent, false, "AGENT " + agent.AgentID + " " + agent.CredentialID + " 2001:db8::1 curl/8"},
			"one without a credential": {
				viewer.Viewer{AppID: rows["App"], AgentID: rows["Agent"], Kind: viewer.Invited}, false, "AGENT " + agent.AgentID + " - 2001:db8::1 curl/8",
			},
			"the operator": {viewer.Viewer{}, true, "SYSTEM - - 2001:db8::1 curl/8"},
		} {
			ctx := viewer.WithOrigin(viewer.With(t.Context(), tt.viewer), from)
			if tt.system {
				ctx = viewer.WithOrigin(viewer.System(t.Context()), from)
			}
			target := typeid.New(typeid.Webhook)
			err := dbtx.Run(ctx, db.Client, func(tx *ent.Tx) error {
				return audit.Record(ctx, tx, audit.Entry{AppID: rows["App"], Action: domain.AuditWebhookUpdated, TargetID: target})
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			e := entry(t, db, target)
			got := fmt.Sprintf("%s %s %s %s %s", e.ActorType, text(e.ActorID), text(e.CredentialID), text(e.Address), text(e.UserAgent))
			if got != tt.want || e.AppID != rows["App"] || e.Changes == nil {
				t.Errorf("%s: %s of %s, changes %v, want %s", name, got, e.AppID, e.Changes, tt.want)
			}
		}
	})
}

// Whatever a caller says of himself can be kept.
func TestOrigins(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		rows := entdbtest.NewRows(t, db.Client)
		for given, want := range map[string]string{
			"": "-", "\x00\x00": "-", "\xff": "-", "a\x00b\xffc": "abc", "é": "é",
			strings.Repeat("x", 501): strings.Repeat("x", 500), strings.Repeat("é", 300): strings.Repeat("é", 250),
			"x" + strings.Repeat("é", 300): "x" + strings.Repeat("é", 249), strings.Repeat("\x00", 600) + "x": "x",
		} {
			ctx := viewer.With(t.Context(), viewer.Viewer{AppID: rows["App"], AgentID: rows["Agent"]})
			ctx = viewer.WithOrigin(ctx, viewer.Origin{Address: "fe80::1%" + strings.Repeat("z", 100), UserAgent: given})
			target := typeid.New(typeid.Webhook)
			err := dbtx.Run(ctx, db.Client, func(tx *ent.Tx) error {
				return audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookUpdated, TargetID: target})
			})
			if err != nil {
				t.Fatalf("%q: %v", given, err)
			}
			e := entry(t, db, target)
			if got := text(e.UserAgent); got != want || !utf8.ValidString(got) || len(text(e.Address)) > 64 {
				t.Errorf("%q is kept as %q", given, got)
			}
		}
	})
}

func TestChanges(t *testing.T) {
	t.Parallel()
	name := "x"
	c := audit.Changes{}.Set("a", 1).Move("b", 1, 2).Diff("c", 1, 1).Diff("d", []string{"x"}, []string{"y"}).
		Diff("e", (*string)(nil), &name).Diff("f", (*string)(nil), (*string)(nil))
	want := audit.Changes{
		"a": map[string]any{"to": 1}, "b": map[string]any{"from": 1, "to": 2},
		"d": map[string]any{"from": []string{"x"}, "to": []string{"y"}}, "e": map[string]any{"from": (*string)(nil), "to": &name},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for field, change := range c.Made() {
		if _, has := change.(map[string]any)["from"]; has {
			t.Errorf("%s of something new was something", field)
		}
	}
}

func entry(t *testing.T, db *entdb.DB, target string) *ent.AuditEntry {
	t.Helper()
	e, err := db.Client.AuditEntry.Query().Where(auditentry.TargetID(target)).Only(viewer.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func text(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}
