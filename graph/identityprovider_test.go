package graph_test

import (
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
)

const (
	providerFields = `{ id name issuer audience usesSecret jwksUrl appClaim appValue agentClaim roleClaim }`
	createProvider = `mutation($in: CreateIdentityProviderInput!) { createIdentityProvider(input: $in) ` + providerFields + ` }`
	updateProvider = `mutation($id: ID!, $in: UpdateIdentityProviderInput!) { updateIdentityProvider(id: $id, input: $in) ` + providerFields + ` }`
	deleteProvider = `mutation($id: ID!) { deleteIdentityProvider(id: $id) }`
	readProvider   = `query($id: ID!) { identityProvider(id: $id) ` + providerFields + ` }`
)

func hs256() string { return strings.Repeat("secret", 6) }

func TestIdentityProviders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		got := o.run(t, createProvider, in(vars{"name": "Staff", "issuer": "https://i.example", "audience": "slotcast", "secret": hs256()}))
		want := vars{
			"id": got["id"], "name": "Staff", "issuer": "https://i.example", "audience": "slotcast", "usesSecret": true, "jwksUrl": nil,
			"appClaim": nil, "appValue": "", "agentClaim": "sub", "roleClaim": nil,
		}
		o.lasts(t, "with a secret", readProvider, want, got)
		for _, step := range []struct{ input, expect vars }{
			{vars{}, nil}, {vars{"name": nil, "secret": nil, "jwksUrl": nil, "appValue": nil, "agentClaim": nil}, nil},
			{vars{"jwksUrl": "https://i.example/jwks"}, vars{"jwksUrl": "https://i.example/jwks", "usesSecret": false}},
			{vars{"appClaim": "org", "roleClaim": "role"}, vars{"appClaim": "org", "appValue": o.app.ID, "roleClaim": "role"}},
			{vars{"appClaim": nil, "roleClaim": nil}, vars{"appClaim": nil, "appValue": "", "roleClaim": nil}},
			{vars{"secret": hs256()}, vars{"jwksUrl": nil, "usesSecret": true}},
		} {
			for field, v := range step.expect {
				want[field] = v
			}
			o.lasts(t, "changed", readProvider, want, o.run(t, updateProvider, vars{"id": want["id"], "in": step.input}))
		}
		full := o.run(t, createProvider, in(vars{
			"name": "All", "issuer": "https://i.example", "audience": "shared", "jwksUrl": "https://i.example/jwks", "appClaim": "org",
			"appValue": "acme", "agentClaim": "email", "roleClaim": "role",
		}))
		if full["appValue"] != "acme" || full["agentClaim"] != "email" {
			t.Errorf("the full one: %v", full)
		}
		var list struct{ IdentityProviders struct{ TotalCount int } }
		o.Do(t, `{ identityProviders { totalCount edges { node { usesSecret } } } }`, nil, &list)
		var out struct{ DeleteIdentityProvider string }
		o.Do(t, deleteProvider, vars{"id": want["id"]}, &out)
		if out.DeleteIdentityProvider != want["id"] || list.IdentityProviders.TotalCount != 2 || !apptest.HasCode(o.Try(t.Context(), readProvider, vars{"id": want["id"]}, nil), "NOT_FOUND") {
			t.Errorf("deleted %+v of %+v", out, list)
		}
	})
}

func TestIdentityProvidersAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		good := vars{"name": "Staff", "issuer": "https://i.example", "audience": "slotcast", "secret": hs256()}
		theirs := other.run(t, createProvider, in(good))["id"]
		fresh := with(good, "audience", "other")
		of := func(name, field string, value any, code, at string) badInput {
			return badInput{name, createProvider, in(with(fresh, field, value)), code, at}
		}
		for _, c := range []badInput{
			{"taken by another app", createProvider, in(good), "BAD_USER_INPUT", "issuer"},
			of("no issuer", "issuer", nil, "BAD_USER_INPUT", "issuer"), of("blank audience", "audience", "", "BAD_USER_INPUT", "audience"),
			of("no keys", "secret", nil, "BAD_USER_INPUT", "secret"), of("short secret", "secret", "short", "BAD_USER_INPUT", "secret"),
			of("both", "jwksUrl", "https://i.example/jwks", "BAD_USER_INPUT", "jwksUrl"),
			of("value of no claim", "appValue", "acme", "BAD_USER_INPUT", "appValue"),
			of("blank claim", "agentClaim", "", "BAD_USER_INPUT", "agentClaim"),
			{"change, another app's", updateProvider, vars{"id": theirs, "in": vars{"name": "x"}}, "NOT_FOUND", "id"},
			{"delete, another app's", deleteProvider, vars{"id": theirs}, "NOT_FOUND", "id"},
		} {
			o.refused(t, c)
		}
		for _, url := range []string{"http://10.0.0.1/jwks", "http://i.example/jwks", "https://127.0.0.1/jwks", "file:///etc/passwd"} {
			o.refused(t, badInput{url, createProvider, in(with(with(fresh, "secret", nil), "jwksUrl", url)), "BAD_USER_INPUT", "jwksUrl"})
		}
		admin := s.member(t, o, "ada", domain.Admin)
		admin.refused(t, of("by an ADMIN", "name", "x", "FORBIDDEN", ""))
		admin.refused(t, badInput{"the list by an ADMIN", `{ identityProviders { totalCount } }`, nil, "FORBIDDEN", ""})
	})
}
