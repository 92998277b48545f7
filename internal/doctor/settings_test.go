package doctor_test

import (
	"net"
	"strings"
	"testing"

	"slotcast/internal/doctor"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog/redistail/redistest"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	const nowhere = "postgres://127.0.0.1:1/d?sslmode=disable"
	tests := []struct {
		name string
		env  env
		want string // part of a warning; empty: there is none
	}{
		{"nothing set", env{}, ""},
		{"all interfaces, no public URL", env{"SLOTCAST_ADDR": ":8080"}, "which others cannot reach"},
		{"all interfaces, a public URL", env{"SLOTCAST_ADDR": ":8080", "SLOTCAST_PUBLIC_URL": "https://meet.example.com"}, ""},
		{"behind a proxy", env{"SLOTCAST_PUBLIC_URL": "https://meet.example.com"}, ""},
		{"unencrypted", env{"SLOTCAST_PUBLIC_URL": "http://meet.example.com"}, "not https"},
		{"unencrypted at home", env{"SLOTCAST_ADDR": ":80", "SLOTCAST_PUBLIC_URL": "http://10.0.0.8"}, ""},
		{"a name without a domain", env{"SLOTCAST_ADDR": ":80", "SLOTCAST_PUBLIC_URL": "http://slotcast:8080"}, ""},
		{"inner targets", env{"DATABASE_URL": nowhere, "SLOTCAST_ALLOW_TARGETS": "10.1.0.0/16"}, "may reach 10.1.0.0/16:"},
		{"all targets", env{"DATABASE_URL": nowhere, "SLOTCAST_ALLOW_TARGETS": "::/0"}, "may reach ::1/128, fc00::/7, fe80::/10:"},
		{"inner targets, embedded", env{"SLOTCAST_ALLOW_TARGETS": "10.1.0.0/16"}, ""},
		{"a test network", env{"DATABASE_URL": nowhere, "SLOTCAST_ALLOW_TARGETS": "198.18.0.0/15"}, ""},
		{"Redis, embedded", env{"REDIS_URL": "redis://127.0.0.1:1"}, "has only one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.env["SLOTCAST_DATA_DIR"] = t.TempDir()
			var warnings []string
			for _, l := range findings(t, doctor.Config{Settings: tt.env.settings(t)}) {
				if strings.HasPrefix(l, "warning settings") {
					warnings = append(warnings, l)
				}
			}
			if got := strings.Join(warnings, "\n"); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) || len(warnings) > 1 {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEgressProxy(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	look := func() []string {
		proxy := "http://slotcast:s3same@" + l.Addr().String()
		return findings(t, doctor.Config{Settings: env{"SLOTCAST_EGRESS_PROXY": proxy, "SLOTCAST_DATA_DIR": t.TempDir()}.settings(t)})
	}
	there := look()
	says(t, there, "ok settings: webhooks go through the proxy at "+l.Addr().String())
	if all := strings.Join(there, "\n"); strings.Contains(all, "egress proxy") || strings.Contains(all, "s3same") {
		t.Errorf("findings:\n%s", all)
	}
	_ = l.Close()
	says(t, look(), "failure settings: the egress proxy "+l.Addr().String()+" does not answer")
}

func TestRedis(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "ok redis: it is a cache"},
		{[]string{"--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"}, "ok redis: may evict streams (allkeys-lru)"},
		{[]string{"--maxmemory", "64mb", "--maxmemory-policy", "noeviction"}, "ok redis: takes no more events"},
		{[]string{"--replicaof", "127.0.0.1", "1"}, "failure redis: it is a replica"},
		{[]string{"--rename-command", "INFO", ""}, "warning redis: says nothing about itself"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, tt.args...)
			lines := findings(t, doctor.Config{Settings: env{"REDIS_URL": server.URL(), "SLOTCAST_DATA_DIR": t.TempDir()}.settings(t)})
			says(t, lines, tt.want)
		})
	}
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	token := "slc_" + strings.Repeat("a", 36)
	e := env{
		"SLOTCAST_OWNER_TOKEN": token,
		"DATABASE_URL":         "postgres://user:ge%2Fheim@127.0.0.1:1/d?password=other&sslpassword=third&sslmode=geheim",
		"REDIS_URL":            "redis://:fourth@127.0.0.1:1/x",
		"SLOTCAST_PUBLIC_URL":  "http://a:fifth@example.com",
	}
	secrets := []string{token, "ge%2Fheim", "ge/heim", "other", "third", "fourth", "fifth"}
	var out strings.Builder
	err := doctor.Report(t.Context(), &out, doctor.Config{Settings: e.settings(t)})
	if err == nil {
		t.Error("no problem was found")
	}
	text := out.String() + doctor.Hide(e.settings(t), strings.Join(secrets, "\n"))
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%q is shown in\n%s", secret, text)
		}
	}
}

// A password may be one of our own words.
func TestAdviceStaysReadable(t *testing.T) {
	t.Parallel()
	url := strings.Replace(entdbtest.EmptyPostgresURL(t), "postgres@", "postgres:slotcast@", 1)
	var out strings.Builder
	err := doctor.Report(t.Context(), &out, doctor.Config{Settings: env{"DATABASE_URL": url}.settings(t)})
	if err == nil || !strings.Contains(out.String(), "then run slotcast migrate up") {
		t.Errorf("%v after\n%s", err, &out)
	}
}
