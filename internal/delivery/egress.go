package delivery

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/internal/backoff"
	"slotcast/internal/safehttp"
)

const (
	egressFirst = time.Second      // until the first look whether a broken egress proxy works again
	egressLast  = 30 * time.Second // at most until the next ones
	egressTold  = time.Minute      // between two times that the log says so
)

// egress is what is known of the egress proxy. While that is broken, every message
// to everybody fails, and no receiver is to blame: they wait, no attempt is used up
// and no webhook becomes DEGRADED. One of them is sent now and then to find out.
// The zero value is a proxy that works, or none.
type egress struct {
	broken atomic.Bool

	mu   sync.Mutex
	wait time.Duration // between looks
	next time.Time     // the next one
	told time.Time
}

// pass waits until a message may be sent, and returns false where ctx ends before.
func (e *egress) pass(ctx context.Context, poll time.Duration) bool {
	for !e.admits(time.Now()) {
		if backoff.Wait(ctx, poll) != nil {
			return false
		}
	}
	return true
}

func (e *egress) admits(now time.Time) bool {
	if !e.broken.Load() {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Before(e.next) {
		return false
	}
	e.next = now.Add(e.wait)
	return true
}

// fails notes that the proxy is broken, and reports whether it is time to say so.
func (e *egress) fails(now time.Time) (tell bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case !e.broken.Swap(true):
		e.wait, e.next = egressFirst, now.Add(egressFirst)
	case !now.Before(e.next.Add(-e.wait / 2)): // what began before it was known says nothing new
		e.wait = min(2*e.wait, egressLast)
		e.next = now.Add(e.wait)
	}
	if tell = now.Sub(e.told) >= egressTold; tell {
		e.told = now
	}
	return tell
}

// works reports whether that is news.
func (e *egress) works() bool {
	if !e.broken.Load() {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = time.Time{}
	return e.broken.Swap(false)
}

// looksAtEgress learns from an attempt about the proxy, and reports whether that is
// why there is no answer.
func (w *Worker) looksAtEgress(ctx context.Context, o outcome) (failed bool) {
	refused, ok := errors.AsType[*safehttp.ProxyError](o.err)
	switch {
	case ok && refused.Broken:
		if w.egress.fails(time.Now()) {
			w.cfg.Logger.ErrorContext(ctx, "egress_proxy_broken", "error", refused)
		}
		return true
	case ok || o.err == nil: // somebody has answered
		if w.egress.works() {
			w.cfg.Logger.InfoContext(ctx, "egress_proxy_works")
		}
	}
	return false
}
