package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// The limits of a document, which hold before it is validated: there its cost
// grows faster than its size. What it reads is bounded by maxCost.
const (
	maxDocument   = 64 << 10 // bytes: a WebSocket's message is no longer
	maxTokens     = 2000     // the largest document of a front end has a few hundred
	maxName       = 200      // characters, since validation compares names it does not know with all it knows
	maxOperations = 10       // each is validated with all the fragments that it reaches
	maxFragments  = 50       // likewise
	maxAliases    = 100
	maxDirectives = 100
	maxRoots      = 20 // fields of an operation: each is a query of its own, and ten of them are a full dashboard
	maxFieldDepth = 12 // meetings, edges, node, attendees, payment is 5
	// of the fields below __schema; the query that tools send has 14
	maxIntrospectionDepth = 20
	maxNesting            = 30 // of braces, so with fragments in between
	maxLiteralDepth       = 32 // of lists and objects in an argument
	// of fields, with fragments in all the places where they are spread, summed over operations and fragments
	maxSelections = 10_000
	// of fields that have the same name in the answer and must be compared, each pair once for each inline fragment around
	maxOverlaps = 10_000
)

// tokens counts as the parser does, comments too, up to what is no token.
func tokens(text string) int {
	lex := lexer.New(&ast.Source{Input: text})
	for n := 0; ; n++ {
		token, err := lex.ReadToken()
		if err != nil || token.Kind == lexer.EOF {
			return n
		}
	}
}
