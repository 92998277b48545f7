package httpserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slotcast/internal/httpserver"
)

func schemas() []httpserver.Schema {
	return []httpserver.Schema{
		{Name: "book.v1.json", EventType: "BOOK", Version: 1, Text: `{"title": "BOOK"}`},
		{Name: "meeting.v2.json", Version: 2, Text: `{"title": "Meeting"}`},
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Second)
	for path, want := range map[string]struct {
		status      int
		contentType string
		cache       string
		body        string
	}{
		"/schemas/book.v1.json":    {200, "application/schema+json", "public, max-age=3600", `{"title": "BOOK"}`},
		"/schemas/meeting.v2.json": {200, "application/schema+json", "public, max-age=3600", `{"title": "Meeting"}`},
		"/schemas/": {
			200, "application/json", "no-cache",
			`{"schemas":[{"url":"https://meet.example.org/schemas/book.v1.json","eventType":"BOOK","version":1},` +
				`{"url":"https://meet.example.org/schemas/meeting.v2.json","eventType":null,"version":2}]}` + "\n",
		},
		"/schemas/book.v2.json":               {404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		"/schemas/book.v1.json/":              {404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		"/schemas/..%2fbook.v1.json":          {404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		"/schemas/%2e%2e%2f%2e%2e%2fetc%2fhi": {404, "text/plain; charset=utf-8", "", "404 page not found\n"},
	} {
		status, header, body, err := r.get(path, "")
		if err != nil || status != want.status || body != want.body {
			t.Errorf("%s: %d %q, %v; want %d %q", path, status, body, err, want.status, want.body)
		}
		if got := header.Get("Content-Type"); got != want.contentType {
			t.Errorf("%s: Content-Type %q, want %q", path, got, want.contentType)
		}
		if got := header.Get("Cache-Control"); got != want.cache {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want.cache)
		}
		if got := header.Get("Access-Control-Allow-Origin"); (got == "*") != (want.status == 200) {
			t.Errorf("%s: Access-Control-Allow-Origin %q", path, got)
		}
	}
}

// TestSchemaIsKept: a client that has the text is not sent it again.
func TestSchemaIsKept(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Second)
	const path = "/schemas/book.v1.json"
	_, header, _, err := r.get(path, "")
	tag := header.Get("ETag")
	if err != nil || len(strings.Trim(tag, `"`)) != 64 {
		t.Fatalf("ETag %q, %v", tag, err)
	}
	if _, other, _, _ := r.get("/schemas/meeting.v2.json", ""); other.Get("ETag") == tag {
		t.Errorf("two schemas have the ETag %s", tag)
	}
	for name, want := range map[string]struct {
		method, known string
		status, size  int
	}{
		"the same":   {http.MethodGet, tag, 304, 0},
		"an old one": {http.MethodGet, `"old"`, 200, 17},
		"HEAD":       {http.MethodHead, "", 200, 0},
		"POST":       {http.MethodPost, "", 405, 19},
	} {
		status, _, body, err := r.send(want.method, path, http.Header{"If-None-Match": {want.known}})
		if err != nil || status != want.status || len(body) != want.size {
			t.Errorf("%s: %d %q, %v; want %d and %d bytes", name, status, body, err, want.status, want.size)
		}
	}
}
