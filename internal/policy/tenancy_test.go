package policy_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// fixture is two apps with one row of every entity each. Ours is the viewer's.
type fixture struct {
	client       *ent.Client
	ours, theirs entdbtest.Rows
	ctx, system  context.Context
}

func setup(t *testing.T, db *entdb.DB) *fixture {
	t.Helper()
	f := &fixture{client: db.Client, ours: entdbtest.NewRows(t, db.Client), theirs: entdbtest.NewRows(t, db.Client)}
	f.ctx = viewer.ForApp(viewer.With(t.Context(), viewer.Viewer{AppID: f.ours["App"], AgentID: f.ours["Agent"], Role: domain.Owner}))
	f.system = viewer.System(t.Context())
	return f
}

// each runs a test for every entity of a table, on every database.
func each(t *testing.T, table map[string]entity, test func(t *testing.T, f *fixture, name string, e entity)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		for name, e := range table {
			before := f.theirRows(t, f.client)
			t.Run(name, func(t *testing.T) { test(t, f, name, e) })
			if after := f.theirRows(t, f.client); after != before {
				t.Errorf("%s: the other app's rows were\n%s\nand are\n%s", name, before, after)
			}
		}
	})
}

// theirRows writes down all rows of the other app.
func (f *fixture) theirRows(t *testing.T, c *ent.Client) string {
	t.Helper()
	out := map[string]any{}
	for name := range tenants() {
		row, err := call(of(c, name), "Get", f.system, f.theirs[name])
		if err != nil {
			t.Fatalf("%s of the other app: %v", name, err)
		}
		out[name] = row
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// undone runs what it is given in a transaction that is rolled back.
func (f *fixture) undone(t *testing.T, do func(c *ent.Client)) {
	t.Helper()
	tx, err := f.client.Tx(f.system)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	do(tx.Client())
}

func TestOtherAppsRowsAreOutOfReach(t *testing.T) {
	t.Parallel()
	each(t, tenants(), func(t *testing.T, f *fixture, name string, e entity) {
		run := func(c *ent.Client, operation, id string) (any, error) {
			return e.operations(c, name, id, f.ours)[operation](f.ctx)
		}
		if n, err := run(f.client, "count", ""); err != nil || n != 1 {
			t.Errorf("count = %v, %v", n, err)
		}
		if ids, err := run(f.client, "ids", ""); err != nil || !reflect.DeepEqual(ids, []string{f.ours[name]}) {
			t.Errorf("ids = %v, %v", ids, err)
		}
		for _, operation := range []string{"get", "update one", "delete one"} {
			_, err := run(f.client, operation, f.theirs[name])
			if !ent.IsNotFound(err) && (e.set != "" || !errors.Is(err, privacy.Deny)) {
				t.Errorf("%s of another app's row: %v, want not found", operation, err)
			}
		}
		if row, err := call(chain(of(f.client, name), "UpdateOneID", f.theirs[name]), "Save", f.ctx); err == nil {
			t.Errorf("an update of another app's row that sets nothing returns %v", row)
		}
		if row, err := run(f.client, "get", f.ours[name]); err != nil || row == nil {
			t.Errorf("get = %v, %v", row, err)
		}
		for _, operation := range []string{"update", "delete"} {
			f.undone(t, func(c *ent.Client) {
				before := f.theirRows(t, c)
				n, err := run(c, operation, "")
				if ent.IsConstraintError(err) {
					return // our own row is referred to; theirs would have been too
				}
				if n != 1 && (e.set != "" || operation == "delete") || err != nil || f.theirRows(t, c) != before {
					t.Errorf("%s of all rows = %v, %v", operation, n, err)
				}
			})
		}
	})
}

// Without references between rows, nothing but the policy limits a delete.
func TestDeleteStopsAtTheApp(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		order := []string{
			"Delivery", "Replay", "Webhook", "Event", "Command", "Attendee", "Payment", "AgentSlot", "Meeting",
			"RoutingFormSubmission", "RoutingForm", "Host", "EventType", "AccessToken", "Schedule", "Agent",
			"AuditEntry", "IdentityProvider", "PublishableKey",
		}
		if len(order) != len(tenants()) {
			t.Errorf("%d entities are deleted of %d", len(order), len(tenants()))
		}
		before := f.theirRows(t, f.client)
		for _, name := range order {
			if n, err := call(chain(of(f.client, name), "Delete"), "Exec", f.ctx); err != nil || n != 1 {
				t.Errorf("%s: %v deleted, %v", name, n, err)
			}
		}
		if f.theirRows(t, f.client) != before {
			t.Error("the other app's rows have changed")
		}
	})
}

func TestCreateStaysInTheApp(t *testing.T) {
	t.Parallel()
	each(t, tenants(), func(t *testing.T, f *fixture, name string, e entity) {
		for _, operation := range []string{"create", "bulk", "upsert"} {
			f.undone(t, func(c *ent.Client) {
				f.room(t, c, name, e)
				if _, err := e.operations(c, name, "", f.ours)[operation](f.ctx); err != nil {
					t.Errorf("%s in the viewer's own app: %v", operation, err)
				}
				n, err := call(chain(of(c, name), "Query"), "Count", f.ctx)
				want := 2
				if e.unique {
					want = 1
				}
				if err != nil || n != want {
					t.Errorf("%s left %v rows of the viewer's app, %v, want %d", operation, n, err, want)
				}
			})
		}
		foreign := func(c *ent.Client) any { return chain(e.create(c, f.ours), "SetAppID", f.theirs["App"]) }
		f.refused(t, "create for another app", name, e, func(c *ent.Client) (any, error) {
			return call(foreign(c), "Save", f.ctx)
		})
		f.refused(t, "bulk with one for another app", name, e, func(c *ent.Client) (any, error) {
			return call(chain(of(c, name), "CreateBulk", e.create(c, f.ours), foreign(c)), "Save", f.ctx)
		})
		f.refused(t, "upsert for another app", name, e, func(c *ent.Client) (any, error) {
			return call(chain(chain(foreign(c), "OnConflictColumns", "id"), "UpdateNewValues"), "Exec", f.ctx)
		})
		for _, edge := range e.edges {
			for where, id := range map[string]string{"another app": f.theirs[edge], "nowhere": "x"} {
				rows := maps.Clone(f.ours)
				rows[edge] = id
				for _, operation := range []string{"create", "bulk", "upsert"} {
					f.refused(t, operation+" with an edge to a "+edge+" of "+where, name, e, func(c *ent.Client) (any, error) {
						return e.operations(c, name, "", rows)[operation](f.ctx)
					})
				}
			}
		}
	})
}

// room removes our own row where it leaves no room for another one.
func (f *fixture) room(t *testing.T, c *ent.Client, name string, e entity) {
	t.Helper()
	if !e.unique {
		return
	}
	if _, err := call(chain(of(c, name), "DeleteOneID", f.ours[name]), "Exec", f.system); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) refused(t *testing.T, what, name string, e entity, do func(c *ent.Client) (any, error)) {
	t.Helper()
	f.undone(t, func(c *ent.Client) {
		f.room(t, c, name, e)
		if _, err := do(c); !errors.Is(err, privacy.Deny) {
			t.Errorf("%s: %v, want a denial", what, err)
		}
	})
}

func TestNothingWithoutViewer(t *testing.T) {
	t.Parallel()
	for what, put := range map[string]func(context.Context) context.Context{
		"no viewer": func(ctx context.Context) context.Context { return ctx },
		"no app":    func(ctx context.Context) context.Context { return viewer.With(ctx, viewer.Viewer{AgentID: "agt_x"}) },
	} {
		for _, table := range []map[string]entity{tenants(), others()} {
			each(t, table, func(t *testing.T, f *fixture, name string, e entity) {
				for operation, run := range e.operations(f.client, name, f.id(name), f.ours) {
					if got, err := run(put(t.Context())); !errors.Is(err, privacy.Deny) {
						t.Errorf("%s: %s = %v, %v, want a denial", what, operation, got, err)
					}
				}
			})
		}
	}
}

// id is an id of the right type; internal entities count from 0.
func (f *fixture) id(name string) any {
	if name == "Shard" || name == "Lease" {
		return 0
	}
	if id, ok := f.ours[name]; ok {
		return id
	}
	return typeid.New(typeid.Process)
}

func TestInternalEntitiesAreDenied(t *testing.T) {
	t.Parallel()
	table := others()
	delete(table, "App")
	each(t, table, func(t *testing.T, f *fixture, name string, e entity) {
		for operation, run := range e.operations(f.client, name, f.id(name), f.ours) {
			if got, err := run(f.ctx); !errors.Is(err, privacy.Deny) {
				t.Errorf("%s = %v, %v, want a denial", operation, got, err)
			}
		}
	})
}

func TestAppIsReadableByItsOwn(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		app := others()["App"]
		for operation, run := range app.operations(f.client, "App", f.ours["App"], f.ours) {
			got, err := run(f.ctx)
			switch operation {
			case "count", "exist", "ids", "all", "get":
				text, e := json.Marshal(got)
				if err != nil || e != nil || strings.Contains(string(text), f.theirs["App"]) || operation == "count" && got != 1 {
					t.Errorf("%s = %s, %v", operation, text, err)
				}
			default:
				if !errors.Is(err, privacy.Deny) {
					t.Errorf("%s = %v, %v, want a denial", operation, got, err)
				}
			}
		}
		if _, err := f.client.App.Get(f.ctx, f.theirs["App"]); !ent.IsNotFound(err) {
			t.Errorf("the other app: %v, want not found", err)
		}
	})
}
