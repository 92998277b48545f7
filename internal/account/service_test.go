package account_test

import (
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
)

func setup(t *testing.T, db *entdb.DB) (*account.Service, *ent.Client) {
	t.Helper()
	sender := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	t.Cleanup(sender.Close)
	return account.New(account.Config{Client: db.Client, Keys: entdbtest.Keys(), HTTP: sender}), db.Client
}

// must returns a value that has to be there: must(call())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestFirstStart(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, client := setup(t, db)
		first := must(s.FirstStart(t.Context(), ""))(t)
		who := must(s.Identify(t.Context(), first.Token))(t)
		ctx := viewer.With(t.Context(), who)
		own := must(client.AccessToken.Query().OnlyID(ctx))(t)
		if who != (viewer.Viewer{AppID: first.AppID, AgentID: first.AgentID, Role: domain.Owner, CredentialID: own}) {
			t.Errorf("the owner: %+v", who)
		}
		types := must(client.EventType.Query().WithAgents().All(ctx))(t)
		if len(types) != 2 || len(first.EventTypeIDs) != 2 {
			t.Fatalf("event types: %v, %v", types, first.EventTypeIDs)
		}
		for _, et := range types {
			if !et.Active || et.Type != domain.Solo || len(et.Edges.Agents) != 1 || et.Edges.Agents[0].ID != first.AgentID {
				t.Errorf("event type %v of %v", et, et.Edges.Agents)
			}
		}
		row := must(client.AccessToken.Query().Only(ctx))(t)
		if !strings.HasPrefix(first.Token, row.Prefix) || len(row.Prefix) > 10 || strings.Contains(string(row.Hash), first.Token) {
			t.Errorf("the token is kept as %q, %x", row.Prefix, row.Hash)
		}
		for _, token := range []string{"", first.Token, credential.New(credential.Access), "bad, but not looked at"} {
			if again, err := s.FirstStart(t.Context(), token); again != nil || err != nil {
				t.Errorf("a second start made %+v, %v", again, err)
			}
		}
	})
}

// As servers that start together on an empty database, with and without an
// owner's token in their settings.
func TestFirstStartsTogether(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{"given": credential.New(credential.Access), "made": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
				s, client := setup(t, db)
				starts := make([]*account.Start, 16)
				var group errgroup.Group
				for i := range starts {
					group.Go(func() (err error) {
						starts[i], err = s.FirstStart(t.Context(), token)
						return err
					})
				}
				if err := group.Wait(); err != nil {
					t.Fatal(err)
				}
				made := 0
				for _, start := range starts {
					if start != nil {
						made++
					}
				}
				if apps := must(client.App.Query().Count(viewer.System(t.Context())))(t); made != 1 || apps != 1 {
					t.Errorf("%d starts made %d apps", made, apps)
				}
			})
		})
	}
}

func TestFirstStartWithOwnersToken(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, client := setup(t, db)
		token := credential.New(credential.Access)
		for _, bad := range []string{"secret", token[:39], token + "0", token[:39] + "!"} {
			if made, err := s.FirstStart(t.Context(), bad); made != nil || err == nil || strings.Contains(err.Error(), bad) {
				t.Errorf("%s: made %+v, %v", bad, made, err)
			}
		}
		if must(client.App.Query().Exist(viewer.System(t.Context())))(t) {
			t.Fatal("a start that failed left an app behind")
		}
		first := must(s.FirstStart(t.Context(), token))(t)
		if first.Token != token || must(s.Identify(t.Context(), token))(t).AgentID != first.AgentID {
			t.Errorf("the token is %s", first.Token)
		}
	})
}

func TestCreateToken(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, client := setup(t, db)
		first := must(s.FirstStart(t.Context(), ""))(t)
		other := entdbtest.NewRows(t, client)
		token := must(s.CreateToken(t.Context(), other["App"], other["Agent"], "laptop"))(t)
		if who := must(s.Identify(t.Context(), token))(t); who.AppID != other["App"] || who.AgentID != other["Agent"] {
			t.Errorf("the token is of %+v", who)
		}
		for _, pair := range [][2]string{{first.AppID, other["Agent"]}, {other["App"], "agt_none"}, {"", other["Agent"]}, {"", ""}} {
			if token, err := s.CreateToken(t.Context(), pair[0], pair[1], "x"); apperr.CodeOf(err) != apperr.NotFound || token != "" {
				t.Errorf("for %v: %s, %v", pair, token, err)
			}
		}
		if token, err := s.CreateToken(t.Context(), other["App"], other["Agent"], ""); err == nil || token != "" {
			t.Errorf("without a name: %s, %v", token, err)
		}
	})
}
