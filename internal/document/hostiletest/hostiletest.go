// Package hostiletest has requests that are made to cost a GraphQL server much:
// time, memory or statements. Each says how it must end. Tests send them to a
// server, and so does the benchmark, which shows what each costs.
package hostiletest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Request is what is posted to /graphql as it is.
type Request struct {
	Name string
	Body []byte
	// Codes are the extensions.code that the first error may have; empty: the
	// request is answered, within bounds.
	Codes []string
}

const (
	limit    = "LIMIT_EXCEEDED"
	invalid  = "GRAPHQL_VALIDATION_FAILED"
	unparsed = "GRAPHQL_PARSE_FAILED"
	bad      = "BAD_USER_INPUT"
	missing  = "PERSISTED_QUERY_NOT_FOUND"
)

type object = map[string]any

// Requests returns all of them.
func Requests() []Request {
	var all []Request
	for _, some := range [][]Request{wide(), deep(), fragments(), overlaps(), directives(), lists(), schema(), values(), texts(), bodies(), persisted()} {
		all = append(all, some...)
	}
	return all
}

func query(name, document string, codes ...string) Request {
	return with(name, document, nil, codes...)
}

func with(name, document string, variables any, codes ...string) Request {
	return body(name, object{"query": document, "variables": variables}, codes...)
}

func body(name string, members any, codes ...string) Request {
	text, err := json.Marshal(members)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err)) // a mistake in this package
	}
	return Request{name, text, codes}
}

func raw(name, text string, codes ...string) Request { return Request{name, []byte(text), codes} }

// numbered repeats a text with %d in it.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// nested puts a core into n pairs of brackets.
func nested(n int, open, core, end string) string {
	return strings.Repeat(open, n) + core + strings.Repeat(end, n)
}

// Query returns the document of a request that sends one in the ordinary way.
func Query(r Request) string {
	var in struct{ Query string }
	if json.Unmarshal(r.Body, &in) != nil {
		return ""
	}
	return in.Query
}

// Variables returns the variables beside it.
func Variables(r Request) map[string]any {
	var in struct{ Variables map[string]any }
	if json.Unmarshal(r.Body, &in) != nil {
		return nil
	}
	return in.Variables
}
