package redact_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/redact"
)

const token = "slc_0123456789abcdefghijABCDEFGHIJ012345"

func TestString(t *testing.T) {
	t.Parallel()
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
	for text, want := range map[string]string{
		"a token " + token + " here":                                  "a token slc_[redacted] here",
		`["` + token + `","slcm_` + token[4:] + `"]`:                  `["slc_[redacted]","slcm_[redacted]"]`,
		"slcp_" + token[4:] + "/slci_" + token[4:]:                    "slcp_[redacted]/slci_[redacted]",
		"/graphql?token=" + token + "&a=b":                            "/graphql?token=slc_[redacted]&a=b",
		"x" + token:                                                   "xslc_[redacted]",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/= .":                 "whsec_[redacted] .",
		"?secret=whsec_a%2Bb%2Fc%3D&x":                                "?secret=whsec_[redacted]&x",
		"Authorization: Bearer sesame-sesame, more":                   "Authorization: Bearer [redacted], more",
		`map[Authorization:[bearer sesame-sesame]]`:                   `map[Authorization:[bearer [redacted]]]`,
		"Authorization: Basic dTpzZXNhbWU=":                           "Authorization: Basic [redacted]",
		"the JWT " + jwt + " is old":                                  "the JWT [redacted] is old",
		jwt[:len(jwt)-12] + " unsigned":                               "[redacted] unsigned",
		"postgres://slotcast:sesame@db:5432/x?sslmode=disable":        "postgres://slotcast:[redacted]@db:5432/x?sslmode=disable",
		"redis://:s@sa:me@cache:6379/0 and amqp://u:p@h":              "redis://:[redacted]@cache:6379/0 and amqp://u:[redacted]@h",
		"host=db password=sesame user=u":                              "host=db password=[redacted] user=u",
		"host=db password='open \\' sesame' user=u":                   "host=db password=[redacted] user=u",
		"postgres://db/x?sslpassword=sesame&a=b":                      "postgres://db/x?sslpassword=[redacted]&a=b",
		"sealed.58bc23888df6ca10./KDEmlljUPOxhQ/0s3avtEt1cjq1LKGP7Um": "sealed.58bc23888df6ca10.[redacted]",
	} {
		if got := redact.String(text); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", text, got, want)
		}
		if again := redact.String(want); again != want {
			t.Errorf("%s\nbecomes %s the second time", want, again)
		}
	}
}

// What only looks a little like a secret stays.
func TestStringLeaves(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a token is slc_ and 36 characters", "slc_a1B2c3", "the prefix whsec_ is missing", "a bearer of news",
		"http://127.0.0.1:8080/a@b", "https://meet.example.org/x", "postgres://db/slotcast", "email a:b@example.org",
		"password: none", "eyJ", "an unsealed.one", "sealed.58bc23888df6ca10.", "Basic",
	} {
		if got := redact.String(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// Wherever a token stands in a text, nothing of its random part is left.
func TestTokensAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, behind := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "behind")
		random := rapid.StringMatching(`[0-9A-Za-z]{36}`).Draw(t, "random")
		kind := rapid.SampledFrom([]string{"slc_", "slcp_", "slcm_", "slci_"}).Draw(t, "kind")
		if got := redact.String(before + kind + random + behind); strings.Contains(got, random[:8]) {
			t.Fatalf("%q is left", got)
		}
	})
}
