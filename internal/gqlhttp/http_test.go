package gqlhttp_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/gqlhttp"
)

const (
	jsonType    = "application/json; charset=utf-8"
	graphqlType = "application/graphql-response+json; charset=utf-8"

	sendJSON      = "Content-Type: application/json"
	acceptJSON    = "Accept: application/json"
	acceptGraphQL = "Accept: application/graphql-response+json"
)

func get(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/?" + q.Encode()
}

func TestHTTPAnswers(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	const it = `{"data":{"name":"it"}}`
	const parseError = `{"errors":[{"message":"Expected Name, found \u003cEOF\u003e","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`
	const noValue = `"errors":[{"message":"no value"}]`
	for _, tt := range []struct {
		name, body, json, graphql string
		status                    int // with application/graphql-response+json
	}{
		{"query", `{"query":"{name}"}`, it, it, 200},
		{"null parameters", `{"query":"{name}","variables":null,"operationName":null,"extensions":null}`, it, it, 200},
		{"all parameters", `{"query":"query A{name} query B{find(id:1)}","operationName":"A","variables":{"a":1},"extensions":{"b":{}}}`, it, it, 200},
		{"other parameters", `{"query":"{name}","id":[1]}`, it, it, 200},
		{"mutation", `{"query":"mutation{rename}"}`, `{"data":{"rename":"it"}}`, "", 200},
		{"document does not parse", `{"query":"{"}`, parseError, parseError, 400},
		{"field error", `{"query":"{nullable}"}`, `{` + noValue + `,"data":{"nullable":null}}`, "", 200},
		{"null data", `{"query":"{bubbled}"}`, `{` + noValue + `,"data":null}`, "", 200},
		{"unknown operation", `{"query":"query A{name}","operationName":"B"}`,
			`{"errors":[{"message":"operation B not found","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, "", 400},
		{"variable does not coerce", `{"query":"query($id:Int!){find(id:$id)}","variables":{"id":null}}`,
			`{"errors":[{"message":"cannot be null","path":["variable","id"],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, "", 400},
		{"refused by the operation", `{"query":"{forbidden}"}`,
			`{"errors":[{"message":"not yours","extensions":{"code":"FORBIDDEN"}}]}`, "", 403},
		{"panic", `{"query":"{panics}"}`,
			`{"errors":[{"message":"recovered","extensions":{"code":"INTERNAL"}}]}`, "", 500},
		{"subscription", `{"query":"subscription{ticks}"}`,
			`{"errors":[{"message":"a subscription needs a WebSocket (graphql-transport-ws) or an event stream (Accept: text/event-stream)","extensions":{"code":"BAD_USER_INPUT"}}]}`, "", 400},
		{"defer", `{"query":"{...@defer{name}}"}`,
			`{"errors":[{"message":"@defer is not supported","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, "", 400},
		{"defer in a fragment", `{"query":"{...A} fragment A on Query{... @ defer{name}}"}`,
			`{"errors":[{"message":"@defer is not supported","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, "", 400},
		{"persisted document", `{"extensions":{"persistedQuery":{"sha256Hash":"00"}}}`,
			`{"errors":[{"message":"no operation provided","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, "", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := f.do(t, request{"POST", "", []string{sendJSON, acceptJSON}, tt.body})
			check(t, resp, 200, jsonType, tt.json)
			resp = f.do(t, request{"POST", "", []string{sendJSON, acceptGraphQL}, tt.body})
			if tt.graphql == "" {
				tt.graphql = tt.json
			}
			check(t, resp, tt.status, graphqlType, tt.graphql)
		})
	}
}

func check(t *testing.T, resp *http.Response, status int, contentType, body string) {
	t.Helper()
	if resp.StatusCode != status {
		t.Errorf("status %d, want %d", resp.StatusCode, status)
	}
	if got := resp.Header.Get("Content-Type"); got != contentType {
		t.Errorf("content type %q, want %q", got, contentType)
	}
	if diff := cmp.Diff(body, readAll(t, resp.Body)); diff != "" {
		t.Error(diff)
	}
}

// TestHTTPRefuses holds what is no well-formed GraphQL request.
func TestHTTPRefuses(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{http: gqlhttp.HTTPConfig{MaxBodyBytes: 1000}})
	field := func(name, want string) string {
		return fmt.Sprintf(`{"message":"%s must be %s","extensions":{"code":"BAD_USER_INPUT","field":%q}}`, name, want, name)
	}
	bad := func(message string) string {
		return `{"message":"` + message + `","extensions":{"code":"BAD_USER_INPUT"}}`
	}
	notJSON := bad("the request is not one JSON object in UTF-8")
	notSent := bad("send the request as application/json in UTF-8")
	post := func(body string) request { return request{"POST", "", []string{sendJSON}, body} }
	type test struct {
		name   string
		r      request
		status int
		want   string
	}
	tests := []test{
		{"no body", post(""), 400, notJSON},
		{"no JSON", post(`{ "secret`), 400, notJSON},
		{"not UTF-8", post("{\"query\":\"{name}\xff\"}"), 400, notJSON},
		{"a list", post(`[{"query":"{name}"}]`), 400, notJSON},
		{"two values", post(`{"query":"{name}"} {}`), 400, notJSON},
		{"null", post(`null`), 400, field("query", "a string")},
		{"no query", post(`{"qeury":"{name}"}`), 400, field("query", "a string")},
		{"too large", post(`{"query":"` + strings.Repeat(" ", 1000) + `"}`), 413,
			`{"message":"the request body is too large","extensions":{"code":"LIMIT_EXCEEDED"}}`},

		{"no content type", request{"POST", "", nil, `{"query":"{name}"}`}, 415, notSent},
		{"text", request{"POST", "", []string{"Content-Type: text/plain"}, `{"query":"{name}"}`}, 415, notSent},
		{"form", request{"POST", "", []string{"Content-Type: application/x-www-form-urlencoded"}, `query={name}`}, 415, notSent},
		{"charset", request{"POST", "", []string{sendJSON + "; charset=latin1"}, `{"query":"{name}"}`}, 415, notSent},
		{"not acceptable", request{"POST", "", []string{sendJSON, "Accept: text/html"}, `{"query":"{name}"}`}, 406,
			bad("accept application/graphql-response+json or application/json, in UTF-8")},
		{"method", request{"PUT", "", []string{sendJSON}, `{"query":"{name}"}`}, 405, bad("GraphQL is served over GET and POST")},

		{"GET without query", request{"GET", get("variables", "{}"), nil, ""}, 400, field("query", "a string")},
		{"GET with variables", request{"GET", get("query", "{name}", "variables", `[1]`), nil, ""}, 400, field("variables", "a JSON object")},
		{"GET with extensions", request{"GET", get("query", "{name}", "extensions", `x`), nil, ""}, 400, field("extensions", "a JSON object")},
		{"GET malformed", request{"GET", "/?query=%zz", nil, ""}, 400, bad("the URL's query is malformed")},
		{"GET mutation", request{"GET", get("query", "mutation{rename}"), nil, ""}, 405, bad("a mutation needs POST")},
	}
	for _, value := range []string{`{"an":"object"}`, `0`, `false`, `["array"]`} {
		tests = append(tests,
			test{"query is " + value, post(`{"query":` + value + `}`), 400, field("query", "a string")},
			test{"operationName is " + value, post(`{"query":"{name}","operationName":` + value + `}`), 400, field("operationName", "a string")})
	}
	for _, value := range []string{`"string"`, `0`, `false`, `["array"]`} {
		tests = append(tests,
			test{"variables are " + value, post(`{"query":"{name}","variables":` + value + `}`), 400, field("variables", "a JSON object")},
			test{"extensions are " + value, post(`{"query":"{name}","extensions":` + value + `}`), 400, field("extensions", "a JSON object")})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, f.do(t, tt.r), tt.status, jsonType, `{"errors":[`+tt.want+`]}`)
		})
	}
}

func TestHTTPNegotiates(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	for _, tt := range []struct{ accept, want string }{
		{"", jsonType},
		{"*/*", jsonType},
		{"application/*", jsonType},
		{"text/html, */*;q=0.1", jsonType},
		{"application/json", jsonType},
		{"Application/JSON; charset=UTF-8", jsonType},
		{"application/json; charset=utf8", jsonType},
		{"application/graphql-response+json", graphqlType},
		{"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", graphqlType},
		{"application/json, application/graphql-response+json", jsonType},
		{"application/json;q=0.9, application/graphql-response+json", graphqlType},
		{"application/graphql-response+json, */*", graphqlType},
		{"application/graphql-response+json;q=0.5, */*", jsonType},
		{"*/*, application/json;q=0", graphqlType},
		{"application/json, text/event-stream", jsonType},
		{"application/json; charset=latin1, application/graphql-response+json", graphqlType},
		{"application/json;q=high, application/graphql-response+json", graphqlType},
	} {
		t.Run(tt.accept, func(t *testing.T) {
			resp := f.do(t, request{"POST", "", []string{sendJSON + "; charset=utf-8", "Accept: " + tt.accept}, `{"query":"{name}"}`})
			check(t, resp, 200, tt.want, `{"data":{"name":"it"}}`)
			if got := resp.Header.Get("Vary"); got != "Accept" {
				t.Errorf("Vary %q", got)
			}
		})
	}
	t.Run("no header", func(t *testing.T) {
		check(t, f.do(t, request{"POST", "", []string{sendJSON}, `{"query":"{name}"}`}), 200, jsonType, `{"data":{"name":"it"}}`)
	})
}

func TestHTTPGet(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	path := get("query", "query A($id:Int!){find(id:$id)} query B{name}", "operationName", "A",
		"variables", `{"id":1}`, "extensions", `{}`)
	check(t, f.do(t, request{"GET", path, nil, ""}), 200, jsonType, `{"data":{"find":"it"}}`)
}

func TestHTTPHeaders(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	for _, tt := range []struct {
		r             request
		status        int
		header, value string
	}{
		{request{"OPTIONS", "", nil, ""}, 204, "Allow", "GET, POST"},
		{request{"HEAD", "", nil, ""}, 405, "Allow", "GET, POST"},
		{request{"DELETE", "", nil, ""}, 405, "Allow", "GET, POST"},
		{request{"GET", get("query", "mutation{rename}"), nil, ""}, 405, "Allow", "POST"},
		{request{"POST", "", []string{"Content-Type: text/plain"}, "{}"}, 415, "Accept", "application/json"},
		{request{"POST", "", []string{sendJSON, "Upgrade: h2c"}, `{"query":"{name}"}`}, 200, "Content-Type", jsonType},
	} {
		resp := f.do(t, tt.r)
		if got := resp.Header.Get(tt.header); resp.StatusCode != tt.status || got != tt.value {
			t.Errorf("%s: status %d, want %d; %s %q, want %q", tt.r.method, resp.StatusCode, tt.status, tt.header, got, tt.value)
		}
	}
}

// TestHTTPClientLeaves: a client that hangs up cancels its operation.
func TestHTTPClientLeaves(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	ctx, hangUp := withCancel(t)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+get("query", "{wait}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error)
	go func() {
		_, err := f.client.Do(req)
		answered <- err
	}()
	receive(t, f.started)
	hangUp()
	receive(t, f.released)
	if receive(t, answered) == nil {
		t.Error("answered")
	}
}
