package policy_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
)

// Rows that point across apps can only be made by the server, by mistake. What
// is loaded along an edge is filtered all the same.
func TestEagerLoadsStayInTheApp(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		f.tangle(t, f.ours, f.theirs)
		f.tangle(t, f.theirs, f.ours)
		for name := range tenants() {
			query := chain(of(f.client, name), "Query")
			for i := range reflect.TypeOf(query).NumMethod() {
				m := reflect.TypeOf(query).Method(i)
				// WithNamed… wants a name; those of an edge take nothing but options
				if strings.HasPrefix(m.Name, "With") && !strings.HasPrefix(m.Name, "WithNamed") && m.Type.NumIn() == 2 {
					query = chain(query, m.Name)
				}
			}
			rows, err := call(query, "All", f.ctx)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			text, err := json.Marshal(rows)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), f.theirs["App"]) || !strings.Contains(string(text), f.ours["App"]) {
				t.Errorf("%s with all edges shows %s", name, text)
			}
		}
	})
}

// tangle makes rows of one app that point at the other's.
func (f *fixture) tangle(t *testing.T, of, at entdbtest.Rows) {
	t.Helper()
	mixed := entdbtest.Rows{
		"App": of["App"], "Agent": at["Agent"], "EventType": at["EventType"], "Meeting": at["Meeting"], "Payment": at["Payment"],
		"RoutingForm": at["RoutingForm"], "RoutingFormSubmission": at["RoutingFormSubmission"],
	}
	for name, e := range tenants() {
		switch name {
		case "Payment": // a meeting has one
			id, start := typeid.New(typeid.Meeting), entdbtest.Start()
			err := f.client.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(at["App"]).SetEventTypeID(at["EventType"]).
				SetStart(start).SetEnd(start.Add(time.Hour)).SetDurationMinutes(60).SetTimeZone("UTC").
				SetStatus(domain.Active).SetType(domain.Solo).SetEventName("x").SetEventSlug("x").
				SetMaxAttendees(1).SetActiveAttendees(1).Exec(f.system)
			if err != nil {
				t.Fatal(err)
			}
			e = entity{create: func(c *ent.Client, _ entdbtest.Rows) any {
				return c.Payment.Create().SetMeetingID(id).SetAmountMinor(1).SetCurrencyCode("EUR").SetStatus(domain.PaymentDone)
			}}
		case "Schedule": // an agent has one
			a, err := f.client.Agent.Create().SetAppID(at["App"]).SetName("x").SetEmail(typeid.New("x")).
				SetTimeZone("UTC").SetRole(domain.Owner).Save(f.system)
			if err != nil {
				t.Fatal(err)
			}
			mixed["Agent"] = a.ID
		case "AgentSlot", "Host": // one for each pair
			mixed["Agent"] = of["Agent"]
		default:
			mixed["Agent"] = at["Agent"]
		}
		if len(tenants()[name].edges) == 0 {
			continue
		}
		if _, err := call(chain(e.create(f.client, mixed), "SetAppID", of["App"]), "Save", f.system); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// An upsert that updates is out of the rules' sight: they see a create, and the
// database then changes a row that may belong to anybody. So upserts insert or
// do nothing, but for those of packages that run as the server.
func TestUpsertsDoNotUpdate(t *testing.T) {
	t.Parallel()
	asServer := []string{"internal/delivery", "internal/policy"} // the latter: its tests
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if name == "ent" || name != "." && strings.HasPrefix(d.Name(), ".") || slices.Contains(asServer, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "OnConflict") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, at := range updatingUpserts(file) {
			t.Errorf("%s: an upsert that may update another app's row: call DoNothing next, or query and update", files.Position(at))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// updatingUpserts finds calls of OnConflict… that DoNothing does not follow.
func updatingUpserts(file *ast.File) []token.Pos {
	harmless := map[ast.Expr]bool{}
	var found []token.Pos
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		s, ok := call.Fun.(*ast.SelectorExpr)
		switch {
		case !ok:
		case s.Sel.Name == "DoNothing": // seen before the calls it is chained to
			harmless[s.X] = true
		case strings.HasPrefix(s.Sel.Name, "OnConflict") && !harmless[call]:
			found = append(found, s.Sel.Pos())
		}
		return true
	})
	return found
}
