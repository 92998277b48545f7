package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"slotcast/graph"
	"slotcast/internal/entdb/entdbtest"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// persistedQuery is the extension of Apollo's protocol.
func persistedQuery(hash string) vars {
	return vars{"persistedQuery": vars{"version": 1, "sha256Hash": hash}}
}

// answers are the ways in which a client sends an operation: each returns the
// code of the first error, or "".
func (o *tenant) answers(t *testing.T) map[string]func(payload vars) string {
	t.Helper()
	return map[string]func(vars) string{
		"POST": func(payload vars) string {
			body, err := json.Marshal(payload)
			must(t, err)
			_, text := o.post(t, body)
			return codeOf(t, text)
		},
		"GET": func(payload vars) string {
			query := url.Values{}
			for name, value := range payload {
				text, plain := value.(string)
				if !plain {
					encoded, err := json.Marshal(value)
					must(t, err)
					text = string(encoded)
				}
				query.Set(name, text)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.URL+"/graphql?"+query.Encode(), nil)
			must(t, err)
			request.Header.Set("Authorization", "Bearer "+o.Token)
			answer, err := o.HTTP.Do(request)
			must(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			must(t, err)
			return codeOf(t, text)
		},
		"WebSocket": func(payload vars) string { return o.overSocket(t, payload) },
	}
}

// overSocket runs one operation on a socket of its own.
func (o *tenant) overSocket(t *testing.T, payload vars) string {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(o.URL, "http")+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"},
	})
	must(t, err)
	defer func() { _ = conn.CloseNow() }()
	must(t, wsjson.Write(t.Context(), conn, vars{"type": "connection_init", "payload": vars{"Authorization": "Bearer " + o.Token}}))
	var message struct {
		Type    string
		Payload json.RawMessage
	}
	must(t, wsjson.Read(t.Context(), conn, &message))
	must(t, wsjson.Write(t.Context(), conn, vars{"type": "subscribe", "id": "1", "payload": payload}))
	must(t, wsjson.Read(t.Context(), conn, &message))
	switch message.Type {
	case "next":
		return codeOf(t, message.Payload)
	case "error":
		return codeOf(t, []byte(`{"errors":`+string(message.Payload)+`}`))
	}
	t.Fatalf("a message %q", message.Type)
	return ""
}

func codeOf(t *testing.T, text []byte) string {
	t.Helper()
	var out struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	if len(out.Errors) == 0 {
		return ""
	}
	if code := out.Errors[0].Extensions.Code; code != "PERSISTED_QUERY_NOT_FOUND" || out.Errors[0].Message == "PersistedQueryNotFound" {
		return code
	}
	return "the words are " + out.Errors[0].Message
}

// A client names a document by its hash; where the server does not know it, the
// client sends the text along, once.
func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	s := setup(t, entdbtest.SQLite(t))
	o := s.tenant(t)
	for how, answer := range o.answers(t) {
		text := fmt.Sprintf("{ viewer { kind } } # over %s", how)
		invalid := fmt.Sprintf("{ nothing } # over %s", how)
		big := fmt.Sprintf("{ viewer { %s } } # over %s", strings.Repeat(" kind", 150), how)
		for _, step := range []struct {
			what    string
			payload vars
			want    string
		}{
			{"a hash that is not known", vars{"extensions": persistedQuery(hashOf(text))}, "PERSISTED_QUERY_NOT_FOUND"},
			{"a hash with another text", vars{"query": "{ __typename }", "extensions": persistedQuery(hashOf(text))}, "BAD_USER_INPUT"},
			{"the hash still", vars{"extensions": persistedQuery(hashOf(text))}, "PERSISTED_QUERY_NOT_FOUND"},
			{"a hash with its text", vars{"query": text, "extensions": persistedQuery(hashOf(text))}, ""},
			{"the hash alone", vars{"extensions": persistedQuery(hashOf(text))}, ""},
			{"the hash in capitals", vars{"extensions": persistedQuery(strings.ToUpper(hashOf(text)))}, ""},
			{"the hash as the document's id", vars{"documentId": "sha256:" + hashOf(text)}, ""},
			{"the hash as the document's id, plainly", vars{"documentId": hashOf(text)}, ""},
			{"an empty hash", vars{"extensions": persistedQuery("")}, "BAD_USER_INPUT"},
			{"another version", vars{"extensions": vars{"persistedQuery": vars{"version": 2, "sha256Hash": hashOf(text)}}}, "BAD_USER_INPUT"},
			{"an invalid document", vars{"query": invalid, "extensions": persistedQuery(hashOf(invalid))}, "GRAPHQL_VALIDATION_FAILED"},
			{"which is not kept", vars{"extensions": persistedQuery(hashOf(invalid))}, "PERSISTED_QUERY_NOT_FOUND"},
			{"a document beyond the limits", vars{"query": big, "extensions": persistedQuery(hashOf(big))}, "LIMIT_EXCEEDED"},
			{"which is not kept either", vars{"extensions": persistedQuery(hashOf(big))}, "PERSISTED_QUERY_NOT_FOUND"},
		} {
			if got := answer(step.payload); got != step.want {
				t.Errorf("%s over %s: %q, want %q", step.what, how, got, step.want)
			}
		}
	}
}

// trusting writes a file of trusted documents.
func trusting(t *testing.T, entries map[string]string) string {
	t.Helper()
	text, err := json.Marshal(entries)
	must(t, err)
	name := filepath.Join(t.TempDir(), "trusted.json")
	must(t, os.WriteFile(name, text, 0o600))
	return name
}

func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	const trusted, other = `query Me { viewer { kind } }`, `{ viewer { role } }`
	file := trusting(t, map[string]string{hashOf(trusted): trusted})
	s := setup(t, entdbtest.SQLite(t), func(c *graph.Config) { c.TrustedDocuments = file })
	o := s.tenant(t)
	for how, answer := range o.answers(t) {
		for _, step := range []struct {
			what    string
			payload vars
			want    string
		}{
			{"its text", vars{"query": trusted}, ""},
			{"its hash", vars{"extensions": persistedQuery(hashOf(trusted))}, ""},
			{"its id", vars{"documentId": "sha256:" + hashOf(trusted)}, ""},
			{"both", vars{"query": trusted, "extensions": persistedQuery(hashOf(trusted))}, ""},
			{"another text", vars{"query": other}, "FORBIDDEN"},
			{"another hash", vars{"extensions": persistedQuery(hashOf(other))}, "FORBIDDEN"},
			{"another text with its hash", vars{"query": other, "extensions": persistedQuery(hashOf(other))}, "FORBIDDEN"},
			{"another text with a trusted hash", vars{"query": other, "extensions": persistedQuery(hashOf(trusted))}, "BAD_USER_INPUT"},
			{"the text with a blank more", vars{"query": trusted + " "}, "FORBIDDEN"},
			{"an id of no known form", vars{"documentId": "x-1"}, "BAD_USER_INPUT"},
		} {
			if got := answer(step.payload); got != step.want {
				t.Errorf("%s over %s: %q, want %q", step.what, how, got, step.want)
			}
		}
	}
}

// Without introspection nothing of the schema is told, not even by suggestions.
func TestIntrospectionIsOff(t *testing.T) {
	t.Parallel()
	s := setup(t, entdbtest.SQLite(t), func(c *graph.Config) { c.Introspection = false })
	o := s.tenant(t)
	for query, want := range map[string]string{
		`{ __typename viewer { __typename app { __typename } } }`:                 "",
		`{ __schema { types { name } } }`:                                         "FORBIDDEN",
		`{ __type(name: "Query") { name } }`:                                      "FORBIDDEN",
		`{ a: __schema { nothing } }`:                                             "FORBIDDEN",
		`{ ...F } fragment F on Query { ... { __type(name: "Query") { name } } }`: "FORBIDDEN",
		`query A { __typename } query B { __schema { types { name } } }`:          "FORBIDDEN",
		`{ meetingz { totalCount } }`:                                             "GRAPHQL_VALIDATION_FAILED",
		`{ viewer }`:                                                              "GRAPHQL_VALIDATION_FAILED",
		`{ meetings(frist: 1) { totalCount } }`:                                   "GRAPHQL_VALIDATION_FAILED",
		`{ meetings(where: {status: ACTVE}) { totalCount } }`:                     "GRAPHQL_VALIDATION_FAILED",
		`{ meetings(where: {status: "ACTIVE"}) { totalCount } }`:                  "GRAPHQL_VALIDATION_FAILED",
		`{ meetings(where: {statuz: ACTIVE}) { totalCount } }`:                    "GRAPHQL_VALIDATION_FAILED",
		`{ ...F } fragment F on Querry { __typename }`:                            "GRAPHQL_VALIDATION_FAILED",
		`{ __typename @skipp(if: true) }`:                                         "GRAPHQL_VALIDATION_FAILED",
		`{ __typename @include(iff: true) }`:                                      "GRAPHQL_VALIDATION_FAILED",
	} {
		body, err := json.Marshal(vars{"query": query})
		must(t, err)
		_, text := o.post(t, body)
		if got := codeOf(t, text); got != want || strings.Contains(string(text), "Did you mean") {
			t.Errorf("%s: %s, want %q without a suggestion", query, text, want)
		}
	}
}

// All mistakes of a document are told, up to a number.
func TestMistakesAreTold(t *testing.T) {
	t.Parallel()
	o := setup(t, entdbtest.SQLite(t)).tenant(t)
	for query, want := range map[string]int{
		`{ viewer { kindd rolle } meetingz { id } }`:         3,
		`{ viewer {` + strings.Repeat(` kindd`, 100) + `} }`: 20,
	} {
		body, err := json.Marshal(vars{"query": query})
		must(t, err)
		if _, errs := o.fire(t, body); len(errs) != want || !strings.Contains(errs[0].Message, `Did you mean "kind"?`) {
			t.Errorf("%.50s: %v, want %d", query, errs, want)
		}
	}
}

// Whoever has no token costs nothing: not even the document is read.
func TestStrangersAreRefusedFirst(t *testing.T) {
	t.Parallel()
	o := setup(t, entdbtest.SQLite(t)).tenant(t)
	o.Token = ""
	if _, errs := o.fire(t, []byte(`{"query":"{ nothing"}`)); len(errs) != 1 || errs[0].Extensions.Code != "UNAUTHENTICATED" {
		t.Errorf("a stranger's document: %v", errs)
	}
}
