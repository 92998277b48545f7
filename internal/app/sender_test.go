package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slotcast/internal/app"
	"slotcast/internal/config"
	"slotcast/internal/safehttp"
)

func TestSenderGoesThroughTheEgressProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- r.RequestURI + " " + r.Header.Get("Proxy-Authorization")
	}))
	t.Cleanup(proxy.Close)
	sender, err := app.NewSender(config.Config{EgressProxy: strings.Replace(proxy.URL, "//", "//slotcast:sesame@", 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sender.Close)
	if _, err := sender.Do(t.Context(), safehttp.Request{URL: "http://203.0.114.1/hook"}); err != nil {
		t.Fatal(err)
	}
	if got, want := <-asked, "http://203.0.114.1/hook Basic c2xvdGNhc3Q6c2VzYW1l"; got != want {
		t.Errorf("the proxy was asked for %q, want %q", got, want)
	}
	if _, err := app.NewSender(config.Config{EgressProxy: "http://slotcast:sesame@host:port"}); err == nil || strings.Contains(err.Error(), "sesame") {
		t.Errorf("a malformed URL: %v", err)
	}
}
