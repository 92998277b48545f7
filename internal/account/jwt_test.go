package account_test

import (
	"maps"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/idtoken/idtokentest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	issuer   = "https://id.example.org"
	audience = "slotcast"
	secret   = "0123456789abcdef0123456789abcdef"
)

// provider makes one with a secret, sealed.
func (d *desk) provider(t *testing.T, appID, secret string, with func(*ent.IdentityProviderCreate)) *ent.IdentityProvider {
	t.Helper()
	id := typeid.New(typeid.IdentityProvider)
	create := d.client.IdentityProvider.Create().SetID(id).SetAppID(appID).SetName("provider").
		SetIssuer(issuer).SetAudience(audience)
	if secret != "" {
		create.SetSecret(must(d.keys.Seal(secret, id))(t))
	}
	if with != nil {
		with(create)
	}
	return must(create.Save(viewer.System(t.Context())))(t)
}

type claims = map[string]any

// says returns good claims of the agent, with some of them changed; nil takes
// one away.
func (d *desk) says(changes claims) claims {
	c := claims{"iss": issuer, "aud": audience, "sub": d.rows["Agent"], "exp": d.now().Add(time.Hour).Unix()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func TestJWT(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		key := idtokentest.Secret(secret)
		d.refuses(t, key.Sign(t, d.says(nil)), "no identity provider")
		p := d.provider(t, d.rows["App"], secret, nil)
		who := must(d.identify(t, key.Sign(t, d.says(nil))))(t)
		want := viewer.Viewer{AppID: d.rows["App"], AgentID: d.rows["Agent"], Role: domain.Owner, CredentialID: p.ID, Until: who.Until}
		if who != want || who.Until.Sub(d.now()) > time.Hour || who.Until.Sub(d.now()) < time.Hour-2*time.Second {
			t.Errorf("the agent: %+v", who)
		}
		for _, tt := range []struct {
			token, want string
		}{
			{idtokentest.Secret(secret+"x").Sign(t, d.says(nil)), "signature"},
			{idtokentest.Secret(p.Secret).Sign(t, d.says(nil)), "signature"}, // as the row has it
			{idtokentest.NewKey(t, "").Sign(t, d.says(nil)), "algorithm"},
			{key.Sign(t, d.says(claims{"iss": issuer + "/"})), "no identity provider"},
			{key.Sign(t, d.says(claims{"aud": "other"})), "no identity provider"},
			{key.Sign(t, d.says(claims{"exp": d.now().Unix()})), "expired"},
			{key.Sign(t, d.says(claims{"nbf": d.now().Add(time.Minute + 30*time.Second).Unix()})), "not valid before"},
			{key.Sign(t, d.says(claims{"sub": nil})), "claim sub is needed"},
			{key.Sign(t, d.says(claims{"sub": 1})), "claim sub is needed"},
			{key.Sign(t, d.says(claims{"sub": typeid.New(typeid.Agent)})), "no agent"},
			{key.Sign(t, d.says(claims{"sub": "somebody"})), "no agent"},
		} {
			d.refuses(t, tt.token, tt.want)
		}
	})
}

// The agent is found by id, external id or e-mail address, in the app alone.
func TestJWTNamesAnAgent(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		d.provider(t, d.rows["App"], secret, func(c *ent.IdentityProviderCreate) { c.SetAgentClaim("who") })
		hire := func(appID, email, external string) string {
			create := d.client.Agent.Create().SetAppID(appID).SetName("x").SetEmail(email).SetTimeZone("UTC").SetRole(domain.Member)
			if external != "" {
				create.SetExternalID(external)
			}
			return must(create.Save(viewer.System(t.Context())))(t).ID
		}
		jo := hire(d.rows["App"], "Jo_Park@Example.org", "auth0|jo")
		mail := hire(d.rows["App"], "x@example.org", "mail@example.org") // an external id may look like an address
		hire(d.rows["App"], "mail@example.org", "")
		hire(d.rows["App"], "TWO@example.org", "")
		hire(d.rows["App"], "two@EXAMPLE.org", "")
		exact := hire(d.rows["App"], "two@example.org", "")
		other := entdbtest.NewRows(t, d.client)
		foreign := hire(other["App"], "far@example.org", "auth0|far")
		for _, tt := range []struct {
			who   string
			also  claims
			agent string // empty: refused
		}{
			{jo, nil, jo},
			{"auth0|jo", nil, jo},
			{"auth0|jo", claims{"email_verified": false}, jo},
			{"Jo_Park@Example.org", nil, jo},
			{"jo_park@example.ORG", nil, jo},
			{"jo_park@example.org", claims{"email_verified": true}, jo},
			{"jo_park@example.org", claims{"email_verified": "true"}, jo},
			{"jo_park@example.org", claims{"email_verified": false}, ""},
			{"jo_park@example.org", claims{"email_verified": "false"}, ""},
			{"joXpark@example.org", nil, ""},
			{"%@example.org", nil, ""},
			{"mail@example.org", nil, mail},
			{"two@example.org", nil, exact},
			{"Two@example.org", nil, ""}, // three have it
			{"AUTH0|jo", nil, ""},
			{"ada@example.com", nil, d.rows["Agent"]},
			{foreign, nil, ""},
			{"auth0|far", nil, ""},
			{"far@example.org", nil, ""},
			{other["Agent"], nil, ""},
			{"agt_", nil, ""},
			{"", nil, ""},
		} {
			says := d.says(claims{"who": tt.who})
			maps.Copy(says, tt.also)
			token := idtokentest.Secret(secret).Sign(t, says)
			if tt.agent == "" {
				d.refuses(t, token, "")
				continue
			}
			if v, err := d.identify(t, token); err != nil || v.AgentID != tt.agent || v.AppID != d.rows["App"] {
				t.Errorf("%s %v: %+v, %v", tt.who, tt.also, v, err)
			}
		}
	})
}

func TestJWTOfAgentsThatAreNotActive(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		d.provider(t, d.rows["App"], secret, nil)
		token := idtokentest.Secret(secret).Sign(t, d.says(nil))
		must(d.identify(t, token))(t)
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentDeactivated) })
		d.refuses(t, token, "deactivated")
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentInvited) })
		d.refuses(t, token, "accept the invitation first")
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentActive).SetRole(domain.Admin) })
		if who := must(d.identify(t, token))(t); who.Role != domain.Admin {
			t.Errorf("with another role: %+v", who)
		}
	})
}

func TestJWTRoles(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		d.provider(t, d.rows["App"], secret, func(c *ent.IdentityProviderCreate) { c.SetRoleClaim("https://slotcast/role") })
		for said, want := range map[any]domain.Role{"MEMBER": domain.Member, "admin": domain.Admin, "Owner": domain.Owner, "root": "", "": "", 1: "", nil: "", " ADMIN": ""} {
			token := idtokentest.Secret(secret).Sign(t, d.says(claims{"https://slotcast/role": said, "role": "OWNER"}))
			if want == "" {
				d.refuses(t, token, "claim https://slotcast/role")
				continue
			}
			if who := must(d.identify(t, token))(t); who.Role != want {
				t.Errorf("%v: %+v", said, who)
			}
		}
	})
}

// One issuer serves several apps: a claim tells which. Whoever registers the
// issuer with a key of his own signs nobody in elsewhere.
func TestJWTOfSeveralApps(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		other, third := entdbtest.NewRows(t, d.client), entdbtest.NewRows(t, d.client)
		_, err := d.client.IdentityProvider.Delete().Exec(viewer.System(t.Context()))
		must(struct{}{}, err)(t)
		const evil = "fedcba9876543210fedcba9876543210"
		forApp := func(value string) func(*ent.IdentityProviderCreate) {
			return func(c *ent.IdentityProviderCreate) { c.SetAppClaim("org").SetAppValue(value) }
		}
		general := d.provider(t, third["App"], secret, nil)
		ours := d.provider(t, d.rows["App"], secret, forApp("acme"))
		theirs := d.provider(t, other["App"], evil, forApp("evil"))
		key, evilKey := idtokentest.Secret(secret), idtokentest.Secret(evil)
		for _, tt := range []struct {
			name     string
			key      idtokentest.Key
			says     claims
			provider string // empty: refused
		}{
			{"ours", key, claims{"org": "acme"}, ours.ID},
			{"theirs", evilKey, claims{"org": "evil", "sub": other["Agent"]}, theirs.ID},
			{"their key for our app", evilKey, claims{"org": "acme"}, ""},
			{"our agent in their app", evilKey, claims{"org": "evil"}, ""},
			{"our key for their app", key, claims{"org": "evil", "sub": other["Agent"]}, ""}, // and no other is tried
			{"their agent in our app", key, claims{"org": "acme", "sub": other["Agent"]}, ""},
			{"no claim", key, claims{"sub": third["Agent"]}, general.ID},
			{"another value", key, claims{"org": "unknown", "sub": third["Agent"]}, general.ID},
			{"another type", key, claims{"org": []string{"acme"}, "sub": third["Agent"]}, general.ID},
			{"another case", key, claims{"org": "ACME", "sub": third["Agent"]}, general.ID},
			{"another claim", key, claims{"team": "acme", "sub": third["Agent"]}, general.ID},
			{"their key for no claim", evilKey, claims{"sub": third["Agent"]}, ""},
		} {
			who, err := d.identify(t, tt.key.Sign(t, d.says(tt.says)))
			if who.CredentialID != tt.provider || (err == nil) != (tt.provider != "") {
				t.Errorf("%s: %+v, %v", tt.name, who, err)
			}
			if err != nil && apperr.CodeOf(err) != apperr.Unauthenticated {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	})
}

// With published keys; a URL that does not answer says nothing against a token.
func TestJWTByPublishedKeys(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		key := idtokentest.NewKey(t, "1")
		server := idtokentest.Serve(t, key)
		d.provider(t, d.rows["App"], "", func(c *ent.IdentityProviderCreate) { c.SetJwksURL(server.URL) })
		must(d.identify(t, key.Sign(t, d.says(nil))))(t)
		next := idtokentest.NewKey(t, "2")
		d.refuses(t, next.Sign(t, d.says(nil)), "does not publish")
		d.turn(time.Minute)
		server.Answer(503, nil)
		if _, err := d.identify(t, next.Sign(t, d.says(nil))); err == nil || apperr.From(err) != nil {
			t.Errorf("with the URL down: %v", err)
		}
		d.refuses(t, idtokentest.Secret(secret).Sign(t, d.says(nil)), "algorithm")
	})
}

// A secret that cannot be opened is our trouble, not the caller's.
func TestJWTWithoutTheSealingKey(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		d.provider(t, d.rows["App"], secret, nil)
		token := idtokentest.Secret(secret).Sign(t, d.says(nil))
		other := account.New(account.Config{Client: d.client, Keys: entdbtest.Keys(), Now: d.now})
		if _, err := other.Identify(t.Context(), token); err == nil || apperr.From(err) != nil {
			t.Errorf("with another key: %v", err)
		}
		none := account.New(account.Config{Client: d.client, Now: d.now})
		if _, err := none.Identify(t.Context(), token); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("with none: %v", err)
		}
	})
}
