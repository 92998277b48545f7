// Package redact takes secrets out of texts by their form: tokens, webhook
// secrets, sealed texts, what follows "Bearer", JSON Web Tokens, and passwords in
// URLs. It is the last line of defence of the logs, not the first: code does not
// log secrets in the first place.
//
//	logger := slog.New(redact.NewHandler(handler))
//
// [Handler] looks at every message and every value. A text without anything that
// looks like a secret costs a few searches and no memory. The package imports
// nothing of ours.
package redact

import (
	"regexp"
	"strings"
)

// Mark stands where a secret was.
const Mark = "[redacted]"

// form is one way in which secrets look. Its needle is in every text that the
// pattern matches; what the pattern's group takes stays.
type form struct {
	needle  string
	pattern *regexp.Regexp
	with    string
}

// forms are compiled once.
var forms = []form{
	{"slc", regexp.MustCompile(`(slc[a-z]?_)[0-9A-Za-z]{8,}`), "${1}" + Mark},
	{"whsec_", regexp.MustCompile(`(whsec_)[0-9A-Za-z+/=%_-]+`), "${1}" + Mark},
	{"sealed.", regexp.MustCompile(`(sealed\.[0-9a-f]{16}\.)[0-9A-Za-z+/]+`), "${1}" + Mark},
	{"eyJ", regexp.MustCompile(`eyJ[0-9A-Za-z_-]{5,}\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]*`), Mark},
	{"earer", regexp.MustCompile(`([Bb]earer(?: |%20|\+)+)[0-9A-Za-z._~+/=%-]{8,}`), "${1}" + Mark},
	{"Basic ", regexp.MustCompile(`(Basic +)[0-9A-Za-z+/=_-]{8,}`), "${1}" + Mark},
	{"://", regexp.MustCompile(`(://[^\s/?#:@"']*:)[^\s/?#"']*(@)`), "${1}" + Mark + "${2}"},
	{"assword", regexp.MustCompile(`([Pp]assword=)(?:'(?:[^'\\]|\\.)*'|[^\s&"']+)`), "${1}" + Mark},
}

// String returns a text without its secrets: the text itself where there is none.
func String(text string) string {
	for i := range forms {
		if f := &forms[i]; strings.Contains(text, f.needle) && f.pattern.MatchString(text) {
			text = f.pattern.ReplaceAllString(text, f.with)
		}
	}
	return text
}
