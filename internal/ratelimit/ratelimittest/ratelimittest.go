// Package ratelimittest is what every rate limiter has to pass.
package ratelimittest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/ratelimit"
)

// Limiter is what the suite tests.
type Limiter interface {
	Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result
}

// three an hour: none comes back while a test runs.
var three = ratelimit.Rate{Requests: 3, Per: time.Hour}

// Run runs the suite. fresh returns a limiter that has counted nothing yet.
func Run(t *testing.T, fresh func(t *testing.T) Limiter) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Limiter){
		"a bucket is emptied": emptied, "a look takes nothing": look, "a cost is taken whole or not": costs,
		"keys have buckets of their own": keys, "requests come back": refilled, "callers at once": together,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

func emptied(t *testing.T, l Limiter) {
	for left := 2; left >= 0; left-- {
		r := l.Take(t.Context(), "key", three, 1)
		if !r.Allowed || r.Limit != 3 || r.Remaining != left || r.RetryAfter != 0 {
			t.Errorf("with %d left: %+v", left, r)
		}
		if want := time.Duration(3-left) * 20 * time.Minute; !near(r.Reset, want) {
			t.Errorf("with %d left it is full in %v, want %v", left, r.Reset, want)
		}
	}
	for range 3 { // a refusal takes nothing
		r := l.Take(t.Context(), "key", three, 1)
		if r.Allowed || r.Limit != 3 || r.Remaining != 0 || !near(r.Reset, time.Hour) || !near(r.RetryAfter, 20*time.Minute) {
			t.Errorf("empty: %+v", r)
		}
	}
}

// near allows for the time that the test has taken.
func near(got, want time.Duration) bool {
	return got <= want+time.Millisecond && got > want-time.Minute
}

func look(t *testing.T, l Limiter) {
	for range 5 {
		if r := l.Take(t.Context(), "key", three, 0); !r.Allowed || r.Remaining != 3 || !near(r.Reset, 0) || r.RetryAfter != 0 {
			t.Errorf("full: %+v", r)
		}
	}
	for range 3 {
		l.Take(t.Context(), "key", three, 1)
	}
	if r := l.Take(t.Context(), "key", three, 0); r.Allowed || r.Remaining != 0 || !near(r.RetryAfter, 20*time.Minute) {
		t.Errorf("empty: %+v", r)
	}
}

func costs(t *testing.T, l Limiter) {
	for _, step := range []struct {
		cost    int
		allowed bool
		left    int
	}{{2, true, 1}, {2, false, 1}, {1, true, 0}, {4, false, 0}} {
		r := l.Take(t.Context(), "key", three, step.cost)
		if r.Allowed != step.allowed {
			t.Errorf("taking %d: %+v", step.cost, r)
		}
		if r := l.Take(t.Context(), "key", three, 0); r.Remaining != step.left {
			t.Errorf("after taking %d: %+v, want %d left", step.cost, r, step.left)
		}
	}
}

func keys(t *testing.T, l Limiter) {
	for range 4 {
		l.Take(t.Context(), "one", three, 1)
	}
	if r := l.Take(t.Context(), "other", three, 1); !r.Allowed || r.Remaining != 2 {
		t.Errorf("the other key: %+v", r)
	}
}

func refilled(t *testing.T, l Limiter) {
	quick := ratelimit.Rate{Requests: 2, Per: 20 * time.Millisecond}
	for range 3 { // each time there is one again after a while
		for l.Take(t.Context(), "key", quick, 1).Allowed {
		}
		until(t, func() bool { return l.Take(t.Context(), "key", quick, 0).Allowed })
	}
	until(t, func() bool { return l.Take(t.Context(), "key", quick, 0).Remaining == 2 })
}

func until(t *testing.T, condition func() bool) {
	t.Helper()
	const patience = 10 * time.Second
	for began := time.Now(); !condition(); {
		if time.Since(began) > patience {
			t.Fatal("nothing has come back")
		}
	}
}

func together(t *testing.T, l Limiter) {
	rate := ratelimit.Rate{Requests: 50, Per: time.Hour}
	var allowed atomic.Int64
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for range 10 {
				if l.Take(t.Context(), "key", rate, 1).Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	callers.Wait()
	if n := allowed.Load(); n != 50 {
		t.Errorf("%d of 100 requests were allowed, want 50", n)
	}
}
