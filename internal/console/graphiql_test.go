package console_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"slotcast/internal/console"
)

// aBuild stands for what `make graphiql` makes.
func aBuild() fstest.MapFS {
	return fstest.MapFS{
		".keep":      {},
		"index.html": {Data: []byte(`<base href="{{.Base}}"><title>GraphiQL</title><script type="module" src="{{.Assets}}main.js"></script>`)},
		"main.js":    {Data: []byte(`console.log("the built one")`)},
	}
}

func newConsole(t *testing.T, publicURL string, built fstest.MapFS) *console.Console {
	t.Helper()
	c, err := console.New(publicURL, built)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(handler http.HandlerFunc, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestGraphiQLStandsInPlaceOfTheExplorerWhereItWasBuilt(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "https://example.org/meet", aBuild())
	page := serve(c.Page, "/graphiql")
	if body := page.Body.String(); !strings.Contains(body, "GraphiQL") || !strings.Contains(body, `<base href="/meet/">`) {
		t.Errorf("/graphiql is %s", body)
	}
	if policy := page.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
		!strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("its policy is %q", policy)
	}
	script := regexp.MustCompile(`src="(assets/[^"]+)"`).FindStringSubmatch(page.Body.String())
	if script == nil {
		t.Fatalf("the page loads no script: %s", page.Body)
	}
	if js := serve(c.Assets, "/"+script[1]); js.Code != http.StatusOK || !strings.Contains(js.Body.String(), "the built one") {
		t.Errorf("%s: %d %s", script[1], js.Code, js.Body)
	}
	for _, path := range []string{"/", "/meetings", "/settings/webhooks"} {
		other := serve(c.Page, path)
		if strings.Contains(other.Body.String(), "GraphiQL") || other.Header().Get("ETag") == page.Header().Get("ETag") {
			t.Errorf("%s is not the console's own page: %s", path, other.Body)
		}
	}
	if keep := serve(c.Assets, strings.Replace("/"+script[1], "main.js", "index.html", 1)); keep.Code != http.StatusNotFound {
		t.Errorf("the page is served as a file, too: %d", keep.Code)
	}
}

func TestTheExplorerIsThereWhereGraphiQLWasNotBuilt(t *testing.T) {
	t.Parallel()
	c := newConsole(t, "http://127.0.0.1:8080", fstest.MapFS{".keep": {}})
	explorer, home := serve(c.Page, "/graphiql"), serve(c.Page, "/")
	if explorer.Code != http.StatusOK || explorer.Body.String() != home.Body.String() {
		t.Errorf("/graphiql is not the console's page: %d %s", explorer.Code, explorer.Body)
	}
	if policy := explorer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "require-trusted-types-for 'script'") {
		t.Errorf("its policy is %q", policy)
	}
}

func TestTheConsoleBeginsWithWhateverWasBuilt(t *testing.T) {
	t.Parallel()
	if _, err := console.New("http://127.0.0.1:8080", console.GraphiQL()); err != nil {
		t.Error(err)
	}
}
