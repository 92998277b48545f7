package gqlhttp_test

import (
	"context"
	"sync/atomic"
	"testing"
)

// TestForeignPages is what a page of any origin can make a browser send without
// asking the server first: forms, images, links and text. None of it changes
// anything. What can be read this way needs a token in a header, which such a
// request cannot carry; the console's cookie does not count for it.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	var ran atomic.Int64
	f.AroundOperations(func(ctx context.Context, next graphqlOperation) graphqlResponses {
		ran.Add(1)
		return next(ctx)
	})
	const change = `{"query":"mutation{rename}"}`
	for name, tt := range map[string]struct {
		r      request
		status int
	}{
		"text":                     {request{"POST", "", []string{"Content-Type: text/plain"}, change}, 415},
		"text called JSON":         {request{"POST", "", []string{"Content-Type: text/plain; application/json"}, change}, 415},
		"form":                     {request{"POST", "", []string{"Content-Type: application/x-www-form-urlencoded"}, "query=mutation{rename}"}, 415},
		"multipart":                {request{"POST", "", []string{"Content-Type: multipart/form-data; boundary=x"}, "--x--"}, 415},
		"beacon":                   {request{"POST", "", nil, change}, 415},
		"form with parameters":     {request{"POST", get("query", "mutation{rename}"), []string{"Content-Type: application/x-www-form-urlencoded"}, ""}, 415},
		"link":                     {request{"GET", get("query", "mutation{rename}"), nil, ""}, 405},
		"link to one of several":   {request{"GET", get("query", "query A{name} mutation B{rename}", "operationName", "B"), nil, ""}, 405},
		"EventSource":              {request{"GET", get("query", "mutation{rename}"), []string{acceptEvents}, ""}, 405},
		"form for an event stream": {request{"POST", "", []string{acceptEvents, "Content-Type: text/plain"}, change}, 415},
		"HEAD":                     {request{"HEAD", get("query", "mutation{rename}"), nil, ""}, 405},
		"method in a header":       {request{"GET", get("query", "mutation{rename}"), []string{"X-HTTP-Method-Override: POST"}, ""}, 405},
	} {
		t.Run(name, func(t *testing.T) {
			if resp := f.do(t, tt.r); resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
		})
	}
	if n := ran.Load(); n != 0 {
		t.Errorf("%d operations have run", n)
	}
}
