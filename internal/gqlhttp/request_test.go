package gqlhttp_test

import (
	"strings"
	"testing"
)

// A document's id is another way to name a persisted query; what it names is
// looked up by an extension, so that here it is unknown.
func TestDocumentID(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	const unknown = `{"errors":[{"message":"no operation provided","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	const bad = `{"errors":[{"message":"query must be a string","extensions":{"code":"BAD_USER_INPUT","field":"query"}}]}`
	for _, r := range []struct {
		request
		status int
		answer string
	}{
		{request{"POST", "", []string{sendJSON, acceptJSON}, `{"documentId":"sha256:00"}`}, 200, unknown},
		{request{"GET", get("documentId", "sha256:00"), []string{acceptJSON}, ""}, 200, unknown},
		{request{"POST", "", []string{sendJSON, acceptJSON}, `{"documentId":""}`}, 400, bad},
		{request{"POST", "", []string{sendJSON, acceptJSON}, `{"documentId":7,"query":"{name}"}`}, 400,
			`{"errors":[{"message":"documentId must be a string","extensions":{"code":"BAD_USER_INPUT","field":"documentId"}}]}`},
	} {
		check(t, f.do(t, r.request), r.status, jsonType, r.answer)
	}
}

// A request is not decoded when it would be many times as large in memory.
func TestValuesAreCounted(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	post := func(variables string) request {
		return request{"POST", "", []string{sendJSON, acceptJSON}, `{"query":"{name}","variables":` + variables + `}`}
	}
	list := func(n int) string { return `{"a":[` + strings.Repeat("0,", n) + `0]}` }
	const it = `{"data":{"name":"it"}}`
	check(t, f.do(t, post(list(29_990))), 200, jsonType, it)
	check(t, f.do(t, post(`{"a":"`+strings.Repeat(`,[{\"`, 20_000)+`"}`)), 200, jsonType, it) // a text
	check(t, f.do(t, post(list(30_000))), 400, jsonType,
		`{"errors":[{"message":"the request holds too many values: 30004, at most 30000 are taken","extensions":{"code":"LIMIT_EXCEEDED"}}]}`)
}
