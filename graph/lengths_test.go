package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"slotcast/internal/entdb/entdbtest"
)

// What is no ordinary list is priced by what its resolver does. The price is
// told only where it is too high, so that each is asked for many times.
func TestListsHaveTheirPrice(t *testing.T) {
	t.Parallel()
	o := setup(t, entdbtest.SQLite(t)).tenant(t)
	for _, test := range []struct {
		field string
		times int
		cost  int // of one
	}{
		{`meetings(first: 100) { edges { node { history { id } } } }`, 10, 2 + 100*(2+21+10)},
		{`meetings(last: 9000) { edges { node { attendees { answers { question } } } } }`, 10, 2 + 100*(2+1+3*(1+5))},
		{`availability(eventTypeId: "x", from: "2030-01-01T00:00:00Z", to: "2031-01-01T00:00:00Z") { start }`, 10, 1 + 366*8},
		{`availability(eventTypeId: "x", from: "2030-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z") { start }`, 10, 1 + 400*8},
		{`webhooks(first: 100) { edges { node { behind warnings } } }`, 10, 2 + 100*(1+1+21+1)},
		{`deliveries(first: 100) { edges { node { body } } }`, 10, 2 + 100*(1+1+21)},
		{`nodes(ids: $ids) { id }`, 10, 1 + 200 + 101*21},
	} {
		var fields strings.Builder
		for i := range test.times {
			fmt.Fprintf(&fields, " a%d: %s", i, test.field)
		}
		head := `query`
		if strings.Contains(test.field, "$ids") {
			head = `query($ids: [ID!]!)`
		}
		ids := make([]string, 200)
		err := o.Try(t.Context(), head+` {`+fields.String()+` }`, vars{"ids": ids}, nil)
		if want := fmt.Sprintf("the operation costs %d:", test.times*test.cost); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", test.field, err, want)
		}
	}
}
