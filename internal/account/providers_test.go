package account_test

import (
	"fmt"
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const hs256 = "a secret of more than 32 bytes, as HS256 wants it"

func providerInput() account.ProviderInput {
	return account.ProviderInput{Name: "Staff", Issuer: "https://login.example.org/", Audience: "slotcast", Secret: pointer(hs256)}
}

// shown is what a provider holds, without its secret.
func shown(p *ent.IdentityProvider) string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	return strings.Join([]string{
		p.Name, p.Issuer, p.Audience, fmt.Sprint(p.Secret != ""), text(p.JwksURL), text(p.AppClaim), p.AppValue, p.AgentClaim, text(p.RoleClaim),
	}, " ")
}

func TestIdentityProviders(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		owner := m.as(domain.Owner)
		p := must(m.CreateIdentityProvider(owner, providerInput()))(t)
		if p.AppID != m.app || strings.Contains(p.Secret, "HS256") || !strings.HasPrefix(p.Secret, "sealed.") {
			t.Errorf("made %v with the secret %s", p, p.Secret)
		}
		m.recorded("made", fmt.Sprintf(`IDENTITY_PROVIDER_CREATED %s {"agentClaim":{"to":"sub"},"audience":{"to":"slotcast"},`+
			`"issuer":{"to":"https://login.example.org/"},"name":{"to":"Staff"},"secret":{"to":"(hidden)"}}`, p.ID))
		for _, step := range []struct {
			name    string
			changes account.ProviderChanges
			want    string
			fields  string // in the audit log
		}{
			{"nothing", account.ProviderChanges{}, "Staff https://login.example.org/ slotcast true - -  sub -", ""},
			{"name", account.ProviderChanges{Name: pointer("S")}, "S https://login.example.org/ slotcast true - -  sub -", `"name":{"from":"Staff","to":"S"}`},
			{"issuer", account.ProviderChanges{Issuer: pointer("i"), Audience: pointer("a")}, "S i a true - -  sub -",
				`"audience":{"from":"slotcast","to":"a"},"issuer":{"from":"https://login.example.org/","to":"i"}`},
			{"app's claim", account.ProviderChanges{AppClaim: pointer(pointer("org"))}, "S i a true - org " + m.app + " sub -",
				`"appClaim":{"from":null,"to":"org"},"appValue":{"from":"","to":"` + m.app + `"}`},
			{"app's value", account.ProviderChanges{AppValue: pointer("acme")}, "S i a true - org acme sub -", `"appValue":{"from":"` + m.app + `","to":"acme"}`},
			{"claims", account.ProviderChanges{AgentClaim: pointer("email"), RoleClaim: pointer(pointer("https://x/role"))}, "S i a true - org acme email https://x/role",
				`"agentClaim":{"from":"sub","to":"email"},"roleClaim":{"from":null,"to":"https://x/role"}`},
			{"no claims", account.ProviderChanges{AppClaim: new(*string), RoleClaim: new(*string)}, "S i a true - -  email -",
				`"appClaim":{"from":"org","to":null},"appValue":{"from":"acme","to":""},"roleClaim":{"from":"https://x/role","to":null}`},
			{"another secret", account.ProviderChanges{Secret: pointer(hs256 + "2")}, "S i a true - -  email -", `"secret":{"from":"(hidden)","to":"(hidden)"}`},
			{"keys", account.ProviderChanges{JWKSURL: pointer("https://login.example.org/jwks")}, "S i a false https://login.example.org/jwks -  email -",
				`"jwksUrl":{"from":null,"to":"https://login.example.org/jwks"},"secret":{"from":"(hidden)","to":null}`},
			{"the same keys", account.ProviderChanges{JWKSURL: pointer("https://login.example.org/jwks")}, "S i a false https://login.example.org/jwks -  email -", ""},
			{"a secret again", account.ProviderChanges{Secret: pointer(hs256)}, "S i a true - -  email -",
				`"jwksUrl":{"from":"https://login.example.org/jwks","to":null},"secret":{"from":null,"to":"(hidden)"}`},
		} {
			before := must(m.client.IdentityProvider.Get(owner, p.ID))(t)
			changed := must(m.UpdateIdentityProvider(owner, p.ID, step.changes))(t)
			row := must(m.client.IdentityProvider.Get(owner, p.ID))(t)
			if shown(changed) != step.want || shown(row) != step.want || changed.Secret != row.Secret {
				t.Errorf("%s: %s, kept as %s, want %s", step.name, shown(changed), shown(row), step.want)
			}
			if step.changes.Secret == nil && step.changes.JWKSURL == nil && row.Secret != before.Secret {
				t.Errorf("%s: the secret changed", step.name)
			}
			if step.fields == "" {
				m.recorded(step.name)
			} else {
				m.recorded(step.name, fmt.Sprintf("IDENTITY_PROVIDER_UPDATED %s {%s}", p.ID, step.fields))
			}
		}
		refused(t, "delete", m.DeleteIdentityProvider(owner, p.ID), "")
		m.recorded("deleted", fmt.Sprintf(`IDENTITY_PROVIDER_DELETED %s {"audience":{"from":"a","to":null},"issuer":{"from":"i","to":null},"name":{"from":"S","to":null}}`, p.ID))
		refused(t, "delete again", m.DeleteIdentityProvider(owner, p.ID), "NOT_FOUND id")
	})
}

func TestIdentityProvidersRefuse(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		owner := m.as(domain.Owner)
		p := must(m.CreateIdentityProvider(owner, providerInput()))(t)
		long := func(n int) string { return strings.Repeat("x", n+1) }
		m.unchanged("input", func() {
			for _, tt := range []struct {
				field  string
				change func(in *account.ProviderInput)
			}{
				{"name", func(in *account.ProviderInput) { in.Name = "" }},
				{"issuer", func(in *account.ProviderInput) { in.Issuer = " " }},
				{"issuer", func(in *account.ProviderInput) { in.Issuer = long(500) }},
				{"audience", func(in *account.ProviderInput) { in.Audience = "a\x00" }},
				{"secret", func(in *account.ProviderInput) { in.Secret = nil }},
				{"secret", func(in *account.ProviderInput) { in.Secret = pointer("") }},
				{"secret", func(in *account.ProviderInput) { in.Secret = pointer(strings.Repeat("x", 31)) }},
				{"secret", func(in *account.ProviderInput) { in.Secret = pointer(long(500)) }},
				{"jwksUrl", func(in *account.ProviderInput) { in.JWKSURL = pointer("https://login.example.org/jwks") }}, // and a secret
				{"appClaim", func(in *account.ProviderInput) { in.AppClaim = pointer("") }},
				{"appClaim", func(in *account.ProviderInput) { in.AppClaim = pointer("a\n") }},
				{"agentClaim", func(in *account.ProviderInput) { in.AgentClaim = pointer(long(100)) }},
				{"agentClaim", func(in *account.ProviderInput) { in.AgentClaim = pointer(" ") }},
				{"roleClaim", func(in *account.ProviderInput) { in.RoleClaim = pointer("\xff") }},
				{"appValue", func(in *account.ProviderInput) { in.AppValue = pointer("acme") }}, // of no claim
				{"appValue", func(in *account.ProviderInput) { in.AppClaim, in.AppValue = pointer("org"), pointer("") }},
				{"appValue", func(in *account.ProviderInput) { in.AppClaim, in.AppValue = pointer("org"), pointer(long(200)) }},
			} {
				in := providerInput()
				in.Issuer = "another"
				tt.change(&in)
				_, err := m.CreateIdentityProvider(owner, in)
				refused(t, fmt.Sprintf("create %+v", in), err, "BAD_USER_INPUT "+tt.field)
				if in.Secret != nil && strings.Contains(err.Error(), *in.Secret) && *in.Secret != "" {
					t.Errorf("the error shows the secret: %v", err)
				}
				if in.Secret == nil {
					continue
				}
				_, err = m.UpdateIdentityProvider(owner, p.ID, account.ProviderChanges{
					Name: &in.Name, Issuer: &in.Issuer, Audience: &in.Audience, Secret: in.Secret, JWKSURL: in.JWKSURL,
					AppClaim: &in.AppClaim, AppValue: in.AppValue, AgentClaim: in.AgentClaim, RoleClaim: &in.RoleClaim,
				})
				refused(t, fmt.Sprintf("update %+v", in), err, "BAD_USER_INPUT "+tt.field)
			}
			_, err := m.UpdateIdentityProvider(owner, m.other["IdentityProvider"], account.ProviderChanges{Name: pointer("x")})
			refused(t, "another app's", err, "NOT_FOUND id")
			refused(t, "another app's", m.DeleteIdentityProvider(owner, m.other["IdentityProvider"]), "NOT_FOUND id")
			_, err = m.CreateIdentityProvider(m.as(domain.Admin), providerInput())
			refused(t, "by an ADMIN", err, "FORBIDDEN")
			_, err = m.UpdateIdentityProvider(m.as(domain.Admin), p.ID, account.ProviderChanges{Name: pointer("x")})
			refused(t, "by an ADMIN", err, "FORBIDDEN")
			refused(t, "by an ADMIN", m.DeleteIdentityProvider(m.as(domain.Admin), p.ID), "FORBIDDEN")
		})
	})
}

// Where keys may come from; the test's server reaches 127.0.0.1.
func TestJWKSURLs(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		for i, tt := range []struct {
			url string
			ok  bool
		}{
			{"https://login.example.org/jwks?x=1", true}, {"http://127.0.0.1:8080/jwks", true}, {"http://keycloak:8080/certs", true},
			{"http://login.example.org/jwks", false}, {"http://10.0.0.1/jwks", false}, {"https://169.254.169.254/", false},
			{"https://[::1]/", false}, {"ftp://login.example.org", false}, {"", false}, {"jwks", false}, {"https://u:p@login.example.org", false},
			{"https://login.example.org/" + strings.Repeat("x", 2048), false},
		} {
			in := providerInput()
			in.Secret, in.JWKSURL, in.Audience = nil, &tt.url, fmt.Sprint(i)
			_, err := m.CreateIdentityProvider(m.as(domain.Owner), in)
			refused(t, tt.url, err, map[bool]string{true: "", false: "BAD_USER_INPUT jwksUrl"}[tt.ok])
		}
	})
}

// A token leads to one app: what it says of itself is taken once on the server.
func TestIdentityProvidersAreUnique(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		owner := m.as(domain.Owner)
		other := viewer.With(t.Context(), viewer.Viewer{AppID: m.other["App"], AgentID: m.other["Agent"], Role: domain.Owner})
		must(m.CreateIdentityProvider(owner, providerInput()))(t)
		_, err := m.CreateIdentityProvider(other, providerInput())
		refused(t, "another app", err, "BAD_USER_INPUT issuer")
		if err != nil && strings.Contains(err.Error(), m.app) {
			t.Errorf("it says whose: %v", err)
		}
		in := providerInput()
		in.AppClaim = pointer("org")
		_, err = m.CreateIdentityProvider(other, in)
		refused(t, "in front of another app's", err, "BAD_USER_INPUT issuer")
		in.Audience = "shared" // each its own id
		must(m.CreateIdentityProvider(owner, in))(t)
		theirs := must(m.CreateIdentityProvider(other, in))(t)
		_, err = m.UpdateIdentityProvider(other, theirs.ID, account.ProviderChanges{AppValue: &m.app})
		refused(t, "changed to another app's", err, "BAD_USER_INPUT issuer")
		mixed := in
		mixed.AppClaim = pointer("tenant")
		_, err = m.CreateIdentityProvider(other, mixed)
		refused(t, "by another claim", err, "BAD_USER_INPUT issuer")
		mixed.AppClaim = pointer("iss")
		_, err = m.CreateIdentityProvider(other, mixed)
		refused(t, "by what says nothing of an app", err, "BAD_USER_INPUT appClaim")
		for i := range 9 {
			in.Audience = fmt.Sprint(i)
			_, err = m.CreateIdentityProvider(owner, in) // one is there from the beginning
		}
		refused(t, "one too many", err, "LIMIT_EXCEEDED")
	})
}
