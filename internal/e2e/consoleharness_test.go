package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// TestConsoleFaults: a case fails where its page does what it must not, where it is
// wrong itself, and where it hangs; and the next one runs as if nothing had been.
func TestConsoleFaults(t *testing.T) {
	t.Parallel()
	nodeCommand(t) // or it is skipped
	chromium(t)
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	pages := httptest.NewServer(faultyPages(elsewhere.URL))
	t.Cleanup(pages.Close)
	b := newBrowsing(t, "console/selftest", pages.URL)
	b.grace, b.evidence = 8*time.Second, t.TempDir()

	want := map[string][]string{ // all of these words are in the faults; none: it passes
		"foreign-image":    {"a request to another origin: GET " + elsewhere.URL + "/pixel.png"},
		"foreign-socket":   {"a request to another origin: WebSocket ws" + strings.TrimPrefix(elsewhere.URL, "http")},
		"console-error":    {"the console says: on purpose", "/console-error:1"},
		"page-error":       {"an error nobody caught", "nobody caught me"},
		"policy-violation": {"Content Security Policy"},
		"name-elsewhere":   {"a request to another origin: GET http://elsewhere.example/", "the browser wanted to reach http://elsewhere.example/"},
		"axe":              {"axe finds on " + pages.URL + "/unnamed", "critical: Buttons must have discernible text (button-name)", "#silent"},
		"too-wide":         {`in the step "looks right: phone, light"`, "the page is too wide", `<div class="broad">`},
		"step":             {`in the step "finds what is not there"`, "no such words", "pages.mjs:"},
		"loaded-again":     {"the page was loaded again"},
		"hangs":            {`in the step "waits for ever"`, "it hangs"},
		"page-hangs":       {"it hangs"},
		"good":             nil,
		"asks":             {`nobody is there for "restart"`},
		"allowed":          nil,
		"signed-in":        nil,
		"not-smooth":       nil,
	}
	names := b.cases()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		words := want[name]
		t.Run(name, func(t *testing.T) {
			if !slices.Contains(names, "pages/"+name) {
				t.Fatalf("there is no such case: %v", names)
			}
			r, err := b.run(t, "pages/"+name, faultStage(pages.URL), faultLimit)
			must(t, err)
			faults := strings.Join(r.Faults, "\n")
			if len(words) == 0 && faults != "" {
				t.Errorf("it fails: %s", faults)
			}
			for _, text := range words {
				if !strings.Contains(faults, text) {
					t.Errorf("the faults lack %q:\n%s", text, faults)
				}
			}
			keptEvidence(t, r)
		})
	}
	t.Run("program-hangs", func(t *testing.T) {
		if _, err := b.run(t, "pages/program-hangs", faultStage(pages.URL), faultLimit); err == nil || !strings.Contains(err.Error(), "hangs, and was killed") {
			t.Errorf("the error is %v", err)
		}
		noneLeft(t, b)
	})
	t.Run("test-ends", func(t *testing.T) {
		s, ended := faultStage(pages.URL), make(chan struct{})
		s.calls = func(string, json.RawMessage) (any, error) { runtime.Goexit(); return nil, nil } // as t.Fatal does
		go func() {
			defer close(ended)
			_, _ = b.run(t, "pages/asks", s, faultLimit)
		}()
		<-ended
		noneLeft(t, b)
	})
	if r, err := b.run(t, "pages/good", faultStage(pages.URL), faultLimit); err != nil || len(r.Faults) > 0 {
		t.Errorf("the next case fails: %v %v", err, r.Faults)
	}
	if len(names) != len(want)+1 { // and the one that hangs the program
		t.Errorf("the cases are %v", names)
	}
	b.end()
	noneLeft(t, b)
	again := newBrowsing(t, "console/selftest", pages.URL)
	again.again = true
	if rest := again.cases(); len(rest) != len(names)-1 || slices.Contains(rest, "pages/good") {
		t.Errorf("what is to run once runs again: %v", rest)
	}
}

// faultLimit is how long a case may hang there.
const faultLimit = 3 * time.Second

func faultStage(url string) stage {
	return stage{
		world: map[string]any{"base": url + "/", "urls": []string{url + "/"}, "owner": map[string]any{}, "member": map[string]any{}},
		calls: func(name string, _ json.RawMessage) (any, error) {
			return nil, fmt.Errorf("nobody is there for %q", name)
		},
	}
}

// faultyPages are pages that do one thing wrong each.
func faultyPages(elsewhere string) http.Handler {
	bodies := map[string]string{
		"/good":           `<h1>Good</h1>`,
		"/foreign-image":  `<h1>Bad</h1><img src="` + elsewhere + `/pixel.png" alt="">`,
		"/foreign-socket": `<h1>Bad</h1><script>new WebSocket("ws` + strings.TrimPrefix(elsewhere, "http") + `/")</script>`,
		"/console-error":  `<script>console.error("on purpose")</script><h1>Bad</h1>`,
		"/page-error":     `<h1>Bad</h1><script>Promise.reject(new Error("nobody caught me"))</script>`,
		"/policy":         `<h1>Bad</h1><script>document.title = "inline"</script>`,
		"/unnamed":        `<h1>Bad</h1><button id="silent"></button>`,
		"/wide":           `<h1>Bad</h1><div class="broad" style="width: 900px">broad</div>`,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /session", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Token string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Token != "right" || r.Header.Get("Origin") != "http://"+r.Host {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", HttpOnly: true, SameSite: http.SameSiteStrictMode})
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /private", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		writePage(w, `<h1>Private</h1>`)
	})
	for path, body := range bodies {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			if path == "/policy" {
				w.Header().Set("Content-Security-Policy", "default-src 'self'")
			}
			writePage(w, body)
		})
	}
	return mux
}

func writePage(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Page</title><meta name="viewport" content="width=device-width"></head><body><main>%s</main></body></html>`, body)
}

// keptEvidence: a case that fails leaves a log with its steps, and pictures of its
// pages unless they hang; one that passes leaves nothing.
func keptEvidence(t *testing.T, r browsed) {
	t.Helper()
	if want := len(r.Faults) > 0; want != (len(r.Files) > 0) {
		t.Errorf("kept: %v", r.Files)
	}
	for _, file := range r.Files {
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	if pictures := len(r.Files) - 1; len(r.Files) > 0 && !r.Stuck && pictures != 1 {
		t.Errorf("%d pictures are kept: %v", pictures, r.Files)
	}
}

// noneLeft: no process that has the test's temporary folder in its command line.
func noneLeft(t *testing.T, b *browsing) {
	t.Helper()
	apptest.Until(t, func() error {
		lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
		must(t, err)
		for _, file := range lines {
			if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), b.tmpdir) {
				return fmt.Errorf("%s is left: %.100s", file, text)
			}
		}
		return nil
	})
}
