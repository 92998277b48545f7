package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// receiver takes webhooks as fast as net/http can, on a port for each webhook:
// to the sender they are different hosts. It notes when each message came.
type receiver struct {
	server *http.Server
	urls   []string
	ended  sync.WaitGroup
	count  atomic.Int64

	mu       sync.Mutex
	arrivals []arrival
}

type arrival struct {
	eventID string
	at      time.Time
}

// newReceiver's owner calls close.
func newReceiver(ctx context.Context, ports int) (*receiver, error) {
	r := &receiver{}
	r.server = &http.Server{Handler: http.HandlerFunc(r.take), ReadHeaderTimeout: 5 * time.Second}
	for range ports {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(fmt.Errorf("starting the receiver: %w", err), r.close())
		}
		r.urls = append(r.urls, "http://"+l.Addr().String()+"/")
		r.ended.Go(func() { label(ctx, "receiver", func(context.Context) { _ = r.server.Serve(l) }) })
	}
	return r, nil
}

func (r *receiver) close() error {
	err := r.server.Close()
	r.ended.Wait()
	return err
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	at := time.Now()
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return // the sender gave up
	}
	r.mu.Lock()
	r.arrivals = append(r.arrivals, arrival{req.Header.Get("webhook-id"), at})
	r.mu.Unlock()
	r.count.Add(1)
	w.WriteHeader(http.StatusOK)
}

// reset forgets what came, and returns it.
func (r *receiver) reset() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	came := r.arrivals
	r.arrivals = nil
	r.count.Store(0)
	return came
}

// came reports whether n messages have come since the last reset.
func (r *receiver) came(n int) func() (bool, error) {
	return func() (bool, error) { return r.count.Load() >= int64(n), nil }
}
