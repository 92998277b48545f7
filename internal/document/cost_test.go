package document_test

import (
	"fmt"
	"testing"
)

// What a document costs depends on the pages, not only on its length.
func TestCostCountsPages(t *testing.T) {
	t.Parallel()
	const dashboard = `id start end durationMinutes timeZone status type eventName eventSlug createByContact markAsNoShow createdAt updatedAt
		agents { id name email timeZone } attendees { id name email phone timeZone status } payment { id status amount currencyCode method }
		eventType { id name slug durationMinutes }`
	year := func(n int) string {
		return fmt.Sprintf(`{ availability(eventTypeId: "x", from: "2030-01-01T00:00:00Z", to: "%d-02-01T00:00:00Z") { start end durationMinutes seats agentIds } }`, n)
	}
	tests := []struct {
		name, query string
		variables   vars
		cost        int // -1: refused
	}{
		{"a leaf", `{ __typename }`, nil, 1},
		{"an object", `{ viewer { kind app { id } } }`, nil, 4},
		{"the default page", `{ meetings { edges { node { id } } } }`, nil, 2 + 20*3},
		{"first", `{ meetings(first: 3) { edges { node { id } } totalCount pageInfo { endCursor } } }`, nil, 2 + 3*3 + 3},
		{"last", `{ meetings(last: 3) { edges { node { id } } } }`, nil, 2 + 3*3},
		{"first beyond the longest page", `{ meetings(first: 9000) { edges { node { id } } } }`, nil, 2 + 100*3},
		{"first in a variable", `query($n: Int) { meetings(first: $n) { edges { node { id } } } }`, vars{"n": int64(3)}, 2 + 3*3},
		{"an edge in a fragment", `{ meetings(first: 3) { ...F } } fragment F on MeetingConnection { edges { node { id } } }`, nil, 2 + 3*3},
		{"a list in a list", `{ meetings(first: 10) { edges { node { attendees { id } } } } }`, nil, 2 + 10*(2+1+3)},
		{"nodes", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": []any{"a", "b", "c"}}, 1 + 3 + 3*21},
		{"a dashboard", `{ meetings(first: 100) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ` + dashboard + ` } } } }`, nil, 5906},
		{"histories", `{ meetings(first: 100) { edges { node { history { id } } } } }`, nil, 2 + 100*(2+21+10)},
		{"histories of histories", `{ meeting(id: "x") { history { history { id } } } }`, nil, -1},
		{"attendees of their meetings", `{ meeting(id: "x") { attendees { meeting { attendees { id } } } } }`, nil, -1},
		{"two months", year(2030), nil, 1 + 32*8*5},
		{"400 days", year(2031), nil, 1 + 397*8*5},
		{"too many pages", `{ a: meetings(first: 100) { edges { node { ` + dashboard + ` } } } b: meetings(first: 100) { edges { node { ` + dashboard + ` history { ` + dashboard + ` } } } } }`, nil, -1},
	}
	read := setup(t).Read
	for _, test := range tests {
		r := read(test.query, test.variables)
		if (len(r.Errors) > 0) != (test.cost < 0) {
			t.Errorf("%s: %v", test.name, r.Errors)
		}
		if test.cost >= 0 && r.Cost != test.cost {
			t.Errorf("%s costs %d, want %d", test.name, r.Cost, test.cost)
		}
	}
}
