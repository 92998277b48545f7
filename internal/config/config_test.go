package config_test

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/internal/config"
)

const (
	token    = "slc_0123456789abcdefghijABCDEFGHIJ012345"
	key      = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	otherKey = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="
)

// parse reads settings from an environment that holds nothing else.
func parse(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	_, cli, err := config.Parse(args, func(name string) string { return env[name] }, io.Discard)
	return cli.Config, err
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	embedded := config.Config{
		Addr:         "127.0.0.1:8080",
		DataDir:      "./data",
		PublicURL:    "http://127.0.0.1:8080",
		AllowTargets: prefixes("127.0.0.0/8", "::1/128"),
		MigrateMode:  config.MigrateAuto,
		LogLevel:     "info",
		LogFormat:    "text",

		RetentionDays: 30, TokenRate: 60000, AddressRate: 600, TokenSockets: 1000,
		AppSockets: 10000, TokenSubscriptions: 10000, WebSocketCompression: config.Off,
		RequestTimeout: 20 * time.Second, Introspection: config.On,
	}
	production := embedded
	production.DatabaseURL = "postgres://db/slotcast"
	production.AllowTargets = nil
	production.MigrateMode = config.MigrateNever
	production.Introspection = config.Off
	tests := []struct {
		name string
		env  map[string]string
		want config.Config
	}{
		{"nothing set", nil, embedded},
		{"empty variables", map[string]string{"SLOTCAST_ADDR": "", "DATABASE_URL": ""}, embedded},
		{"database URL", map[string]string{"DATABASE_URL": "postgres://db/slotcast"}, production},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parse(t, tt.env)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
				t.Error(diff)
			}
			if got.Embedded() != (tt.want.DatabaseURL == "") {
				t.Errorf("Embedded() = %v", got.Embedded())
			}
		})
	}
}

// Flags win over variables; our variables win over the general ones.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"SLOTCAST_ADDR":         ":7000",
		"SLOTCAST_DATABASE_URL": "postgres://ours/x",
		"DATABASE_URL":          "mysql://another/program",
		"REDIS_URL":             "rediss://cache:6380/1",
		"SLOTCAST_PUBLIC_URL":   "https://meet.example/slotcast/",
		"SLOTCAST_OWNER_TOKEN":  token,
		"SLOTCAST_LOG_LEVEL":    "debug",

		"SLOTCAST_RETENTION_DAYS":  "7",
		"SLOTCAST_ALERT_SECRET":    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"SLOTCAST_SECRET_KEYS":     key + ", " + otherKey + ",",
		"SLOTCAST_ALLOW_ORIGINS":   "https://app.example.org, http://localhost:3000",
		"SLOTCAST_TRUST_PROXIES":   "10.0.0.0/8",
		"SLOTCAST_TOKEN_RATE":      "0",
		"SLOTCAST_ADDRESS_RATE":    "60",
		"SLOTCAST_TOKEN_SOCKETS":   "5",
		"SLOTCAST_APP_SOCKETS":     "6",
		"SLOTCAST_REQUEST_TIMEOUT": "1m",
	}
	c, err := parse(t, env, "--addr=0.0.0.0:9000", "--migrate", "auto", "--introspection=on", "--request-timeout=150ms",
		"--token-subscriptions=7", "--websocket-compression=on")
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Addr:        "0.0.0.0:9000",
		DataDir:     "./data",
		DatabaseURL: "postgres://ours/x",
		RedisURL:    "rediss://cache:6380/1",
		PublicURL:   "https://meet.example/slotcast",
		OwnerToken:  token,
		MigrateMode: config.MigrateAuto,
		LogLevel:    "debug",
		LogFormat:   "text",

		RetentionDays: 7, AlertSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",

		SecretKeys:   []string{key, otherKey},
		AllowOrigins: []string{"https://app.example.org", "http://localhost:3000"},
		TrustProxies: prefixes("10.0.0.0/8"),
		AddressRate:  60, TokenSockets: 5, AppSockets: 6, TokenSubscriptions: 7, WebSocketCompression: config.On,
		RequestTimeout: 150 * time.Millisecond, Introspection: config.On,
	}
	if diff := cmp.Diff(want, c, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
	if c.Level() != slog.LevelDebug {
		t.Errorf("level %v", c.Level())
	}
}

func TestPublicURLCanBeOpened(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		":8080":           "http://localhost:8080",
		"0.0.0.0:80":      "http://localhost:80",
		"[::]:80":         "http://localhost:80",
		"[::1]:80":        "http://[::1]:80",
		"10.0.0.1:80":     "http://10.0.0.1:80",
		"host.example:80": "http://host.example:80",
	} {
		if c, err := parse(t, nil, "--addr", addr); err != nil || c.PublicURL != want {
			t.Errorf("%s: got %s, %v; want %s", addr, c.PublicURL, err, want)
		}
	}
}

func TestAllowTargets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		value string
		want  []netip.Prefix
	}{
		{"10.1.0.0/16", prefixes("10.1.0.0/16")},
		{" 10.1.2.3/16 , fd00::/8,", prefixes("10.1.0.0/16", "fd00::/8")},
		{"10.0.0.1,::1", prefixes("10.0.0.1/32", "::1/128")},
		{"none", prefixes()},
	}
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			t.Parallel()
			byEnv, err := parse(t, map[string]string{"SLOTCAST_ALLOW_TARGETS": tt.value})
			if err != nil {
				t.Fatal(err)
			}
			byFlag, err := parse(t, nil, "--allow-targets", tt.value)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range []config.Config{byEnv, byFlag} {
				if diff := cmp.Diff(tt.want, got.AllowTargets, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// Every complaint names the setting and says what to write, without secrets.
func TestMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ setting, value, advice string }{
		{"SLOTCAST_ADDR", "8080", "host:port"},
		{"SLOTCAST_ADDR", "localhost:http", "host:port"},
		{"SLOTCAST_ADDR", "localhost:65536", "host:port"},
		{"DATABASE_URL", "mysql://root:sesame@db/x", "postgres://"},
		{"SLOTCAST_DATABASE_URL", "postgres://u:sesame@db:port/x", "postgres://"},
		{"REDIS_URL", "sesame:6379", "redis://"},
		{"SLOTCAST_PUBLIC_URL", "meet.example", "http://"},
		{"SLOTCAST_EGRESS_PROXY", "http://u:sesame@proxy:99999", "from 1 to 65535"},
		{"SLOTCAST_SMTP_URL", "smtp://u:sesame@mail:0?from=a@example.org", "from 1 to 65535"},
		{"SLOTCAST_OWNER_TOKEN", "sesame", "slc_ and 36"},
		{"SLOTCAST_OWNER_TOKEN", token[:len(token)-1] + "-", "slc_ and 36"},
		{"SLOTCAST_ALLOW_TARGETS", "10.0.0.0/33", "such as 10.1.0.0/16"},
		{"SLOTCAST_ALLOW_TARGETS", "10.0.0.1,localhost", `"localhost" is not a network`},
		{"SLOTCAST_ALLOW_TARGETS", "::ffff:10.0.0.0/104", "such as 10.1.0.0/16"},
		{"SLOTCAST_MIGRATE", "yes", "auto or never"},
		{"SLOTCAST_LOG_LEVEL", "loud", "debug or info"},
		{"SLOTCAST_LOG_FORMAT", "xml", "text or json"},
		{"SLOTCAST_INTROSPECTION", "yes", "on or off"},
		{"SLOTCAST_TOKEN_RATE", "-1", "0 for no limit"},
		{"SLOTCAST_TOKEN_RATE", "many", "int"},
		{"SLOTCAST_REQUEST_TIMEOUT", "soon", "duration"},
		{"SLOTCAST_TRUST_PROXIES", "everyone", "such as 10.1.0.0/16"},
		{"SLOTCAST_ADDRESS_RATE", "-1", "0 for no limit"},
		{"SLOTCAST_TOKEN_SOCKETS", "-1", "0 for no limit"},
		{"SLOTCAST_APP_SOCKETS", "-1", "0 for no limit"},
		{"SLOTCAST_TOKEN_SUBSCRIPTIONS", "-1", "0 for no limit"},
		{"SLOTCAST_WEBSOCKET_COMPRESSION", "deflate", "on or off"},
		{"SLOTCAST_REQUEST_TIMEOUT", "0s", "between 100ms and 10m"},
		{"SLOTCAST_REQUEST_TIMEOUT", "11m", "between 100ms and 10m"},
		{"SLOTCAST_ALLOW_ORIGINS", "app.example.org", "https://app.example.org"},
		{"SLOTCAST_ALLOW_ORIGINS", "https://app.example.org/", "https://app.example.org"},
		{"SLOTCAST_ALLOW_ORIGINS", "https://u:p@app.example.org", "https://app.example.org"},
		{"SLOTCAST_ALLOW_ORIGINS", "https://app.example.org,ftp://example.org", `"ftp://example.org"`},
		{"SLOTCAST_SECRET_KEYS", "sesame", "key 1 of 1"},
		{"SLOTCAST_SECRET_KEYS", key + ",c2VzYW1l", "key 2 of 2"},
		{"SLOTCAST_SECRET_KEYS", key + "," + key, "there twice"},
	}
	for _, tt := range tests {
		t.Run(tt.setting+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, map[string]string{tt.setting: tt.value})
			if err == nil {
				t.Fatal("accepted")
			}
			if text := err.Error(); !strings.Contains(text, tt.setting) || !strings.Contains(text, tt.advice) ||
				strings.Contains(text, "sesame") || strings.Contains(text, key) {
				t.Errorf("error %q should mention %s and %q, and not the value", text, tt.setting, tt.advice)
			}
		})
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	env := map[string]string{"SLOTCAST_ADDR": "x", "SLOTCAST_LOG_LEVEL": "x", "SLOTCAST_PUBLIC_URL": "x"}
	_, err := parse(t, env)
	for name := range maps.Keys(env) {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is missing in: %v", name, err)
		}
	}
}

func TestLogShowsNoSecrets(t *testing.T) {
	t.Parallel()
	c, err := parse(t, map[string]string{
		"DATABASE_URL":         "postgres://u:sesame@db/x?password=sesame",
		"REDIS_URL":            "redis://:sesame@cache:6379",
		"SLOTCAST_OWNER_TOKEN": token,
		"SLOTCAST_SECRET_KEYS": key,
	})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	slog.New(slog.NewTextHandler(&out, nil)).Info("starting", "config", c)
	if strings.Contains(out.String(), "sesame") || strings.Contains(out.String(), token) || strings.Contains(out.String(), key) {
		t.Errorf("a secret shows in %s", &out)
	}
	if !strings.Contains(out.String(), "config.database_url=postgres://db/x") {
		t.Errorf("the database is missing in %s", &out)
	}
}

// Origins with any host, or all of them.
func TestAllowOrigins(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"*", "https://app.example.org", "http://localhost:3000,*", "http://[::1]:3000"} {
		c, err := parse(t, map[string]string{"SLOTCAST_ALLOW_ORIGINS": value})
		if got := strings.Join(c.AllowOrigins, ","); err != nil || got != value {
			t.Errorf("%s: %s, %v", value, got, err)
		}
	}
}

// Secrets has all that a log must not show, the longest first, and nothing empty.
func TestSecrets(t *testing.T) {
	t.Parallel()
	c := config.Config{
		DatabaseURL: "postgres://u:p%2Fw@db/x?sslpassword=a%26b&sslmode=require", RedisURL: "redis://:sesame@cache:6379",
		PublicURL: "https://meet.example.org", OwnerToken: token, SecretKeys: []string{key},
	}
	got := c.Secrets()
	want := []string{key, token, "sesame", "a%26b", "p%2Fw", "a&b", "p/w"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := (config.Config{PublicURL: "http://localhost"}).Secrets(); len(got) != 0 {
		t.Errorf("without any: %q", got)
	}
	if got := (config.Config{DataDir: "./data"}).KeyFile(); got != "data/secret.keys" {
		t.Errorf("the key file is %s", got)
	}
}

func ExampleParse() {
	env := map[string]string{"DATABASE_URL": "postgres://db.internal/slotcast"}
	getenv := func(name string) string { return env[name] }

	command, cli, err := config.Parse([]string{"--addr=:9000"}, getenv, io.Discard)
	fmt.Println(command, cli.PublicURL, cli.Embedded(), cli.MigrateMode, err)
	// Output: serve http://localhost:9000 false never <nil>
}
