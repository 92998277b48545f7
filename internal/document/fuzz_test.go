package document_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"slotcast/internal/document"
	"slotcast/internal/document/hostiletest"
)

// Whatever is sent as a document, checking it ends after work that its length
// bounds, and a refusal has a code.
func FuzzDocument(f *testing.F) {
	for _, r := range hostiletest.Requests() {
		if text := hostiletest.Query(r); len(text) < 5000 {
			f.Add(text)
		}
	}
	f.Add(hostiletest.Introspection)
	read := setup(f).Read
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 64<<10 {
			return
		}
		r := read(text, nil)
		for _, err := range r.Errors {
			if err.Extensions["code"] == nil || err.Message == "" {
				t.Errorf("%q: %v", text, err)
			}
		}
		if len(r.Errors) > 20 {
			t.Errorf("%q: %d errors", text, len(r.Errors))
		}
		if r.Visits > r.Tokens+90_000 { // what introspection may have
			t.Errorf("%q: %d tokens, %d visits for the cost", text, r.Tokens, r.Visits)
		}
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, 2000)
		if err != nil || doc == nil {
			return
		}
		if visits := document.Surveyed(doc); visits > r.Tokens+2*10_000 {
			t.Errorf("%q: %d tokens, %d visits", text, r.Tokens, visits)
		}
	})
}
