package ratelimit_test

import (
	"testing"
	"time"

	"slotcast/internal/ratelimit"
)

func TestPerMinute(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]ratelimit.Rate{
		0: {}, -1: {}, 1: {Requests: 1, Per: time.Minute}, 600: {Requests: 600, Per: time.Minute},
	} {
		if got := ratelimit.PerMinute(n); got != want || got.Unlimited() != (n <= 0) {
			t.Errorf("%d: %+v, unlimited %v", n, got, got.Unlimited())
		}
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	rate := ratelimit.PerMinute(60) // one a second
	for name, tt := range map[string]struct {
		tokens  float64
		allowed bool
		want    ratelimit.Result
	}{
		"full":           {60, true, ratelimit.Result{Allowed: true, Limit: 60, Remaining: 60}},
		"with a half":    {9.5, true, ratelimit.Result{Allowed: true, Limit: 60, Remaining: 9, Reset: 50500 * time.Millisecond}},
		"rounded off":    {9.99999, true, ratelimit.Result{Allowed: true, Limit: 60, Remaining: 10, Reset: 50000010 * time.Microsecond}},
		"refused":        {0.25, false, ratelimit.Result{Limit: 60, Reset: 59750 * time.Millisecond, RetryAfter: 750 * time.Millisecond}},
		"refused, ready": {1, false, ratelimit.Result{Limit: 60, Remaining: 1, Reset: 59 * time.Second, RetryAfter: time.Microsecond}},
	} {
		got := rate.At(tt.tokens, tt.allowed)
		got.Reset, got.RetryAfter = got.Reset.Round(time.Microsecond), got.RetryAfter.Round(time.Microsecond)
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
