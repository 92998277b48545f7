package hostiletest

import (
	"strings"
)

func wide() []Request {
	return []Request{
		query("8,000 times __typename", `{`+strings.Repeat(` __typename`, 8000)+`}`, limit),
		query("1,990 times __typename", `{`+strings.Repeat(` __typename`, 1990)+`}`, limit),
		query("1,990 unknown fields", `{`+strings.Repeat(` meetinx`, 1990)+`}`, limit),
		query("1,900 unknown fields below one", `{ viewer {`+strings.Repeat(` ap`, 1900)+`} }`, limit),
		query("140 unknown fields below one", `{ viewer {`+numbered(140, ` kin%d`)+`} }`, invalid),
		query("500 aliases", `{ viewer {`+numbered(500, ` a%d: kind`)+`} }`, limit),
		query("many roots", `{`+numbered(100, ` a%d: meetings(first: 100) { edges { node { id } } }`)+`}`, limit),
		query("20 roots of full pages", `{`+numbered(20, ` a%d: meetings(first: 100) { edges { node { id agents { id name } attendees { id name email } } } }`)+`}`, limit),
		query("20 mutations of each 1", `mutation {`+numbered(21, ` a%d: deleteWebhook(id: "x")`)+`}`, limit),
		query("200 operations", numbered(200, `query q%d { __typename } `), limit),
		query("10 operations over one big fragment", numbered(10, `query q%d { viewer { ...F } } `)+`fragment F on Viewer {`+strings.Repeat(` kind`, 1800)+`}`, limit),
		query("a subscription of several streams", `subscription { a: meetingEvents { id } b: meetingEvents { id } }`, invalid),
		query("a subscription by way of a fragment", `subscription { ...F } fragment F on Subscription { a: meetingEvents { id } b: meetingEvents { id } }`, invalid),
	}
}

func deep() []Request {
	chain := `{ meetings(first: 1) { edges { node ` + nested(20, `{ previous `, `{ id }`, ` }`) + ` } } }`
	return []Request{
		query("20 fields deep", chain, limit),
		query("900 fields deep", nested(900, `{ a`, `{ b }`, ` }`), limit),
		query("60,000 brackets", strings.Repeat(`{`, 60_000), limit, unparsed),
		query("histories of histories", `{ meetings(first: 100) { edges { node { history { history { history { id } } } } } } }`, limit),
		query("meetings of attendees of meetings", `{ meetings(first: 100) { edges { node { attendees { meeting { attendees { meeting { attendees { id } } } } } } } } }`, limit),
		query("both ways along the chain", `{ meetings(first: 100) { edges { node `+bothWays(7)+` } } }`, limit),
		query("inline fragments around 900 fields", `{`+nested(300, `...{`, strings.Repeat(` __typename`, 900), `}`)+`}`, limit),
		query("25 inline fragments around 19 fields", `{`+nested(25, `...{`, strings.Repeat(` __typename`, 19), `}`)+`}`),
		query("25 inline fragments around 500 fields", `{ viewer {`+nested(25, `...{`, strings.Repeat(` kind`, 500), `}`)+`} }`, limit),
	}
}

func bothWays(n int) string {
	if n == 0 {
		return `{ id }`
	}
	return `{ previous ` + bothWays(n-1) + ` next ` + bothWays(n-1) + ` }`
}

func fragments() []Request {
	return []Request{
		query("a fragment in itself", `{ viewer { ...A } } fragment A on Viewer { ...A }`, invalid),
		query("fragments in a circle", `{ meetings { edges { node { ...F0 } } } }`+
			numbered(39, ` fragment F%d on Meeting { previous { ...G%d } }`)+numbered(10, ` fragment G%d on Meeting { id ...F0 }`), invalid, limit),
		query("a circle of 200 fragments", `{ viewer { ...F0 } }`+links(200, true), limit),
		query("a chain of 49 fragments", `{ viewer { ...F0 } }`+links(49, false)),
		query("2^40 fields by fragments", `{ viewer { ...F0 } }`+doubling(40, `kind`), limit),
		query("2^40 levels by fragments", `{ meetings { edges { node { ...F0 } } } }`+
			numbered(40, ` fragment F%d on Meeting { previous { ...G%d } next { ...G%d } }`)+numbered(40, ` fragment G%d on Meeting { id }`), limit),
		query("3^10 meetings by fragments", `{ meetings(first: 100) { edges { node { ...F0 } } } }`+trebling(9), limit),
		query("200 unused fragments", `{ viewer { kind } }`+numbered(200, ` fragment F%d on Viewer { kind }`), limit),
		query("600 spreads of one", `{ viewer {`+strings.Repeat(` ...F`, 600)+` } } fragment F on Viewer { kind }`, limit),
		query("every fragment spreads every other below it", `{ viewer { ...F0 } }`+triangle(30), limit),
		query("two fragments of one name", `{ viewer { ...F } } fragment F on Viewer { kind } fragment F on Viewer { app {`+strings.Repeat(` id`, 1500)+`} }`, invalid),
		query("fragments of unknown types", `{ viewer { kind } }`+numbered(40, ` fragment F%d on Viewr%d { kind }`), invalid),
	}
}

// links are fragments of which each spreads the next.
func links(n int, circle bool) string {
	var b strings.Builder
	for i := range n {
		next := i + 1
		if next == n {
			if !circle {
				b.WriteString(numbered(1, ` fragment F`) + itoa(i) + ` on Viewer { kind }`)
				break
			}
			next = 0
		}
		b.WriteString(` fragment F` + itoa(i) + ` on Viewer { ...F` + itoa(next) + ` }`)
	}
	return b.String()
}

func doubling(n int, core string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(` fragment F` + itoa(i) + ` on Viewer { ...F` + itoa(i+1) + ` ...F` + itoa(i+1) + ` }`)
	}
	return b.String() + ` fragment F` + itoa(n) + ` on Viewer { ` + core + ` }`
}

func trebling(n int) string {
	var b strings.Builder
	for i := range n {
		next := `{ ...F` + itoa(i+1) + ` }`
		b.WriteString(` fragment F` + itoa(i) + ` on Meeting { a: previous ` + next + ` b: previous ` + next + ` c: next ` + next + ` }`)
	}
	return b.String() + ` fragment F` + itoa(n) + ` on Meeting { id }`
}

func triangle(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(` fragment F` + itoa(i) + ` on Viewer { kind`)
		for j := i + 1; j < n; j++ {
			b.WriteString(` ...F` + itoa(j))
		}
		b.WriteString(` }`)
	}
	return b.String()
}

func overlaps() []Request {
	tree := `{` + strings.Repeat(` viewer {`+strings.Repeat(` kind`, 90)+`}`, 20) + `}`
	return []Request{
		query("a tree of the same fields", tree, limit),
		query("1,800 times the same field", `{ viewer {`+strings.Repeat(` kind`, 1800)+`} }`, limit),
		query("the same field with other arguments", `{ agent(id: "x") { id }`+numbered(19, ` agent(id: "%d") { id }`)+`}`, invalid),
		query("one alias for 19 fields", `{`+strings.Repeat(` a: meetings { totalCount } a: agents { totalCount }`, 9)+`}`, invalid),
		query("one field with 300 arguments, twice", `{`+strings.Repeat(` agent(`+numbered(300, `a%d: 1 `)+`) { id }`, 2)+`}`, invalid),
		query("comparisons through fragments", `{ viewer {`+numbered(24, ` ...F%d`)+` } }`+numbered(24, ` fragment F%d on Viewer { app { id name } agent { id name email timeZone } }`)),
	}
}

func directives() []Request {
	return []Request{
		query("one field with 500 @include", `{ __typename`+strings.Repeat(` @include(if: true)`, 300)+`}`, limit),
		query("90 @include on one field", `{ __typename`+strings.Repeat(` @include(if: true)`, 90)+`}`, invalid),
		query("600 unknown directives", `{ __typename`+numbered(600, ` @d%d`)+`}`, limit),
		query("90 unknown directives", `{ __typename`+numbered(90, ` @d%d`)+`}`, invalid),
		query("90 fields with @skip", `{ viewer {`+strings.Repeat(` kind @skip(if: false)`, 90)+` } }`),
		query("@defer", `{ ... @defer { viewer { kind } } }`, invalid),
		query("@include by a variable that is no boolean", `query($a: Boolean!) { __typename @include(if: $a) }`, bad),
	}
}

func lists() []Request {
	return []Request{
		query("meetings(first: 1,000,000,000)", `{ meetings(first: 1000000000) { edges { node { id } } } }`),
		query("meetings(first: 10^50)", `{ meetings(first: 1`+strings.Repeat(`0`, 50)+`) { edges { node { id } } } }`, invalid, bad),
		query("a page of everything", `{ meetings(first: 100) { edges { node { `+everything+` history { `+everything+` } } } } }`, limit),
		query("10 years of availability", `{ availability(eventTypeId: "x", from: "2030-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z") { start } }`, bad, "NOT_FOUND"),
		query("20 times a year of availability", `{`+numbered(20, ` a%d: availability(eventTypeId: "x", from: "2030-01-01T00:00:00Z", to: "2031-01-01T00:00:00Z") { start }`)+`}`, limit),
		query("19 times 100 nodes", `{`+numbered(19, ` a%d: nodes(ids: [`+strings.Repeat(`"mtg_x"`, 1)+`]) { id }`)+`}`, bad),
		with("20 times 100 nodes by one variable", `query($ids: [ID!]!) {`+numbered(20, ` a%d: nodes(ids: $ids) { id }`)+`}`, object{"ids": ids(100)}, limit),
		with("nodes of 10,000 ids", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, object{"ids": ids(10_000)}, bad, limit),
	}
}

const everything = `id start end durationMinutes timeZone status type eventName eventSlug
	agents { id name email timeZone role } attendees { id name email phone timeZone status answers { question answer } } payment { id status amount }`

func schema() []Request {
	return []Request{
		query("the schema, as tools ask for it", Introspection),
		query("the schema five times", `{`+numbered(5, ` a%d: __schema { types { name fields { name args { name type { name ofType { name ofType { name } } } } type { name ofType { name ofType { name } } } } inputFields { name type { name ofType { name } } } } }`)+`}`, limit),
		query("types of types of types", `{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }`, invalid),
		query("all arguments of all fields of all types' fields", `{ __schema { types { fields { type { fields { args { type { inputFields { name type { inputFields { name } } } } } } } } } } }`, limit, invalid),
		query("a type within a type", `{ __type(name: "MeetingWhereInput") `+nested(9, `{ inputFields { type { ofType `, `{ name }`, ` } } }`)+`}`, limit, invalid),
		query("ofType 40 deep", `{ __schema { types `+nested(40, `{ ofType `, `{ name }`, ` }`)+` } }`, limit),
		query("interfaces and possible types in turns", `{ __type(name: "Node") `+nested(8, `{ possibleTypes { interfaces `, `{ name }`, ` } }`)+`}`, invalid, limit),
		query("100 aliases in the schema", `{ __schema { types {`+numbered(95, ` a%d: fields { name description }`)+` } } }`, limit),
		query("enum values by 90 aliases", `{ __schema { types {`+numbered(90, ` a%d: enumValues { name description }`)+` } } }`, limit),
	}
}

// Introspection is the query for the whole schema that tools send.
const Introspection = `query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
	types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL isOneOf
	fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
	enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
	ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`
