package config_test

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/config"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]config.Demo{
		"demo": {ReceiverAddr: "127.0.0.1:8090", Rate: 30, Seed: 1},
		"demo --rate=3000 --seed 18446744073709551615 --receiver-addr :0": {ReceiverAddr: ":0", Rate: 3000, Seed: 1<<64 - 1},
	} {
		command, cli, err := config.Parse(strings.Fields(args), noEnv, io.Discard)
		if err != nil || command != config.CommandDemo || cli.Demo != want {
			t.Errorf("%s: got %s, %+v, %v", args, command, cli.Demo, err)
		}
	}
	for args, want := range map[string]string{
		"demo --rate 0":                       "--rate",
		"demo --rate 3001":                    "--rate",
		"demo --seed -1":                      "--seed",
		"demo --receiver-addr localhost":      "--receiver-addr",
		"demo --receiver-addr 127.0.0.1:http": "--receiver-addr",
		"--rate 30":                           "--rate",
	} {
		if _, _, err := config.Parse(strings.Fields(args), noEnv, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", args, err)
		}
	}
}

// Of each setting it is decided here whether a demonstration goes by it: a new one
// has to be thought of.
func TestThrowawayTouchesNothingReal(t *testing.T) {
	t.Parallel()
	keeps := []string{
		"Addr", "PublicURL", "RetentionDays", "AllowOrigins", "TrustProxies", "TokenRate", "AddressRate", "TokenSockets", "AppSockets",
		"TokenSubscriptions", "WebSocketCompression", "RequestTimeout", "LogLevel", "LogFormat",
	}
	set := map[string]string{
		"SLOTCAST_ADDR": "127.0.0.1:9000", "SLOTCAST_DATA_DIR": "/srv/slotcast", "DATABASE_URL": "postgres://db/real", "REDIS_URL": "redis://real",
		"SLOTCAST_PUBLIC_URL": "https://demo.example.org", "SLOTCAST_BOOKING_URL": "https://book.example.org", "SLOTCAST_OWNER_TOKEN": token,
		"SLOTCAST_ALLOW_TARGETS": "10.0.0.0/8", "SLOTCAST_EGRESS_PROXY": "http://proxy:3128", "SLOTCAST_RETENTION_DAYS": "3",
		"SLOTCAST_SMTP_URL": "smtp://mail", "SLOTCAST_ALERT_URL": "https://alert.example.org", "SLOTCAST_ALERT_SECRET": "whsec_x",
		"SLOTCAST_SECRET_KEYS": key, "SLOTCAST_ALLOW_ORIGINS": "https://a.example.org", "SLOTCAST_TRUST_PROXIES": "10.0.0.0/8",
		"SLOTCAST_TRUSTED_DOCUMENTS": "documents.json", "SLOTCAST_MIGRATE": "never", "SLOTCAST_INTROSPECTION": "off", "SLOTCAST_LOG_FORMAT": "json",
		"SLOTCAST_TOKEN_RATE": "7", "SLOTCAST_ADDRESS_RATE": "7", "SLOTCAST_TOKEN_SOCKETS": "7", "SLOTCAST_APP_SOCKETS": "7",
		"SLOTCAST_TOKEN_SUBSCRIPTIONS": "7", "SLOTCAST_WEBSOCKET_COMPRESSION": "on", "SLOTCAST_REQUEST_TIMEOUT": "7s", "SLOTCAST_LOG_LEVEL": "warn",
	}
	given, err := parse(t, set)
	if err != nil {
		t.Fatal(err)
	}
	got, ignored := given.Throwaway("/tmp/x", prefixes("127.0.0.0/8")...)
	want := config.Config{DataDir: "/tmp/x", AllowTargets: prefixes("127.0.0.0/8"), MigrateMode: config.MigrateAuto, Introspection: config.On}
	plain, err := parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	from, to := reflect.ValueOf(given), reflect.ValueOf(&want).Elem()
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		if reflect.DeepEqual(from.Field(i).Interface(), reflect.ValueOf(plain).Field(i).Interface()) {
			t.Errorf("the test leaves %s at its default", name)
		}
		if slices.Contains(keeps, name) {
			to.Field(i).Set(from.Field(i))
		}
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b config.Config) bool { return reflect.DeepEqual(a, b) })); diff != "" {
		t.Errorf("%s\n%+v\n%+v", diff, want, got)
	}
	if said := strings.Join(ignored, ", "); said != "SLOTCAST_DATA_DIR, SLOTCAST_DATABASE_URL or DATABASE_URL, SLOTCAST_REDIS_URL or REDIS_URL, "+
		"SLOTCAST_BOOKING_URL, SLOTCAST_OWNER_TOKEN, SLOTCAST_EGRESS_PROXY, SLOTCAST_SMTP_URL, SLOTCAST_ALERT_URL, SLOTCAST_ALERT_SECRET, "+
		"SLOTCAST_SECRET_KEYS, SLOTCAST_TRUSTED_DOCUMENTS" {
		t.Errorf("it says that it ignores %s", said)
	}
	if _, ignored := plain.Throwaway("/tmp/x"); len(ignored) > 0 {
		t.Errorf("without settings it ignores %v", ignored)
	}
}
