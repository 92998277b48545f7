package contract_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
)

const public = "https://meet.example.org/api/slotcast"

// TestPathPrefix: behind a public URL with a path, URIs begin with it, and can be
// called, whether the proxy takes the path off or not.
func TestPathPrefix(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		direct := o.url
		for _, takeOff := range []string{"", "/api/slotcast"} {
			target, err := url.Parse(direct)
			o.must(err)
			proxy := httptest.NewServer(http.StripPrefix(takeOff, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}))
			o.url = proxy.URL + "/api/slotcast"
			a := o.get(o.owner, "/users/me").want(http.StatusOK)
			if uri := a.text("resource.uri"); !strings.HasPrefix(uri, public+"/users/") {
				o.t.Errorf("I am %s", uri)
			}
			o.callable(o.owner, a)
			for i := range 3 {
				o.post(o.owner, "/webhook_subscriptions", o.subscription(hookURL(i)+takeOff, "organization", nil)).want(http.StatusCreated)
			}
			page := o.get(o.owner, "/webhook_subscriptions?count=2&scope=organization&organization="+o.organization).text("pagination.next_page")
			if !strings.HasPrefix(page, public+"/webhook_subscriptions?") {
				o.t.Errorf("the next page is %s", page)
			}
			o.get(o.owner, page).want(http.StatusOK)
			proxy.Close()
		}
	}, apptest.Settings{"SLOTCAST_PUBLIC_URL": public})
}

// TestReadme does what the README's section on REST says, as three callers.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, commands, _ := strings.Cut(string(text), "In the shape of Bookafy and Calendly")
	_, commands, _ = strings.Cut(commands, "```sh\n")
	commands, _, ok := strings.Cut(commands, "```")
	if !ok || !strings.Contains(commands, "/webhook_subscriptions") {
		t.Fatalf("the README has %q", commands)
	}
	each(t, func(o *office) {
		for _, row := range []struct {
			who   *person
			words []string
		}{
			{o.member, []string{`"message":"` + noAccess + `"`, `"message":"` + denied + `"`}},
			{o.admin, []string{`"resource":{"uri":`, `"scope":"organization"`, `"state":"active"`, `"collection":[{"uri":`}},
			{o.owner, []string{`"message":"Hook with this url already exists"`, `"collection":[{"uri":`}},
		} {
			ctx, cancel := context.WithCancel(o.t.Context())
			shell := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", strings.ReplaceAll(commands, "http://127.0.0.1:8080", o.url))
			shell.Env = append(os.Environ(), "TOKEN="+row.who.token)
			said, err := shell.CombinedOutput()
			cancel()
			if err != nil {
				o.t.Errorf("%s: %v\n%s", row.who.name, err, said)
			}
			for _, word := range row.words {
				if !strings.Contains(string(said), word) {
					o.t.Errorf("%s was not told %s:\n%s", row.who.name, word, said)
				}
			}
		}
	})
}
