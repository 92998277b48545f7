package backoff_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/backoff"
)

var errBusy = errors.New("busy")

// failing returns a call that fails n times, and the times at which it was called.
func failing(n int) (func(context.Context) error, *[]time.Duration) {
	start := time.Now()
	var calls []time.Duration
	return func(context.Context) error {
		calls = append(calls, time.Since(start))
		if len(calls) <= n {
			return errBusy
		}
		return nil
	}, &calls
}

func TestRetrySucceedsAfterFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		do, calls := failing(4)
		p := backoff.Policy{Max: 50 * time.Millisecond, Rand: func() float64 { return 0.5 }}
		if err := backoff.Retry(t.Context(), p, do); err != nil {
			t.Fatal(err)
		}
		// Three quarters of 10, 20, 40 and 50 ms, added up.
		want := []int64{0, 7500, 22500, 52500, 90000}
		var got []int64
		for _, at := range *calls {
			got = append(got, at.Microseconds())
		}
		if !slices.Equal(got, want) {
			t.Errorf("called after %v µs, want %v", got, want)
		}
	})
}

func TestRetryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		do, calls := failing(100)
		err := backoff.Retry(t.Context(), backoff.Policy{Attempts: 3}, do)
		if !errors.Is(err, errBusy) || len(*calls) != 3 {
			t.Errorf("%d calls, error %v; want 3 calls, %v", len(*calls), err, errBusy)
		}
	})
}

func TestRetryStopsAtOtherErrors(t *testing.T) {
	t.Parallel()
	do, calls := failing(100)
	p := backoff.Policy{Retryable: func(err error) bool { return !errors.Is(err, errBusy) }}
	if err := backoff.Retry(t.Context(), p, do); err == nil || err.Error() != errBusy.Error() || len(*calls) != 1 {
		t.Errorf("%d calls, error %v; want 1 call and the error unchanged", len(*calls), err)
	}
}

func TestRetryStopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shutdown := errors.New("shutting down")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, shutdown)
		defer cancel()
		do, calls := failing(100)
		err := backoff.Retry(ctx, backoff.Policy{Base: time.Hour, Max: time.Hour}, do)
		if !errors.Is(err, shutdown) || !errors.Is(err, errBusy) || len(*calls) != 1 {
			t.Errorf("%d calls, error %v; want 1 call and both reasons", len(*calls), err)
		}
	})
}

func TestRetryDelayNeverOverflows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		do, calls := failing(199)
		start := time.Now()
		p := backoff.Policy{Attempts: 200, Rand: func() float64 { return 0 }}
		if err := backoff.Retry(t.Context(), p, do); err != nil {
			t.Fatal(err)
		}
		if total := time.Since(start); len(*calls) != 200 || total > 200*time.Second {
			t.Errorf("%d calls in %v", len(*calls), total)
		}
	})
}
