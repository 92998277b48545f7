package main

import (
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"slotcast/internal/config"
)

// out is a log that several goroutines write.
type out struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *out) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// Nothing secret gets into the log: not through errors, not through the standard
// library's log, and not through a panic that a server survives.
func TestLogsShowNoSecrets(t *testing.T) { // not parallel: it replaces the default logger
	const token, password, key = "slc_0123456789abcdefghijABCDEFGHIJ012345", "a-database-password", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	defer slog.SetDefault(slog.Default())
	for _, format := range []string{"text", "json"} {
		c := config.Config{
			LogLevel: "debug", LogFormat: format, OwnerToken: token, SecretKeys: []string{key},
			DatabaseURL: "postgres://slotcast:" + password + "@db/slotcast", PublicURL: "http://localhost",
		}
		o := &out{}
		logger := slog.New(handler(c, o))
		slog.SetDefault(logger)
		logger.Debug("settings", "config", c, "whole", fmt.Sprintf("%+v", c))
		slog.Error("connecting", "error", errors.New("the password "+password+" is wrong"))
		log.Printf("the key %s of %s", key, token)

		server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			panic("nothing at " + r.URL.String())
		}))
		server.Config.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
		server.Start()
		if answer, err := server.Client().Get(server.URL + "/?token=" + token); err == nil {
			_ = answer.Body.Close()
		}
		server.Close()

		text := o.text.String()
		for _, secret := range []string{token[4:], password, key} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows in\n%s", secret, text)
			}
		}
		if strings.Count(text, "[redacted]") < 5 || !strings.Contains(text, "goroutine") || strings.Count(text, "\n") != 4 {
			t.Errorf("the log is\n%s", text)
		}
	}
}
