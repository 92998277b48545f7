package account

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/input"
	"slotcast/internal/safehttp"
)

const (
	maxClaimValue = 500 // of iss and aud, in bytes
	maxAppValue   = 200
	maxClaim      = 100 // of a claim's name
	minHS256      = 32  // RFC 7518, section 3.2
	maxHS256      = 500

	usualClaim = "sub"
)

// ProviderInput describes an identity provider; see the GraphQL input
// CreateIdentityProviderInput.
type ProviderInput struct {
	Name       string
	Issuer     string
	Audience   string
	Secret     *string // this or JWKSURL
	JWKSURL    *string
	AppClaim   *string
	AppValue   *string // nil: the app's id
	AgentClaim *string // nil: sub
	RoleClaim  *string

	same bool // in place of Secret: the one that the row has
}

// ProviderChanges describes what to change; nil leaves as it is. A pointer to
// nil takes a claim away. A secret takes the place of JWKSURL, and the other way
// round.
type ProviderChanges struct {
	Name       *string
	Issuer     *string
	Audience   *string
	Secret     *string
	JWKSURL    *string
	AppClaim   **string
	AppValue   *string
	AgentClaim *string
	RoleClaim  **string
}

func (c ProviderChanges) onto(row *ent.IdentityProvider) ProviderInput {
	in := ProviderInput{
		Name: row.Name, Issuer: row.Issuer, Audience: row.Audience, Secret: c.Secret, JWKSURL: c.JWKSURL,
		AppClaim: row.AppClaim, AppValue: c.AppValue, AgentClaim: &row.AgentClaim, RoleClaim: row.RoleClaim,
	}
	for _, f := range []struct {
		to   *string
		from *string
	}{{&in.Name, c.Name}, {&in.Issuer, c.Issuer}, {&in.Audience, c.Audience}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if c.AgentClaim != nil {
		in.AgentClaim = c.AgentClaim
	}
	if c.AppClaim != nil {
		in.AppClaim = *c.AppClaim
	}
	if c.RoleClaim != nil {
		in.RoleClaim = *c.RoleClaim
	}
	if in.AppValue == nil && in.AppClaim != nil && row.AppValue != "" {
		in.AppValue = &row.AppValue
	}
	if c.Secret == nil && c.JWKSURL == nil {
		in.JWKSURL, in.same = row.JwksURL, row.Secret != ""
	}
	return in
}

// provider is what a row is to hold.
type provider struct {
	name, issuer, audience, appValue, agentClaim string
	jwksURL, appClaim, roleClaim                 *string

	secret string // a new one, as it was given
	same   bool   // the one that is there
}

func providerOf(row *ent.IdentityProvider) *provider {
	return &provider{
		name: row.Name, issuer: row.Issuer, audience: row.Audience, appValue: row.AppValue, agentClaim: row.AgentClaim,
		jwksURL: row.JwksURL, appClaim: row.AppClaim, roleClaim: row.RoleClaim, same: row.Secret != "",
	}
}

// provider checks the input, and fills in what was left out.
func (s *Service) provider(in ProviderInput, appID string) (*provider, error) {
	usual := usualClaim
	if in.AgentClaim == nil {
		in.AgentClaim = &usual
	}
	err := input.First(
		input.Name("name", in.Name, maxName),
		filled("issuer", in.Issuer, maxClaimValue), filled("audience", in.Audience, maxClaimValue),
		s.checkKeys(in),
		claimName("appClaim", in.AppClaim), claimName("agentClaim", in.AgentClaim), claimName("roleClaim", in.RoleClaim))
	if err != nil {
		return nil, err
	}
	p := &provider{
		name: in.Name, issuer: in.Issuer, audience: in.Audience, agentClaim: *in.AgentClaim,
		jwksURL: in.JWKSURL, appClaim: in.AppClaim, roleClaim: in.RoleClaim, same: in.same,
	}
	if in.Secret != nil {
		p.secret = *in.Secret
	}
	switch {
	case in.AppClaim != nil && slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}, *in.AppClaim): // RFC 7519, 4.1
		return nil, apperr.BadInput("appClaim", "%s says nothing of an app: name a claim that your provider adds for it", *in.AppClaim)
	case in.AppClaim == nil && in.AppValue != nil:
		return nil, apperr.BadInput("appValue", "it says nothing without an appClaim: name that, too, or leave it out")
	case in.AppClaim == nil:
		return p, nil
	case in.AppValue == nil:
		p.appValue = appID
		return p, nil
	}
	p.appValue = *in.AppValue
	return p, filled("appValue", p.appValue, maxAppValue)
}

// checkKeys wants exactly one way to check signatures.
func (s *Service) checkKeys(in ProviderInput) error {
	switch {
	case in.same:
		return nil
	case in.Secret == nil && in.JWKSURL == nil:
		return apperr.BadInput("secret", "either secret or jwksUrl is needed")
	case in.Secret != nil && in.JWKSURL != nil:
		return apperr.BadInput("jwksUrl", "secret and jwksUrl exclude each other: leave one out")
	case in.JWKSURL != nil:
		return s.checkJWKS(*in.JWKSURL)
	case len(*in.Secret) < minHS256 || len(*in.Secret) > maxHS256 || !input.Storable(*in.Secret):
		return apperr.BadInput("secret", "%d to %d bytes of UTF-8 without NUL are needed", minHS256, maxHS256)
	}
	return nil
}

func (s *Service) checkJWKS(raw string) error {
	u, err := safehttp.CheckURL(raw)
	if err == nil {
		err = s.http.CheckTarget(u)
	}
	switch {
	case err != nil:
		return apperr.BadInput("jwksUrl", "%v", err)
	case u.Scheme != "https" && !inside(u):
		return apperr.BadInput("jwksUrl", "the URL must start with https://: whoever can change the keys on the way decides who signs in")
	}
	return nil
}

// inside reports whether a URL names a host of the server's own network, where
// plain HTTP is common. Whether it may be reached at all, safehttp says.
func inside(u *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsPrivate()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") ||
		strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
}

func filled(field, s string, limit int) error {
	if strings.TrimSpace(s) == "" {
		return apperr.BadInput(field, "a value is needed")
	}
	return input.Text(field, s, limit)
}

func claimName(field string, name *string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if name != nil && (strings.TrimSpace(*name) == "" || len(*name) > maxClaim || strings.ContainsFunc(*name, odd)) {
		return apperr.BadInput(field, "the name of a claim is needed: 1 to %d bytes of printable text", maxClaim)
	}
	return nil
}

// changed lists the fields that differ from what was. Of a secret it says that
// there is a new one.
func (p *provider) changed(was *provider) audit.Changes {
	c := audit.Changes{}.Diff("name", was.name, p.name).Diff("issuer", was.issuer, p.issuer).
		Diff("audience", was.audience, p.audience).Diff("jwksUrl", was.jwksURL, p.jwksURL).
		Diff("appClaim", was.appClaim, p.appClaim).Diff("appValue", was.appValue, p.appValue).
		Diff("agentClaim", was.agentClaim, p.agentClaim).Diff("roleClaim", was.roleClaim, p.roleClaim)
	if from, to := hidden(was.same), hidden(p.same || p.secret != ""); p.secret != "" || from != to {
		c.Move("secret", from, to)
	}
	return c
}

// hidden tells a secret from none.
func hidden(secret bool) any {
	if secret {
		return audit.Hidden
	}
	return nil
}

// write sets all but the secret, which is sealed first.
func (p *provider) write(m *ent.IdentityProviderMutation) {
	m.SetName(p.name)
	m.SetIssuer(p.issuer)
	m.SetAudience(p.audience)
	m.SetAppValue(p.appValue)
	m.SetAgentClaim(p.agentClaim)
	for _, f := range []struct {
		value *string
		set   func(string)
		clear func()
	}{
		{p.jwksURL, m.SetJwksURL, m.ClearJwksURL},
		{p.appClaim, m.SetAppClaim, m.ClearAppClaim},
		{p.roleClaim, m.SetRoleClaim, m.ClearRoleClaim},
	} {
		if f.value != nil {
			f.set(*f.value)
		} else if m.Op().Is(ent.OpUpdateOne) {
			f.clear()
		}
	}
}
