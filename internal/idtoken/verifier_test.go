package idtoken_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"

	"slotcast/internal/apperr"
	"slotcast/internal/idtoken"
	"slotcast/internal/idtoken/idtokentest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	issuer   = "https://id.example.org"
	audience = "slotcast"
	secret   = "0123456789abcdef0123456789abcdef"
)

// start is what the tests' clock shows first.
var start = time.Date(2031, 3, 4, 10, 0, 0, 0, time.UTC)

// bench is a verifier whose clock the test turns.
type bench struct {
	*idtoken.Verifier
	passed atomic.Int64 // nanoseconds since start
}

func (b *bench) now() time.Time { return start.Add(time.Duration(b.passed.Load())) }

func (b *bench) turn(by time.Duration) { b.passed.Add(int64(by)) }

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{}
	b.Verifier = idtoken.New(idtoken.Config{HTTP: idtokentest.Client(t), Now: b.now})
	t.Cleanup(b.Close)
	return b
}

type claims = map[string]any

// with returns good claims with some of them changed; nil takes one away.
func with(changes claims) claims {
	c := claims{"iss": issuer, "aud": audience, "sub": "agt_1", "exp": start.Add(time.Hour).Unix(), "iat": start.Unix()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func bySecret() idtoken.Provider {
	return idtoken.Provider{Issuer: issuer, Audience: audience, Secret: []byte(secret)}
}

func byKeys(s *idtokentest.Server) idtoken.Provider {
	return idtoken.Provider{Issuer: issuer, Audience: audience, KeysURL: s.URL}
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	if apperr.CodeOf(err) != apperr.Unauthenticated || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	key := idtokentest.Secret(secret)
	for name, changes := range map[string]claims{
		"plain":                   nil,
		"several audiences":       {"aud": []string{"other", audience}},
		"starts within leeway":    {"nbf": start.Add(29 * time.Second).Unix()},
		"issued within leeway":    {"iat": start.Add(29 * time.Second).Unix()},
		"not said when":           {"iat": nil},
		"the last moment":         {"exp": start.Unix() + 1},
		"fractions, as a decimal": {"exp": float64(start.Unix()) + 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := setup(t).Verify(t.Context(), key.Sign(t, with(changes)), bySecret())
			if err != nil {
				t.Fatal(err)
			}
			if sub, ok := c.Text("sub"); c.Issuer != issuer || sub != "agt_1" || !ok || !c.Expires.After(start) {
				t.Errorf("claims %+v", c)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	key := idtokentest.Secret(secret)
	for name, tt := range map[string]struct {
		changes claims
		want    string
	}{
		"other issuer":             {claims{"iss": issuer + "/"}, "another issuer"},
		"no issuer":                {claims{"iss": nil}, "claim iss"},
		"issuer in another case":   {claims{"iss": nil, "ISS": issuer}, "claim iss"},
		"issuer of another type":   {claims{"iss": 1}, "claim iss"},
		"other audience":           {claims{"aud": "other"}, "another audience"},
		"other audiences":          {claims{"aud": []string{"other", audience + "2"}}, "another audience"},
		"no audience":              {claims{"aud": nil}, "claim aud"},
		"empty audience":           {claims{"aud": []string{}}, "claim aud"},
		"audience of another type": {claims{"aud": []any{audience, 1}}, "claim aud"},
		"too many audiences":       {claims{"aud": make([]string, 51)}, "claim aud"},
		"expired":                  {claims{"exp": start.Unix() - 1}, "expired at 2031-03-04T09:59:59Z"},
		"expired this moment":      {claims{"exp": start.Unix()}, "expired at"},
		"without an end":           {claims{"exp": nil}, "claim exp is needed"},
		"end of another type":      {claims{"exp": "2031"}, "claim exp"},
		"end before time":          {claims{"exp": -1}, "claim exp"},
		"end of the world":         {claims{"exp": 1e300}, "claim exp"},
		"not yet":                  {claims{"nbf": start.Add(31 * time.Second).Unix()}, "not valid before"},
		"start of another type":    {claims{"nbf": "soon"}, "claim nbf"},
		"issued in the future":     {claims{"iat": start.Add(31 * time.Second).Unix()}, "clock is ahead"},
		"a null byte":              {claims{"sub": "agt\x00"}, "no JSON object"},
		"too long":                 {claims{"x": strings.Repeat("x", idtoken.MaxSize)}, "more than 16384 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := setup(t).Verify(t.Context(), key.Sign(t, with(tt.changes)), bySecret())
			refused(t, err, tt.want)
		})
	}
}

// What was signed has to be claims, too.
func TestVerifyRefusesSignedNonsense(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.Secret(secret)
	for _, text := range []string{"", "null", "[]", `"x"`, "{", "{}{}", "{\"iss\":\"\xff\"}"} {
		_, err := v.Verify(t.Context(), key.SignText(t, []byte(text)), bySecret())
		refused(t, err, "no JSON object")
	}
}

func TestAlgorithms(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	must(t, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	rsa := idtokentest.NewRSA(t, "r", jose.RS256, 2048)
	as := func(k idtokentest.Key, a jose.SignatureAlgorithm) idtokentest.Key {
		k.Algorithm = a
		return k
	}
	for name, tt := range map[string]struct {
		key idtokentest.Key
		bad string
	}{
		"RS256":     {rsa, ""},
		"RS384":     {as(rsa, jose.RS384), ""},
		"PS256":     {as(rsa, jose.PS256), ""},
		"RS512":     {as(rsa, jose.RS512), "algorithm"},
		"ES256":     {idtokentest.NewKey(t, "e"), ""},
		"ES384":     {idtokentest.Key{ID: "e", Algorithm: jose.ES384, Private: p384}, ""},
		"ES512":     {idtokentest.Key{ID: "e", Algorithm: jose.ES512, Private: p521}, "algorithm"},
		"EdDSA":     {idtokentest.Key{ID: "e", Algorithm: jose.EdDSA, Private: ed}, ""},
		"HS256":     {idtokentest.Secret(secret), "algorithm"},
		"short RSA": {idtokentest.NewRSA(t, "r", jose.RS256, 1024), "does not publish"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// another key stands before it; a set of nothing else would be refused as a whole
			server := idtokentest.Serve(t, idtokentest.NewKey(t, "other"), tt.key)
			_, err := setup(t).Verify(t.Context(), tt.key.Sign(t, with(nil)), byKeys(server))
			if tt.bad == "" && err != nil {
				t.Errorf("error %v", err)
			}
			if tt.bad != "" {
				refused(t, err, tt.bad)
			}
		})
	}
}

// forge writes a token by hand: whatever head and claims, under a MAC.
func forge(t *testing.T, head string, key []byte) string {
	t.Helper()
	body := idtokentest.Secret(secret).Sign(t, with(nil))
	text := base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + strings.Split(body, ".")[1]
	if key == nil {
		return text + "."
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// The token does not choose how it is checked.
func TestAlgorithmConfusion(t *testing.T) {
	t.Parallel()
	key := idtokentest.NewRSA(t, "k", jose.RS256, 2048)
	public := key.Public().Key
	der, err := x509.MarshalPKIXPublicKey(public)
	must(t, err)
	pemKey := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	secrets := idtokentest.Key{ID: "k", Algorithm: jose.HS256, Private: []byte(secret)}
	server := idtokentest.Serve(t, key, secrets)
	v := setup(t)
	for name, token := range map[string]string{
		"none":                  forge(t, `{"alg":"none","kid":"k"}`, nil),
		"None":                  forge(t, `{"alg":"None","kid":"k"}`, nil),
		"no algorithm":          forge(t, `{"kid":"k"}`, nil),
		"public key as secret":  forge(t, `{"alg":"HS256","kid":"k"}`, pemKey),
		"and its DER":           forge(t, `{"alg":"HS256","kid":"k"}`, der),
		"a published secret":    forge(t, `{"alg":"HS256","kid":"k"}`, []byte(secret)),
		"a key of its own":      forge(t, `{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}`, []byte{0, 0, 0}),
		"another kind of key":   forge(t, `{"alg":"ES256","kid":"k"}`, []byte(secret)),
		"no signature":          forge(t, `{"alg":"RS256","kid":"k"}`, nil),
		"encrypted":             forge(t, `{"alg":"RSA-OAEP","enc":"A256GCM","kid":"k"}`, nil),
		"another's key":         idtokentest.NewRSA(t, "k", jose.RS256, 2048).Sign(t, with(nil)),
		"another algorithm for": idtokentest.Key{ID: "k", Algorithm: jose.PS256, Private: key.Private}.Sign(t, with(nil)),
	} {
		_, err := v.Verify(t.Context(), token, byKeys(server))
		if apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("%s by keys: %v", name, err)
		}
		if name == "a published secret" { // that one is this provider's
			continue
		}
		if _, err := v.Verify(t.Context(), token, bySecret()); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("%s by a secret: %v", name, err)
		}
	}
}

func TestForged(t *testing.T) {
	t.Parallel()
	v := setup(t)
	good := idtokentest.Secret(secret).Sign(t, with(nil))
	parts := strings.Split(good, ".")
	other := strings.Split(idtokentest.Secret(secret).Sign(t, with(claims{"sub": "agt_2"})), ".")
	for name, token := range map[string]string{
		"other secret":       idtokentest.Secret(secret+"x").Sign(t, with(nil)),
		"other claims":       strings.Join([]string{parts[0], other[1], parts[2]}, "."),
		"cut":                good[:len(good)-4],
		"two parts":          parts[0] + "." + parts[1],
		"four parts":         good + ".x",
		"empty":              "",
		"dots":               "..",
		"critical extension": forge(t, `{"alg":"HS256","crit":["b64"],"b64":true}`, []byte(secret)),
		"no payload of it":   forge(t, `{"alg":"HS256","crit":["b64"],"b64":false}`, []byte(secret)),
	} {
		_, err := v.Verify(t.Context(), token, bySecret())
		refused(t, err, "")
		if name == "other claims" {
			refused(t, err, "signature")
		}
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	c, err := idtoken.Peek(idtokentest.Secret(strings.Repeat("x", 32)).Sign(t, with(claims{
		"email_verified": false, "phone_verified": "False", "name_verified": true, "email": "jo@example.org", "empty": "", "number": 1,
	})))
	if err != nil {
		t.Fatal(err)
	}
	for name, denied := range map[string]bool{"email_verified": true, "phone_verified": true, "name_verified": false, "none": false, "number": false} {
		if c.Denies(name) != denied {
			t.Errorf("%s is denied: %v", name, !denied)
		}
	}
	for name, want := range map[string]string{"email": "jo@example.org", "empty": "", "number": "", "none": ""} {
		if text, ok := c.Text(name); text != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", name, text, ok)
		}
	}
	if len(c.Texts()) != 5 { // iss, aud, sub, phone_verified, email
		t.Errorf("texts %q", c.Texts())
	}
}

func FuzzVerify(f *testing.F) {
	key := idtokentest.Secret(secret)
	good := key.Sign(f, with(nil))
	for _, seed := range []string{
		good, "", ".", "..", "...", good + ".", strings.ToUpper(good), "{}", good[:40],
		"eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjFlOTk5fQ.AAAA",
		key.SignText(f, []byte(`{"iss":"x","aud":[["x"]],"exp":{}}`)), key.SignText(f, []byte(strings.Repeat("[", 1000))),
	} {
		f.Add(seed)
	}
	v := idtoken.New(idtoken.Config{Now: func() time.Time { return start }})
	f.Fuzz(func(t *testing.T, text string) {
		said, peeked := idtoken.Peek(text)
		c, err := v.Verify(t.Context(), text, bySecret())
		if err == nil && (peeked != nil || c.Issuer != said.Issuer || text[:strings.LastIndexByte(text, '.')] != good[:strings.LastIndexByte(good, '.')]) {
			t.Errorf("%q was believed: %+v, seen before as %+v, %v", text, c, said, peeked)
		}
		for _, err := range []error{peeked, err} {
			if err != nil && apperr.CodeOf(err) != apperr.Unauthenticated {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
