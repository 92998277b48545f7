package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/ent/migrate"
	"slotcast/graph/generated"
	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// columns are the callers that the matrix has a decision for, in its order: the
// app's owner and admin, the member who hosts the meeting and has the webhook and
// the token, a member who has nothing to do with them, a booking page, the
// attendee, one who is invited, nobody, and another app's owner.
var columns = []string{"owner", "admin", "self", "other", "page", "attendee", "invited", "none", "foreign"}

// world is an app with a row of everything, and an app besides.
type world struct {
	t            *testing.T
	s            *server
	ours, theirs entdbtest.Rows
	agents       map[string]string // by column
	manageHash   string
	invitation   string
	after        string // the cursor before the meeting's event
	told         string // the id of the meeting's event
}

func newWorld(t *testing.T, s *server) *world {
	t.Helper()
	w := &world{t: t, s: s, ours: entdbtest.NewRows(t, s.client), theirs: entdbtest.NewRows(t, s.client), agents: map[string]string{}}
	ctx := viewer.System(t.Context())
	w.agents["self"], w.agents["foreign"] = w.ours["Agent"], w.theirs["Agent"]
	must(t, s.client.Agent.UpdateOneID(w.ours["Agent"]).SetRole(domain.Member).Exec(ctx))
	must(t, s.client.Webhook.UpdateOneID(w.ours["Webhook"]).SetScope(domain.ScopeUser).Exec(ctx))
	for column, role := range map[string]domain.Role{
		"owner": domain.Owner, "admin": domain.Admin, "other": domain.Member, "invited": domain.Member, "spare": domain.Member,
	} {
		a, err := s.client.Agent.Create().SetAppID(w.ours["App"]).SetName(column).SetEmail(column + "@example.org").
			SetTimeZone("UTC").SetRole(role).Save(ctx)
		must(t, err)
		w.agents[column] = a.ID
	}
	must(t, s.client.Host.Create().SetAppID(w.ours["App"]).SetEventTypeID(w.ours["EventType"]).SetAgentID(w.agents["spare"]).Exec(ctx))
	seat, err := s.client.Attendee.Get(ctx, w.ours["Attendee"])
	must(t, err)
	w.manageHash = string(seat.ManageHash)
	must(t, s.client.Agent.UpdateOneID(w.agents["invited"]).SetStatus(domain.AgentInvited).Exec(ctx))
	invitation, err := s.client.AccessToken.Create().SetAppID(w.ours["App"]).SetAgentID(w.agents["invited"]).SetName("Invitation").
		SetPrefix("slci_").SetHash([]byte("invitation " + w.ours["App"])[:32]).SetPurpose(domain.InvitationToken).Save(ctx)
	must(t, err)
	w.invitation = invitation.ID
	w.tell(ctx)
	return w
}

// tell appends an event of the meeting to the log.
func (w *world) tell(ctx context.Context) {
	w.t.Helper()
	before, err := w.s.log.Head(ctx, w.s.log.ShardOf(w.ours["App"]))
	must(w.t, err)
	w.after = opaque(before)
	events, err := w.s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		m, err := tx.Meeting.Query().Where(meeting.ID(w.ours["Meeting"])).
			WithEventType().WithAgents().WithAttendees().WithPayment().Only(ctx)
		return []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: m}}, err
	})
	must(w.t, err)
	w.told = events[0].ID
}

// viewer is who the caller of a column is; nobody has an empty AppID.
func (w *world) viewer(column string) viewer.Viewer {
	v := viewer.Viewer{AppID: w.ours["App"], AgentID: w.agents[column], Role: domain.Member}
	switch column {
	case "owner":
		v.Role = domain.Owner
	case "admin":
		v.Role = domain.Admin
	case "page":
		v = viewer.Viewer{AppID: v.AppID, Kind: viewer.Page, CredentialID: w.ours["PublishableKey"], MayPay: true}
	case "attendee":
		v = viewer.Viewer{AppID: v.AppID, Kind: viewer.Attendee, ManageHash: w.manageHash}
	case "invited":
		v.Kind, v.CredentialID = viewer.Invited, w.invitation
	case "none":
		v = viewer.Viewer{}
	case "foreign":
		v.AppID, v.Role = w.theirs["App"], domain.Owner
	}
	return v
}

func (w *world) client(column string) *apptest.Client {
	if column == "none" {
		return apptest.NewClient(w.s.url, "")
	}
	return w.s.visit(w.viewer(column))
}

// rows is all that the database holds of our app.
func (w *world) rows() string {
	w.t.Helper()
	out := ""
	for _, table := range migrate.Tables {
		if _, ok := table.Column("app_id"); !ok {
			continue
		}
		rows, err := w.s.db.SQL.QueryContext(w.t.Context(), "SELECT * FROM "+table.Name+" WHERE app_id = '"+w.ours["App"]+"' ORDER BY id")
		must(w.t, err)
		out += table.Name + ": " + everything(w.t, rows) + "\n"
	}
	return out
}

// outcome runs a probe and returns the code of its first error, "ok" where the
// answer shows what the probe is about, and "empty" where it does not.
func (w *world) outcome(p probe, column string) string {
	w.t.Helper()
	variables := vars{}
	if p.vars != nil {
		variables = p.vars(w)
	}
	var text []byte
	var err error
	if strings.HasPrefix(p.query, "subscription") {
		text, err = w.first(p, variables, column)
	} else {
		var out json.RawMessage
		err = w.client(column).Try(w.t.Context(), p.query, variables, &out)
		text = out
	}
	if list, ok := errors.AsType[apptest.Errors](err); ok {
		return list[0].Extensions.Code
	}
	must(w.t, err)
	if p.shows != "" && !strings.Contains(string(text), w.ours[p.shows]) {
		return "empty"
	}
	return "ok"
}

// first is the first message of a subscription.
func (w *world) first(p probe, variables vars, column string) ([]byte, error) {
	stream, err := w.client(column).EventStream(w.t.Context(), p.query, variables)
	if err != nil {
		return nil, err
	}
	defer stream.Cut()
	if p.while != nil {
		defer again(func() { p.while(w) })()
	}
	var out json.RawMessage
	err = stream.Next(w.t.Context(), &out)
	return out, err
}

// TestMatrix asks every field of the root on behalf of everybody who may come,
// and compares with what was decided. A field without a decision fails it. Whoever
// is refused, or belongs to another app, changes nothing.
func TestMatrix(t *testing.T) {
	t.Parallel()
	decided := probes()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, f := range root.Fields {
			name := root.Name + "." + f.Name
			if _, ok := decided[name]; !ok && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("there is no decision about %s: add it to probes", name)
			}
		}
	}
	each(t, func(t *testing.T, s *server) {
		for name, p := range decided {
			t.Run(name, func(t *testing.T) {
				want := strings.Fields(p.want)
				if len(want) != len(columns) {
					t.Fatalf("%d decisions for %d callers", len(want), len(columns))
				}
				for i, column := range columns {
					w := newWorld(t, s)
					if p.first != nil {
						p.first(w)
					}
					before := w.rows()
					if got := w.outcome(p, column); got != code(want[i]) {
						t.Errorf("%s: %s, want %s", column, got, code(want[i]))
					}
					if after := w.rows(); want[i] != "ok" && after != before || column == "foreign" && after != before {
						t.Errorf("%s changed something:\n%s", column, cmp.Diff(before, after))
					}
				}
			})
		}
	})
}

// code is a decision written out.
func code(short string) string {
	switch short {
	case "NF":
		return "NOT_FOUND"
	case "FB":
		return "FORBIDDEN"
	case "UN":
		return "UNAUTHENTICATED"
	case "CF":
		return "CONFLICT"
	}
	return short
}
