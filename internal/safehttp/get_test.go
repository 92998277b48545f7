package safehttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"slotcast/internal/safehttp"
)

func TestGet(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ten":
			_, _ = io.WriteString(w, r.Method+" "+strings.Repeat("x", 6))
		case "/moved":
			http.Redirect(w, r, "/ten", http.StatusFound)
		case "/cut":
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "x")
		case "/drips":
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}
		}
	})
	c := local(t, safehttp.Config{Timeout: time.Second, UserAgent: "test"})
	if body, err := c.Get(t.Context(), server.URL+"/ten", 10); string(body) != "GET xxxxxx" || err != nil {
		t.Errorf("%s, %v", body, err)
	}
	for path, want := range map[string]string{"/ten": "more than 9 bytes", "/moved": "status 302", "/cut": "in the middle of its answer", "/drips": ""} {
		body, err := c.Get(t.Context(), server.URL+path, 9)
		if body != nil || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), server.URL) {
			t.Errorf("%s: %s, %v", path, body, err)
		}
		if path == "/drips" && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dripping: %v", err)
		}
	}
	if _, err := setup(t, safehttp.Config{}).Get(t.Context(), server.URL+"/ten", 10); !errors.As(err, new(*safehttp.BlockedError)) {
		t.Errorf("a private address: %v", err)
	}
}
