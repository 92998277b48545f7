package console_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"slotcast/internal/console"
)

// maxFirstLoad is the most that a browser loads, compressed, before it shows the
// sign-in page or the frame of every other one.
const maxFirstLoad = 100 << 10

func setup(t *testing.T, publicURL string) *httptest.Server {
	t.Helper()
	c := newConsole(t, publicURL, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.Page)
	for _, pattern := range c.Patterns() {
		mux.HandleFunc(pattern, c.Page)
	}
	mux.HandleFunc("GET /assets/", c.Assets)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

// get asks as a browser does, and unzips by hand, to count what came.
func get(t *testing.T, url string, header ...string) (r *http.Response, body string, sent int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip, br")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	r, err = (&http.Client{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Get("Content-Encoding") != "gzip" {
		return r, string(raw), len(raw)
	}
	z, err := gzip.NewReader(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(plain), len(raw)
}

var assets = regexp.MustCompile(`(?:src|href)="(assets/[^"]+)"`)

func TestPageAtEveryPath(t *testing.T) {
	t.Parallel()
	srv := setup(t, "http://localhost:8080")
	_, first, _ := get(t, srv.URL+"/")
	for _, path := range []string{"/sign-in", "/meetings", "/meetings/mtg_1", "/deliveries/explain", "/replays/rpl_1", "/settings/webhooks/new", "/graphiql"} {
		r, body, _ := get(t, srv.URL+path)
		if r.StatusCode != http.StatusOK || body != first {
			t.Errorf("%s: status %d, or another page", path, r.StatusCode)
		}
		csp := r.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %q: %s", path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %s", path, csp)
		}
	}
	if r, _, _ := get(t, srv.URL+"/nothing"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a path that is none of the console's has status %d", r.StatusCode)
	}
}

func TestFirstLoadIsSmall(t *testing.T) {
	t.Parallel()
	srv := setup(t, "http://localhost:8080")
	_, page, sum := get(t, srv.URL+"/")
	found := assets.FindAllStringSubmatch(page, -1)
	if len(found) < 10 {
		t.Fatalf("only %d files are named in the page", len(found))
	}
	for _, m := range found {
		r, _, sent := get(t, srv.URL+"/"+m[1])
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: status %d, encoding %q", m[1], r.StatusCode, r.Header.Get("Content-Encoding"))
		}
		sum += sent
	}
	t.Logf("the first load is %d bytes in %d files", sum, len(found)+1)
	if sum > maxFirstLoad {
		t.Errorf("the first load is %d bytes, more than %d", sum, maxFirstLoad)
	}
}

// What is imported before a page runs is preloaded: no step waits for another.
func TestEveryModuleOfTheFirstLoadIsPreloaded(t *testing.T) {
	t.Parallel()
	srv := setup(t, "http://localhost:8080")
	_, page, _ := get(t, srv.URL+"/")
	named := map[string]bool{}
	for _, m := range assets.FindAllStringSubmatch(page, -1) {
		named["/"+m[1]] = true
	}
	statement := regexp.MustCompile(`(?s)\b(?:import|from)\s*"(\.[^"]+)"`)
	for path := range named {
		if !strings.HasSuffix(path, ".js") {
			continue
		}
		_, module, _ := get(t, srv.URL+path)
		for _, m := range statement.FindAllStringSubmatch(module, -1) {
			from, err := url.Parse(srv.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			to, err := from.Parse(m[1])
			if err != nil {
				t.Fatal(err)
			}
			if !named[to.Path] {
				t.Errorf("%s imports %s, which the page does not preload", path, to.Path)
			}
		}
	}
}

func TestFilesAreKeptForEver(t *testing.T) {
	t.Parallel()
	srv := setup(t, "http://localhost:8080")
	_, page, _ := get(t, srv.URL+"/")
	path := regexp.MustCompile(`assets/([^/]+)/app\.js`).FindStringSubmatch(page)
	if path == nil {
		t.Fatal("the page does not name app.js")
	}
	r, _, _ := get(t, srv.URL+"/"+path[0])
	if got := r.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control is %q", got)
	}
	if got := r.Header.Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	for _, gone := range []string{"assets/000000000000/app.js", "assets/" + path[1] + "/none.js", "assets/" + path[1] + "/index.html", "assets/"} {
		if r, _, _ := get(t, srv.URL+"/"+gone); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", gone, r.StatusCode)
		}
	}
	r, _, _ = get(t, srv.URL+"/"+path[0], "Accept-Encoding", "identity")
	if r.Header.Get("Content-Encoding") != "" {
		t.Error("a client that reads no gzip got it")
	}
}

func TestPageIsAskedForAgain(t *testing.T) {
	t.Parallel()
	srv := setup(t, "http://localhost:8080")
	r, _, _ := get(t, srv.URL+"/")
	etag := r.Header.Get("ETag")
	if r.Header.Get("Cache-Control") != "no-cache" || etag == "" {
		t.Fatalf("Cache-Control %q, ETag %q", r.Header.Get("Cache-Control"), etag)
	}
	if r, body, _ := get(t, srv.URL+"/", "If-None-Match", etag); r.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("status %d for a page that the browser has", r.StatusCode)
	}
	if r, _, _ := get(t, srv.URL+"/", "If-None-Match", `"older"`); r.StatusCode != http.StatusOK {
		t.Errorf("status %d for an older page", r.StatusCode)
	}
}

func TestBaseIsThePublicPath(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{
		"https://a.example":           `<base href="/">`,
		"https://a.example/slotcast":  `<base href="/slotcast/">`,
		"https://a.example/slotcast/": `<base href="/slotcast/">`,
	} {
		_, page, _ := get(t, setup(t, public).URL+"/")
		if !strings.Contains(page, want) {
			t.Errorf("%s: no %s in %s", public, want, page)
		}
	}
}

// Nothing is loaded from elsewhere, and no script or style is written into a page:
// the policy would refuse it, which shows only in a browser.
func TestNothingIsOfOthers(t *testing.T) {
	t.Parallel()
	never := regexp.MustCompile(`(?i)<script>|<script src="http|\bstyle="|\son[a-z]+="|@import|url\(\s*["']?(?:https?:)?//|import\(?\s*["']https?:|\beval\(|\binnerHTML\s*=|insertAdjacentHTML|document\.write`)
	count := 0
	for name, text := range console.Files(t) {
		count++
		if strings.HasSuffix(name, "core/dom.js") { // the one place where literals become markup
			text = strings.Replace(text, "element.innerHTML = literals.createHTML(", "", 1)
		}
		if strings.HasSuffix(name, ".svg") || strings.Contains(name, "snippets/") {
			continue // an image, and programs that are shown
		}
		if found := never.FindString(text); found != "" {
			t.Errorf("%s has %q", name, found)
		}
	}
	if count < 20 {
		t.Fatalf("only %d files are embedded", count)
	}
}
