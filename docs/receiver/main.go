// Command receiver is the other end of a webhook, for trying things out: it
// prints each message that arrives and whether its signature is right, as an
// integrator's own program would check it.
//
//	SECRET=whsec_… go run ./docs/receiver
//
// It listens on 127.0.0.1:9000, or on what ADDR says.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func main() {
	if err := run(); err != nil {
		slog.Error("receiver", "error", err)
		os.Exit(1)
	}
}

func run() error {
	secret := os.Getenv("SECRET")
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil || secret == "" { // an empty one is a key like any other to the library
		return errors.New("set SECRET to the webhook's secret, whsec_ and base64")
	}
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:9000")
	slog.Info("waiting for messages", "url", "http://"+addr)
	server := &http.Server{Addr: addr, ReadTimeout: 10 * time.Second, Handler: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) { receive(w, r, hook) },
	)}
	return server.ListenAndServe()
}

func receive(w http.ResponseWriter, r *http.Request, hook *standardwebhooks.Webhook) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	verdict := "signature: valid"
	if err := hook.Verify(body, r.Header); err != nil {
		verdict = "signature: " + err.Error()
		w.WriteHeader(http.StatusUnauthorized)
	}
	_, _ = fmt.Fprintf(os.Stdout, "\n%s  attempt %s  %s\n%s\n",
		r.Header.Get("webhook-id"), r.Header.Get("Slotcast-Attempt"), verdict, body)
}
