package httpserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
)

const friend = "https://app.example.org"

func crossing() (http.Handler, *recorder) {
	behind := &recorder{}
	return httpserver.Handler(httpserver.Config{
		GraphQL: behind, Auth: auth.New(anybody{}), Schemas: schemas(),
		Origins: func(_ context.Context, origin string) bool { return origin == friend },
	}), behind
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	h, behind := crossing()
	for name, tt := range map[string]struct {
		path, origin, method, headers string
		allowed                       bool
	}{
		"a query":                  {"/graphql", friend, "POST", "authorization,content-type", true},
		"what Apollo sends":        {"/graphql", friend, "POST", "apollo-require-preflight,authorization,content-type,x-apollo-operation-name", true},
		"an event stream":          {"/graphql", friend, "GET", "accept,authorization,last-event-id", true},
		"a foreign page":           {"/graphql", "https://evil.example.org", "POST", "authorization,content-type", false},
		"a page from a file":       {"/graphql", "null", "POST", "content-type", false},
		"another scheme":           {"/graphql", "http://app.example.org", "POST", "content-type", false},
		"to delete":                {"/webhook_subscriptions/whk_1", friend, "DELETE", "authorization", true},
		"to change":                {"/v2/webhooks/whk_1", friend, "PATCH", "authorization,content-type", true},
		"another method":           {"/graphql", friend, "PUT", "authorization", false},
		"a form's page":            {"/routing_forms/rtf_1/submissions", "https://page.example.org", "POST", "content-type", true},
		"what forms there are":     {"/routing_forms", "https://page.example.org", "GET", "authorization", false},
		"the REST description":     {"/openapi.json", "https://evil.example.org", "GET", "", true},
		"another header":           {"/graphql", friend, "POST", "x-forwarded-for", false},
		"no origin":                {"/graphql", "", "POST", "content-type", false},
		"the schema":               {"/schema.graphql", "https://evil.example.org", "GET", "", true},
		"a body's schema":          {"/schemas/book.v1.json", "https://evil.example.org", "GET", "", true},
		"a path that looks like":   {"/schemas", "https://evil.example.org", "GET", "", false},
		"what is nobody's concern": {"/readyz", "https://evil.example.org", "GET", "", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, tt.path, nil)
		r.Header.Set("Access-Control-Request-Method", tt.method)
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		if tt.headers != "" {
			r.Header.Set("Access-Control-Request-Headers", tt.headers)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		want := map[string]string{"Access-Control-Allow-Credentials": ""}
		if tt.allowed {
			want["Access-Control-Allow-Origin"] = tt.origin
			want["Access-Control-Allow-Methods"] = tt.method
			want["Access-Control-Allow-Headers"] = tt.headers
			want["Access-Control-Max-Age"] = "600"
		} else {
			want["Access-Control-Allow-Origin"] = ""
		}
		for header, value := range want {
			if got := w.Header().Get(header); got != value {
				t.Errorf("%s: %s %q, want %q", name, header, got, value)
			}
		}
		if w.Code != http.StatusNoContent {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
	if n := behind.calls.Load(); n != 0 {
		t.Errorf("%d preflights reached the API", n)
	}
}

func TestCrossOriginAnswers(t *testing.T) {
	t.Parallel()
	h, _ := crossing()
	for name, tt := range map[string]struct {
		path, origin, token string
		status              int
		want                string // Access-Control-Allow-Origin
	}{
		"a friend":               {"/graphql", friend, "good", 200, friend},
		"a friend unknown":       {"/graphql", friend, "bad", 401, friend}, // the page may read why
		"a foreign page":         {"/graphql", "https://evil.example.org", "good", 200, ""},
		"no page":                {"/graphql", "", "good", 200, ""},
		"the schema":             {"/schema.graphql", "https://evil.example.org", "", 200, "*"},
		"the schema for no page": {"/schema.graphql", "", "", 200, "*"},
		"a body's schema":        {"/schemas/book.v1.json", friend, "", 200, "*"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tt.path, nil)
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		if tt.token != "" {
			r.Header.Set("Authorization", "Bearer "+tt.token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		got := w.Header()
		if w.Code != tt.status || got.Get("Access-Control-Allow-Origin") != tt.want || got.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %d %v", name, w.Code, got)
		}
		if exposed := got.Get("Access-Control-Expose-Headers"); tt.want == friend &&
			exposed != "X-Ratelimit-Limit, X-Ratelimit-Remaining, X-Ratelimit-Reset, Retry-After" {
			t.Errorf("%s: pages may read %q", name, exposed)
		}
		if vary := got.Values("Vary"); len(vary) == 0 || vary[0] != "Origin" {
			t.Errorf("%s: Vary %q", name, vary)
		}
	}
}
