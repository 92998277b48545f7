package locallimit_test

import (
	"fmt"
	"testing"
	"time"

	"slotcast/internal/ratelimit"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/ratelimit/ratelimittest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	ratelimittest.Run(t, func(*testing.T) ratelimittest.Limiter { return locallimit.New(locallimit.Config{}) })
}

// TestRequestsComeBack: one of three a minute every twenty seconds, to the
// moment that a refusal has named.
func TestRequestsComeBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	l := locallimit.New(locallimit.Config{Now: func() time.Time { return now }})
	rate := ratelimit.PerMinute(3)
	take := func() ratelimit.Result { return l.Take(t.Context(), "key", rate, 1) }
	for range 3 {
		if r := take(); !r.Allowed {
			t.Fatalf("%+v", r)
		}
	}
	for range 5 {
		r := take()
		if r.Allowed || r.RetryAfter > 20*time.Second || r.RetryAfter < 19*time.Second {
			t.Fatalf("empty: %+v", r)
		}
		now = now.Add(r.RetryAfter - time.Millisecond)
		if r := take(); r.Allowed {
			t.Errorf("a millisecond before the time: %+v", r)
		}
		now = now.Add(time.Millisecond)
		if r := take(); !r.Allowed || r.Remaining != 0 {
			t.Errorf("at the time: %+v", r)
		}
	}
	now = now.Add(time.Hour)
	if r := take(); r.Remaining != 2 {
		t.Errorf("after an hour: %+v", r)
	}
}

// TestKeysAreBounded: the key that has been silent longest is forgotten.
func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	l := locallimit.New(locallimit.Config{Keys: 10})
	rate := ratelimit.Rate{Requests: 2, Per: time.Hour}
	l.Take(t.Context(), "silent", rate, 1)
	for n := range 100 {
		l.Take(t.Context(), "busy", rate, 1)
		l.Take(t.Context(), fmt.Sprint(n), rate, 1)
	}
	if r := l.Take(t.Context(), "busy", rate, 0); r.Allowed {
		t.Errorf("the busy key was forgotten: %+v", r)
	}
	if r := l.Take(t.Context(), "silent", rate, 0); r.Remaining != 2 {
		t.Errorf("the silent key was kept: %+v", r)
	}
}

// TestAnotherRate: settings that change do not meet the old bucket.
func TestAnotherRate(t *testing.T) {
	t.Parallel()
	l := locallimit.New(locallimit.Config{})
	l.Take(t.Context(), "key", ratelimit.PerMinute(1), 1)
	if r := l.Take(t.Context(), "key", ratelimit.PerMinute(5), 1); r.Remaining != 4 || r.Limit != 5 {
		t.Errorf("%+v", r)
	}
}
