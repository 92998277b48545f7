package safehttp_test

import (
	"strings"
	"testing"

	"slotcast/internal/safehttp"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	long := "https://example.com/" + strings.Repeat("a", 2048-len("https://example.com/"))
	tests := []struct{ url, want string }{
		{"https://example.com", ""},
		{"HTTP://Example.com:8080/hook?key=1", ""},
		{"http://[2606:4700::1111]:65535/", ""},
		{"http://receiver:9000/", ""},
		{"http://under_score.example/", ""},
		{"https://xn--bcher-kva.example/", ""},
		{long, ""},

		{long + "a", "2049 bytes"},
		{"", "must start with"},
		{"example.com/hook", "must start with"},
		{"//example.com/hook", "must start with"},
		{"ftp://example.com/", "must start with"},
		{"file:///etc/passwd", "must start with"},
		{"https:example.com", "no host"},
		{"https:///hook", "no host"},
		{"https://:443/", "no host"},
		{"https://user@example.com/", "user name"},
		{"https://:secret@example.com/", "user name"},
		{"https://example.com/#top", "fragment"},
		{"https://example.com/#", "fragment"},
		{"https://example.com:0/", "port 0"},
		{"https://example.com:65536/", "port 65536"},
		{"https://example.com:http/", "malformed"},
		{"https://exa mple.com/", "malformed"},
		{"https://example.com/\n", "malformed"},
		{"https://%31%32%37.0.0.1/", "malformed"},
		{"https://bücher.example/", "xn--"},
		{"https://１２７.0.0.1/", "xn--"},
		{"https://127。0。0。1/", "xn--"},
		{"https://a,b/", "host contains"},
	}
	for _, tt := range tests {
		t.Run(tt.url[:min(len(tt.url), 40)], func(t *testing.T) {
			t.Parallel()
			u, err := safehttp.CheckURL(tt.url)
			if tt.want == "" {
				if err != nil || u == nil {
					t.Errorf("refused: %v", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that mentions %q", err, tt.want)
			}
		})
	}
}

func TestCheckURLKeepsSecrets(t *testing.T) {
	t.Parallel()
	_, err := safehttp.CheckURL("https://example.com:x/?token=sesame")
	if err == nil || strings.Contains(err.Error(), "sesame") {
		t.Errorf("error %v shows the URL", err)
	}
}

// Spellings and names that mean an address without looking like it.
func TestCheckTargetDisguises(t *testing.T) {
	t.Parallel()
	c := setup(t, safehttp.Config{})
	tests := []struct{ host, kind string }{
		{"127.0.0.1.", "loopback"},
		{"127.1", "loopback"},
		{"127.0.1", "loopback"},
		{"2130706433", "loopback"},
		{"0x7f000001", "loopback"},
		{"0x7f.1", "loopback"},
		{"0X7F.0.0.0x1", "loopback"},
		{"0177.0.0.01", "loopback"},
		{"017700000001", "loopback"},
		{"0", "unspecified"},
		{"0x.0x.0", "unspecified"},
		{"10.65535", "private"},
		{"0xa9fea9fe", "link-local"},
		{"[0:0:0:0:0:ffff:7f00:1]", "IPv4-mapped"},
		{"[fe80::1%25eth0]", "link-local"},
		{"localhost", "loopback"},
		{"LocalHost.", "loopback"},
		{"app.localhost", "loopback"},
		{"localhost.localdomain", "loopback"},
		{"ip6-loopback", "loopback"},
		{"134744072", "write the host 134744072 as 8.8.8.8"},

		{"example.com", ""},
		{"notlocalhost", ""},
		{"1.2.3.4.5", ""},
		{"256.256.256.256", ""},
		{"4294967296", ""},
		{"0x7g.1", ""},
		{"08.1.1.1", ""},
		{"127.0.0.1.example.com", ""},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			t.Parallel()
			if got := blockedKind(t, c, "http://"+tt.host+":8080/hook"); got != tt.kind {
				t.Errorf("got %q, want %q", got, tt.kind)
			}
		})
	}
}
