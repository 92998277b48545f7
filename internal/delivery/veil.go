package delivery

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// veiled stands where a secret was.
const veiled = "[secret]"

// leastCut is the shortest beginning of a secret that is taken for one that was
// cut off.
const leastCut = 4

// veil takes a webhook's secrets out of what its receiver answers: some echo the
// request, and answers are kept where others than the owner of the secret read.
// It knows the ways in which texts are usually written into others; an answer
// that encodes the secret otherwise is not recognised.
type veil struct {
	forms    []string // longest first
	replacer *strings.Replacer
}

// newVeil returns a veil over secrets. Without any it hides nothing.
func newVeil(secrets ...string) veil {
	var whole []string
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		whole = append(whole, secret)
		if key, ok := strings.CutPrefix(secret, "whsec_"); ok && key != "" {
			whole = append(whole, key)
		}
	}
	if len(whole) == 0 {
		return veil{}
	}
	var v veil
	for _, s := range whole {
		escaped := html.EscapeString(s)
		v.forms = append(v.forms, s, url.QueryEscape(s), url.PathEscape(s), strings.ReplaceAll(s, "/", `\/`),
			escaped, strings.ReplaceAll(escaped, "+", "&#43;"), quoted(s), unicode(s))
	}
	slices.SortFunc(v.forms, func(a, b string) int { return len(b) - len(a) })
	v.forms = slices.Compact(v.forms)
	pairs := make([]string, 0, 2*len(v.forms))
	for _, f := range v.forms {
		pairs = append(pairs, f, veiled)
	}
	v.replacer = strings.NewReplacer(pairs...)
	return v
}

// quoted is a text inside of JSON, as most programs write it.
func quoted(s string) string {
	text, _ := json.Marshal(s) // never fails
	return strings.Trim(string(text), `"`)
}

// unicode is a text inside of JSON that leaves nothing that HTML or a URL could
// mean.
func unicode(s string) string {
	return strings.NewReplacer("+", `\u002b`, "/", `\/`, "=", `\u003d`).Replace(quoted(s))
}

// hide returns the text without the secret, nor a beginning of it at the end: the
// text may have been cut there.
func (v veil) hide(text string) string {
	if v.replacer == nil {
		return text
	}
	text = v.replacer.Replace(text)
	for _, f := range v.forms {
		for n := min(len(f), len(text)); n >= leastCut; n-- {
			if strings.HasSuffix(text, f[:n]) {
				return text[:len(text)-n] + veiled
			}
		}
	}
	return text
}
