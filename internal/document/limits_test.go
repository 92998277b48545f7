package document_test

import (
	"fmt"
	"strings"
	"testing"

	"slotcast/internal/document/hostiletest"
)

// A refusal says the limit and what the document has; what is just within the
// limit is taken.
func TestLimitsOfADocument(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	aliases := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " a%d: kind", i)
		}
		return `{ viewer {` + b.String() + ` } }`
	}
	named := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	// viewer { meeting { previous … } }, of n fields
	chain := func(n int) string {
		return `{ viewer { meeting` + repeat(` { previous`, n-3) + ` { id` + repeat(` }`, n)
	}
	tests := []struct {
		name         string
		within, over string
		words        string
	}{
		{"tokens", `{ viewer { kind } }` + repeat("#\n", 1993), `{ viewer { kind } }` + repeat("#\n", 1995), "2001 tokens: at most 2000"},
		{"depth", chain(12), chain(13), "13 fields deep: at most 12"},
		{"roots", `{` + repeat(` __typename`, 20) + `}`, `{` + repeat(` __typename`, 21) + `}`, "21 fields at its root: at most 20"},
		{"aliases", aliases(100), aliases(101), "101 aliases: at most 100"},
		{
			"directives", `{ viewer {` + repeat(` kind @skip(if: false)`, 100) + `} }`,
			`{ viewer {` + repeat(` kind @skip(if: false)`, 101) + `} }`, "101 directives: at most 100",
		},
		{
			"fragments", `{ viewer {` + named(50, ` ...F%d`) + `} }` + named(50, ` fragment F%d on Viewer { kind }`),
			`{ viewer {` + named(51, ` ...F%d`) + `} }` + named(51, ` fragment F%d on Viewer { kind }`), "51 fragments: at most 50",
		},
		{"operations", named(10, `query q%d { __typename } `), named(11, `query q%d { __typename } `), "11 operations: at most 10"},
		{
			"inline fragments", `{ viewer ` + repeat(`{ ... `, 28) + `{ kind` + repeat(` }`, 30),
			`{ viewer ` + repeat(`{ ... `, 29) + `{ kind` + repeat(` }`, 31), "31 levels deep with its inline fragments: at most 30",
		},
		{"names", `{ ` + repeat("a", 200) + `: __typename }`, `{ ` + repeat("a", 201) + `: __typename }`, "201 characters: at most 200"},
		{
			"overlaps", `{ viewer {` + repeat(` kind`, 141) + `} }`, `{ viewer {` + repeat(` kind`, 142) + `} }`,
			"10011 steps, and at most 10000",
		},
		{"the schema's depth", `{ __schema { types` + repeat(` { ofType`, 18) + ` { name` + repeat(` }`, 21), `{ __schema { types` + repeat(` { ofType`, 19) + ` { name` + repeat(` }`, 22), "21 fields deep: at most 20"},
	}
	read := setup(t).Read
	for _, test := range tests {
		if r := read(test.within, nil); len(r.Errors) > 0 {
			t.Errorf("%s: %v, want none", test.name, r.Errors)
		}
		r := read(test.over, nil)
		if len(r.Errors) != 1 || r.Errors[0].Extensions["code"] == nil || !strings.Contains(r.Errors[0].Message, test.words) {
			t.Errorf("%s: %v, want %q", test.name, r.Errors, test.words)
		}
	}
	if r := read(hostiletest.Introspection, nil); len(r.Errors) > 0 {
		t.Errorf("the schema cannot be asked for: %v", r.Errors)
	}
}

// Fragments in fragments cost no more to check than their text is long.
func TestCheckingIsLinear(t *testing.T) {
	t.Parallel()
	read := setup(t).Read
	for _, r := range hostiletest.Requests() {
		text := hostiletest.Query(r)
		if text == "" || strings.Contains(text, "__") { // introspection has a limit of its own
			continue
		}
		if got := read(text, hostiletest.Variables(r)); len(got.Errors) == 0 && got.Visits > got.Tokens {
			t.Errorf("%s: %d tokens, %d visits", r.Name, got.Tokens, got.Visits)
		}
	}
}
