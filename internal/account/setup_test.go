package account_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// members is an app with an agent of each role, and another app.
type members struct {
	*account.Service
	t      *testing.T
	client *ent.Client
	db     *entdb.DB
	app    string
	ids    map[domain.Role]string
	other  entdbtest.Rows
	seen   int // entries of the audit log
}

func newMembers(t *testing.T, db *entdb.DB) *members {
	t.Helper()
	s, client := setup(t, db)
	rows := entdbtest.NewRows(t, client)
	m := &members{
		Service: s, t: t, client: client, db: db, app: rows["App"], other: entdbtest.NewRows(t, client),
		ids: map[domain.Role]string{domain.Owner: rows["Agent"]},
	}
	for _, role := range []domain.Role{domain.Admin, domain.Member} {
		m.ids[role] = m.add(string(role), role)
	}
	m.news()
	return m
}

// add makes an agent and returns its id.
func (m *members) add(name string, role domain.Role) string {
	m.t.Helper()
	in := agentInput(name)
	in.Role = role
	return must(m.CreateAgent(m.as(domain.Owner), in))(m.t).ID
}

// as is the context of the agent with the role.
func (m *members) as(role domain.Role) context.Context { return m.with(role, viewer.Viewer{}) }

// with is the same, with something more to the viewer.
func (m *members) with(role domain.Role, v viewer.Viewer) context.Context {
	v.AppID, v.Role = m.app, role
	if v.AgentID == "" {
		v.AgentID = m.ids[role]
	}
	return viewer.With(m.t.Context(), v)
}

// dump is all that the service may change, of all apps.
func (m *members) dump() string {
	m.t.Helper()
	out := ""
	for _, table := range []string{
		"apps", "agents", "schedules", "access_tokens", "publishable_keys", "identity_providers", "webhooks", "audit_entries",
	} {
		rows, err := m.db.SQL.QueryContext(m.t.Context(), "SELECT * FROM "+table+" ORDER BY id")
		if err != nil {
			m.t.Fatal(err)
		}
		columns := must(rows.Columns())(m.t)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				m.t.Fatal(err)
			}
			for _, v := range values {
				out += fmt.Sprint(*v.(*any)) + "|"
			}
		}
		if err := rows.Close(); err != nil || rows.Err() != nil {
			m.t.Fatal(err, rows.Err())
		}
	}
	return out
}

// news are the audit log's entries since it was last looked at: action, target
// and changes.
func (m *members) news() (lines []string) {
	m.t.Helper()
	all := must(m.client.AuditEntry.Query().Where(auditentry.AppID(m.app)).Order(auditentry.ByID()).All(viewer.System(m.t.Context())))(m.t)
	for _, e := range all[m.seen:] {
		changes := must(json.Marshal(e.Changes))(m.t)
		lines = append(lines, fmt.Sprintf("%s %s %s", e.Action, e.TargetID, changes))
	}
	m.seen = len(all)
	return lines
}

// recorded compares the audit log's news with what is expected, each written as
// "ACTION target {changes}".
func (m *members) recorded(what string, want ...string) {
	m.t.Helper()
	if got := m.news(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		m.t.Errorf("%s: the audit log has\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// unchanged runs what must change nothing.
func (m *members) unchanged(what string, do func()) {
	m.t.Helper()
	before := m.dump()
	do()
	if m.dump() != before {
		m.t.Errorf("%s: something changed", what)
	}
}

// refused compares an error's code and field, written as "CODE field". The
// message says something in words.
func refused(t *testing.T, what string, err error, want string) {
	t.Helper()
	got := fmt.Sprint(apperr.CodeOf(err))
	if e := apperr.From(err); e != nil && e.Field != "" {
		got += " " + e.Field
	}
	if got != want || err != nil && !strings.Contains(err.Error(), " ") {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func pointer[T any](v T) *T { return &v }
