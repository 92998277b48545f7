package entdb_test

import (
	_ "embed"
	"strings"
	"testing"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

//go:embed testdata/initial_rows.sql
var initialRows string

// A database of the first version comes up to date with all its rows, and they
// can be read.
func TestUpgradeFromTheFirstVersion(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		upgrade(t, entdb.Config{DataDir: t.TempDir()}, "X'0102'")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		upgrade(t, entdb.Config{URL: entdbtest.EmptyPostgresURL(t)}, `'\x0102'`)
	})
}

func upgrade(t *testing.T, c entdb.Config, blob string) {
	db, err := entdb.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.MigrateFirst(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(strings.ReplaceAll(initialRows, "{blob}", blob), ";\n") {
		if statement = strings.TrimSpace(statement); statement == "" {
			continue
		}
		if _, err := db.SQL.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if done, err := db.Migrate(t.Context()); err != nil || len(done) == 0 {
		t.Fatalf("Migrate = %v, %v", done, err)
	}
	if db.Dialect == dialect.SQLite {
		enforced(t, db)
	}
	readable(t, db.Client)
}

func readable(t *testing.T, c *ent.Client) {
	t.Helper()
	ctx := viewer.System(t.Context())
	m, err := c.Meeting.Query().WithEventType().WithAgents().WithAttendees().WithPayment().WithAgentSlots().Only(ctx)
	if err != nil || len(m.Edges.Agents) != 1 || len(m.Edges.Attendees) != 1 || m.Edges.Payment == nil || len(m.Edges.AgentSlots) != 1 {
		t.Fatalf("the meeting is %v with %+v, %v", m, m.Edges, err)
	}
	if et := m.Edges.EventType; !et.Public || et.ManageNoticeMinutes != 0 || et.HoldMinutes != 15 {
		t.Errorf("the event type is %v", et)
	}
	if a := m.Edges.Agents[0]; a.Status != domain.AgentActive || a.ExternalID != nil {
		t.Errorf("the agent is %v", a)
	}
	token, err := c.AccessToken.Query().WithAgent().Only(ctx)
	if err != nil || token.Purpose != domain.PersonalToken || len(token.Scopes) > 0 || string(token.Hash) != "\x01\x02" || token.Edges.Agent == nil {
		t.Errorf("the token is %v, %v", token, err)
	}
	for what, count := range map[string]func() (int, error){
		"webhook": func() (int, error) { return c.Webhook.Query().Count(ctx) },
		"event":   func() (int, error) { return c.Event.Query().Count(ctx) },
		"host":    func() (int, error) { return c.Host.Query().Count(ctx) },
		"result":  func() (int, error) { return c.Delivery.Query().Count(ctx) },
	} {
		if n, err := count(); n != 1 || err != nil {
			t.Errorf("%d of the %s, %v", n, what, err)
		}
	}
}
