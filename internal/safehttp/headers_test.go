package safehttp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/safehttp"
)

func as(s string) string { return s }

func TestHeaders(t *testing.T) {
	t.Parallel()
	secret := "whsec_c2VzYW1l"
	got := safehttp.Headers(http.Header{
		"Content-Type": {"text/plain"}, "Retry-After": {"120"}, "Www-Authenticate": {"Basic", "Bearer"},
		"X-Long": {strings.Repeat("ü", 200)}, "X-Echo": {"it was " + secret}, "X-Odd": {"a\tb\x00\xffc"}, "X-Empty": {""},
		"X-Cut":          {strings.Repeat("x", 600-len(secret)/2) + secret},
		"X-Lower-b\xfcd": {"x"}, strings.Repeat("N", 101): {"x"},
		"Date": {"now"}, "Connection": {"close"}, "Keep-Alive": {"x"}, "Transfer-Encoding": {"chunked"}, "Set-Cookie": {"a=b"},
		"Set-Cookie2": {"x"}, "X-Api-Key": {"x"}, "Authorization": {"x"}, "X-Csrf-Token": {"x"}, "Etag": {"x"}, "Access-Control-Allow-Origin": {"*"},
	}, func(s string) string {
		if cut := strings.TrimSuffix(s, secret[:len(secret)/2]); cut != s {
			return cut + "[secret]"
		}
		return strings.ReplaceAll(s, secret, "[secret]")
	})
	want := map[string]string{
		"Content-Type": "text/plain", "Retry-After": "120", "Www-Authenticate": "Basic, Bearer",
		"X-Long": strings.Repeat("ü", 98) + "…", "X-Echo": "it was [secret]", "X-Odd": "a b \uFFFDc", "X-Empty": "",
		"X-Cut": strings.Repeat("x", 197) + "…",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	for _, nothing := range []http.Header{nil, {}, {"Date": {"now"}}} {
		if got := safehttp.Headers(nothing, as); got != nil {
			t.Errorf("of %v: %v", nothing, got)
		}
	}
}

// With too many of them the telling ones are kept, whatever others are called.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	h := http.Header{"Server": {"nginx"}, "Location": {"/elsewhere"}}
	for i := range 1000 {
		h.Set(fmt.Sprintf("A-%d", i), "x")
	}
	got := safehttp.Headers(h, as)
	if len(got) != 20 || got["Server"] != "nginx" || got["Location"] != "/elsewhere" {
		t.Errorf("%d were kept: %v", len(got), got)
	}
}
