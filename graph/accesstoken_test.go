package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	tokenFields = `{ id name prefix scopes expiresAt lastUsedAt revokedAt agent { id name schedule { id } } }`
	createToken = `mutation($in: CreateAccessTokenInput!) { createAccessToken(input: $in) { token accessToken ` + tokenFields + ` } }`
	revokeToken = `mutation($id: ID!) { revokeAccessToken(id: $id) }`
	readToken   = `query($id: ID!) { accessToken(id: $id) ` + tokenFields + ` }`
)

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		member := s.member(t, o, "ben", domain.Member)
		least := o.run(t, createToken, in(vars{"name": "laptop"}))
		text, got := least["token"].(string), least["accessToken"].(vars)
		want := vars{
			"id": got["id"], "name": "laptop", "prefix": text[:10], "scopes": []any{}, "expiresAt": nil, "lastUsedAt": nil, "revokedAt": nil,
			"agent": vars{"id": o.agent.ID, "name": "Jo Park", "schedule": nil},
		}
		o.lasts(t, "the least", readToken, want, got)
		client := *o.Client
		client.Token = text
		client.Do(t, `{ viewer { role } }`, nil, nil)

		ends := hour(5).Format(time.RFC3339)
		full := o.run(t, createToken, in(vars{
			"name": "CI", "agentId": member.agent.ID, "scopes": []string{"MEETINGS_READ", "WEBHOOKS_WRITE"}, "expiresAt": ends,
		}))
		want = vars{
			"id": full["accessToken"].(vars)["id"], "name": "CI", "prefix": full["token"].(string)[:10],
			"scopes": []any{"MEETINGS_READ", "WEBHOOKS_WRITE"}, "expiresAt": ends, "lastUsedAt": nil, "revokedAt": nil,
			"agent": vars{"id": member.agent.ID, "name": "ben", "schedule": nil},
		}
		o.lasts(t, "the full one", readToken, want, full["accessToken"].(vars))

		id := want["id"].(string)
		var out struct{ RevokeAccessToken string }
		o.Do(t, revokeToken, vars{"id": id}, &out)
		if row := o.run(t, readToken, vars{"id": id}); out.RevokeAccessToken != id || row["revokedAt"] == nil {
			t.Errorf("revoked %s: %v", out.RevokeAccessToken, row)
		}
		_, text2 := o.post(t, []byte(`{"query":"{ accessTokens { edges { node { hash } } } }"}`))
		if !strings.Contains(string(text2), "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("hashes are shown: %s", text2)
		}
	})
}

func TestAccessTokensAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		member := s.member(t, o, "ben", domain.Member)
		of := func(name, field string, value any, code, at string) badInput {
			return badInput{name, createToken, in(with(vars{"name": "x"}, field, value)), code, at}
		}
		for _, c := range []badInput{
			of("no name", "name", nil, "BAD_USER_INPUT", "name"),
			of("blank name", "name", " ", "BAD_USER_INPUT", "name"),
			of("unknown scope", "scopes", []string{"ALL"}, "BAD_USER_INPUT", "scopes.0"),
			of("another app's agent", "agentId", other.agent.ID, "NOT_FOUND", "agentId"),
			of("in the past", "expiresAt", "2020-01-01T00:00:00Z", "BAD_USER_INPUT", "expiresAt"),
			of("no time", "expiresAt", "soon", "BAD_USER_INPUT", "expiresAt"),
			of("far away", "expiresAt", "2099-01-01T00:00:00Z", "BAD_USER_INPUT", "expiresAt"),
			{"unknown", revokeToken, vars{"id": typeid.New(typeid.AccessToken)}, "NOT_FOUND", "id"},
		} {
			o.refused(t, c)
		}
		member.refused(t, of("for another by a MEMBER", "agentId", o.agent.ID, "FORBIDDEN", "agentId"))
		narrow := s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.AccessWrite})})
		narrow.refused(t, of("more than its maker", "scopes", []string{"MEETINGS_READ"}, "FORBIDDEN", "scopes.0"))
		made := narrow.run(t, createToken, in(vars{"name": "x"}))["accessToken"].(vars)
		if diff := cmp.Diff([]any{"ACCESS_READ", "ACCESS_WRITE"}, made["scopes"]); diff != "" || made["agent"] == nil {
			t.Errorf("a narrow token makes %v", made)
		}
		reader := s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.AccessRead})})
		reader.refused(t, of("by a reader", "name", "x", "FORBIDDEN", ""))
		s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsWrite})}).
			refused(t, badInput{"the list", `{ accessTokens { totalCount } }`, nil, "FORBIDDEN", ""})
	})
}

// Owners and admins see all of the app's tokens, a MEMBER his own.
func TestAccessTokenList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		member := s.member(t, o, "ben", domain.Member)
		s.tenant(t) // another app
		var made []any
		for i := range 5 {
			made = append(made, o.run(t, createToken, in(vars{"name": fmt.Sprint("t", i), "agentId": member.agent.ID}))["accessToken"].(vars)["id"])
		}
		list := func(by *tenant, args string) (ids []any, total int) {
			var out struct {
				AccessTokens struct {
					TotalCount int
					Edges      []struct{ Node struct{ ID string } }
				}
			}
			by.Do(t, `{ accessTokens(`+args+`) { totalCount edges { node { id agent { name } } } } }`, nil, &out)
			for _, e := range out.AccessTokens.Edges {
				ids = append(ids, e.Node.ID)
			}
			return ids, out.AccessTokens.TotalCount
		}
		slices.Reverse(made)
		for _, by := range []*tenant{o, member} {
			if ids, _ := list(by, `first: 5, orderBy: {field: CREATED_AT, direction: DESC}`); !slices.Equal(ids, made) {
				t.Errorf("the newest: %v, want %v", ids, made)
			}
		}
		if _, total := list(o, `where: {revokedAtIsNil: true}`); total != 7 {
			t.Errorf("the owner sees %d", total)
		}
		if _, total := list(member, `first: 1`); total != 6 {
			t.Errorf("the member sees %d", total)
		}
		if _, total := list(o, fmt.Sprintf(`where: {agentID: %q}`, o.agent.ID)); total != 1 {
			t.Errorf("the owner has %d", total)
		}
	})
}
