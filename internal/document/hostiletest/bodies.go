package hostiletest

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// ids are of nothing.
func ids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "mtg_x"
	}
	return out
}

const meetings = `query($w: MeetingWhereInput) { meetings(where: $w) { totalCount } }`

func values() []Request {
	not, or := object{"eventName": "x"}, object{"eventName": "x"}
	for range 5000 {
		not = object{"not": not}
	}
	for range 16 {
		or = object{"or": []any{or, or}}
	}
	var wide []any
	for range 9000 {
		wide = append(wide, object{"eventName": "x"})
	}
	return []Request{
		with("not of not of not", meetings, object{"w": not}, limit),
		with("or of 9,000", meetings, object{"w": object{"or": wide}}, limit),
		with("or of or, 2^16", meetings, object{"w": or}, limit),
		with("or of 190", meetings, object{"w": object{"or": wide[:190]}}),
		with("19 times or of 190", `query($w: MeetingWhereInput) {`+numbered(19, ` a%d: meetings(where: $w) { totalCount }`)+`}`, object{"w": object{"or": wide[:190]}}),
		with("in a list of 19,000", meetings, object{"w": object{"idIn": ids(19_000)}}, limit),
		with("in a list of 4,990", meetings, object{"w": object{"idIn": ids(4_990)}}),
		with("in a list of 4,990, 19 times", `query($w: MeetingWhereInput) {`+numbered(19, ` a%d: meetings(where: $w) { totalCount }`)+`}`, object{"w": object{"idIn": ids(4_990)}}, limit),
		with("in a list of 19,000, 19 times", `query($w: MeetingWhereInput) {`+numbered(19, ` a%d: meetings(where: $w) { totalCount }`)+`}`, object{"w": object{"idIn": ids(19_000)}}, limit),
		query("a filter of 350 in the document", `{ meetings(where: {or: [`+strings.Repeat(`{id: "x"}`, 350)+`]}) { totalCount } }`, limit),
		query("not of not in the document", `{ meetings(where: `+nested(400, `{not:`, `{id: "x"}`, `}`)+`) { totalCount } }`, limit),
		query("lists in lists in the document", `{ node(id: `+nested(900, `[`, `1`, `]`)+`) { id } }`, limit, unparsed),
		query("600 unknown fields in a filter", `{ meetings(where: {`+numbered(600, ` idd%d: 1`)+`}) { totalCount } }`, limit, invalid),
		query("a cursor of lists in lists", `{ meetings(after: "`+cursor("\xdd\xff\xff\xff\xff", 150)+`") { totalCount } }`, bad),
		query("a cursor of maps in maps", `{ meetings(after: "`+cursor("\xdf\x00\xff\xff\xff\xa1a", 100)+`") { totalCount } }`, bad),
		with("a cursor of 700,000 bytes", `query($c: Cursor) { meetings(after: $c) { totalCount } }`, object{"c": cursor("\xdd\xff\xff\xff\xff", 100_000)}, bad),
		with("variables that nobody asked for", `{ __typename }`, object{"a": deepList(9000)}, limit),
		with("half a million zeros", `{ __typename }`, object{"a": make([]int, 500_000)}, limit),
		with("29,000 objects", `{ __typename }`, object{"a": make([]struct{}, 14_000), "b": make([]struct{}, 14_000)}, limit),
		with("a text of 1,000,000 bytes", `query($id: ID!) { node(id: $id) { id } }`, object{"id": strings.Repeat("x", 1_000_000)}, bad),
		with("a number of 1,000,000 digits", `query($n: Int) { meetings(first: $n) { totalCount } }`, object{"n": json.Number(strings.Repeat("9", 1_000_000))}, bad),
		with("1e999999999", `query($n: Int) { meetings(first: $n) { totalCount } }`, object{"n": json.Number("1e999999999")}, bad),
		with("a variable with NULs", `query($id: ID!) { node(id: $id) { id } }`, object{"id": strings.Repeat("\x00", 100_000)}, bad),
		query("600 variables that are not used", `query(`+numbered(600, `$a%d: Int `)+`) { __typename }`, invalid, limit),
		query("a variable's default of 1,900 numbers", `query($a: [ID!]! = [`+strings.Repeat(`1 `, 1900)+`]) { nodes(ids: $a) { id } }`, bad, limit),
		with("tracking of 19,000 values", `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id } } }`,
			object{"in": object{"eventTypeId": "x", "start": "2030-01-01T00:00:00Z", "attendees": []any{}, "tracking": object{"a": make([]int, 19_000)}}}, bad, "NOT_FOUND"),
	}
}

// cursor is a list's cursor whose value is levels of something else.
func cursor(level string, n int) string {
	return base64.RawStdEncoding.EncodeToString([]byte("\x82\xa1i\xa1a\xa1v" + strings.Repeat(level, n)))
}

func deepList(n int) (out []any) {
	for range n {
		out = []any{out}
	}
	return out
}

func texts() []Request {
	return []Request{
		query("a document of 900,000 bytes", `{ __typename #`+strings.Repeat("x", 900_000)+"\n}", limit),
		query("a comment of 60,000 bytes", `{ __typename #`+strings.Repeat("x", 60_000)+"\n}"),
		query("30,000 comments", strings.Repeat("#\n", 30_000)+`{ __typename }`, limit),
		query("60,000 commas", `{ __typename `+strings.Repeat(`,`, 60_000)+`}`),
		query("a name of 60,000 bytes", `{ `+strings.Repeat(`a`, 60_000)+` }`, limit),
		query("an alias of 60,000 bytes", `{ `+strings.Repeat(`a`, 60_000)+`: __typename }`, limit),
		query("a type of 60,000 bytes", `{ ... on `+strings.Repeat(`A`, 60_000)+` { id } }`, limit),
		query("an enum value of 60,000 bytes", `{ meetings(where: {status: `+strings.Repeat(`A`, 60_000)+`}) { totalCount } }`, limit),
		query("a string of 60,000 bytes", `{ node(id: "`+strings.Repeat(`a`, 60_000)+`") { id } }`, bad),
		query("a string of 60,000 bytes for a number", `{ meetings(first: "`+strings.Repeat(`a`, 60_000)+`") { totalCount } }`, invalid),
		query("10,000 escapes in a string", `{ node(id: "`+strings.Repeat(`\u00e9`, 10_000)+`") { id } }`, bad),
		query("a block string of 60,000 lines", `{ node(id: """`+strings.Repeat("\n", 60_000)+`""") { id } }`, bad),
		query("a block string that is indented", `{ node(id: """`+strings.Repeat(" ", 30_000)+"x\n"+strings.Repeat(" ", 30_000)+`y""") { id } }`, bad),
		query("a block string without an end", `{ node(id: """`+strings.Repeat("x", 60_000), unparsed),
		query("60,000 quotes", strings.Repeat(`"`, 60_000), unparsed, limit),
		query("a number of 60,000 digits", `{ meetings(first: `+strings.Repeat("9", 60_000)+`) { totalCount } }`, invalid),
		query("a byte order mark", "\ufeff{ __typename }"),
		query("60,000 byte order marks", strings.Repeat("\ufeff", 20_000)+`{ __typename }`),
		query("NULs", strings.Repeat("\x00", 10_000), unparsed),
		query("NUL by an escape", `{ node(id: "\u0000") { id } }`, bad),
		query("lone surrogates", `{ node(id: "\ud800\ud800") { id } }`, unparsed, bad),
		query("control characters", "{ \x01\x02\x7f }", unparsed),
		query("nothing", "", invalid),
		query("blanks", strings.Repeat(" ", 60_000), invalid),
		query("a schema instead of a query", numbered(200, `type T%d { id: ID } `), unparsed),
	}
}

func bodies() []Request {
	return []Request{
		raw("a batch of 1,000", `[`+strings.TrimSuffix(strings.Repeat(`{"query":"{__typename}"},`, 1000), ",")+`]`, bad),
		raw("9,000 arrays in each other", nested(9000, `[`, ``, `]`), bad),
		raw("500,000 arrays in each other", nested(250_000, `[`, ``, `]`), bad, limit),
		raw("objects in each other", `{"query":"{__typename}","variables":`+nested(9000, `{"a":`, `1`, `}`)+`}`, limit),
		raw("the same key 20,000 times", `{"query":"{__typename}"`+strings.Repeat(`,"variables":{"a":1}`, 9_000)+`}`),
		raw("the same key 100,000 times", `{"query":"{__typename}"`+strings.Repeat(`,"query":""`, 80_000)+`}`, limit),
		raw("a variable twice", `{"query":"{__typename}","variables":{"a":1,"a":{"a":[1,2,3]}}}`),
		raw("invalid UTF-8", "{\"query\":\"{__typename}\xff\xfe\"}", bad),
		raw("NUL bytes", "{\"query\":\"{__typename}\x00\"}", bad),
		raw("UTF-16", "\xff\xfe{\x00}\x00", bad),
		raw("a byte order mark before the JSON", "\xef\xbb\xbf{\"query\":\"{__typename}\"}", bad),
		raw("1 MiB and more", `{"query":"`+strings.Repeat("x", 2<<20)+`"}`, limit),
		raw("1 MB of blanks", strings.Repeat(" ", 1_000_000)+`{"query":"{__typename}"}`),
		raw("half of a body", `{"query":"{__typename}`, bad),
		raw("no object", `"{__typename}"`, bad),
		raw("an operation name of 900,000 bytes", `{"query":"{__typename}","operationName":"`+strings.Repeat("x", 900_000)+`"}`, invalid),
	}
}

func persisted() []Request {
	hash := strings.Repeat("ab", 32)
	extension := func(v any) object { return object{"persistedQuery": v} }
	return []Request{
		body("a hash that nobody knows", object{"extensions": extension(object{"version": 1, "sha256Hash": hash})}, missing),
		body("a hash of another document", object{"query": `{ __typename }`, "extensions": extension(object{"version": 1, "sha256Hash": hash})}, bad),
		body("a hash of 900,000 digits", object{"extensions": extension(object{"version": 1, "sha256Hash": strings.Repeat("a", 900_000)})}, bad),
		body("a persisted query that is a list", object{"query": `{ __typename }`, "extensions": extension([]int{1})}, bad),
		body("a persisted query of another version", object{"extensions": extension(object{"version": 2, "sha256Hash": hash})}, bad),
		body("a document's id that is no hash", object{"documentId": strings.Repeat("x", 100_000)}, bad),
	}
}
