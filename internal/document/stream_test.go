package document_test

import (
	"strings"
	"testing"
)

// A subscription is one stream, whatever its variables say: else it would be
// executed before it is found to be none.
func TestSubscriptionIsOneStream(t *testing.T) {
	t.Parallel()
	read := setup(t).Read
	for _, test := range []struct{ document, words string }{
		{`subscription { meetingEvents { id } }`, ""},
		{`subscription { ... { ...F } } fragment F on Subscription { meetingEvents { id @skip(if: true) } }`, ""},
		{`subscription { a: meetingEvents { id } b: meetingEvents { id } }`, "only one top level field"},
		{`subscription { meetingEvents @include(if: false) { id } }`, "no @include"},
		{`subscription { ... @skip(if: true) { meetingEvents { id } } }`, "no @skip"},
		{`subscription { ...F @include(if: false) } fragment F on Subscription { meetingEvents { id } }`, "no @include"},
		{`subscription { ...F } fragment F on Subscription { meetingEvents @skip(if: true) { id } }`, "no @skip"},
	} {
		r := read(test.document, nil)
		if test.words == "" && len(r.Errors) > 0 {
			t.Errorf("%s: %v, want none", test.document, r.Errors)
		}
		if test.words != "" && (len(r.Errors) != 1 || r.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(r.Errors[0].Message, test.words)) {
			t.Errorf("%s: %v, want %q", test.document, r.Errors, test.words)
		}
	}
}
