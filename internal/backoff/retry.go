package backoff

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Policy bounds a [Retry]. The zero value makes five attempts with waits of
// about 10, 20, 40 and 80 ms, whatever the error.
type Policy struct {
	// Attempts counts all calls, the first included. 0 means 5.
	Attempts int
	// Base is the wait after the first failure; it doubles with each further
	// one. 0 means 10 ms.
	Base time.Duration
	// Max caps a single wait. 0 means 1 s.
	Max time.Duration
	// Retryable tells failures that may pass from those that will not. nil
	// means that all may.
	Retryable func(error) bool
	// Rand yields numbers in [0, 1); nil means math/rand.
	Rand func() float64
}

// Retry calls do until it succeeds, fails for good, has been called
// p.Attempts times, or ctx ends. The context is looked at between calls only:
// do is expected to honour the one it is given.
//
// An error that is not retryable comes back as it is. Otherwise the last error
// of do is wrapped, and if the context ended the wait, so is its cause.
func Retry(ctx context.Context, p Policy, do func(context.Context) error) error {
	p = p.withDefaults()
	for n := 1; ; n++ {
		err := do(ctx)
		if err == nil || !p.Retryable(err) {
			return err
		}
		if n >= p.Attempts {
			return fmt.Errorf("gave up after %d attempts: %w", n, err)
		}
		if cause := Wait(ctx, p.delay(n)); cause != nil {
			return fmt.Errorf("gave up after %d attempts: %w: %w", n, cause, err)
		}
	}
}

func (p Policy) withDefaults() Policy {
	p.Attempts = cmp.Or(p.Attempts, 5)
	p.Base = cmp.Or(p.Base, 10*time.Millisecond)
	p.Max = cmp.Or(p.Max, time.Second)
	if p.Retryable == nil {
		p.Retryable = func(error) bool { return true }
	}
	if p.Rand == nil {
		p.Rand = rand.Float64
	}
	return p
}

// delay is the wait after the n-th failure: half of it fixed, so that no retry
// comes at once, and half at random.
func (p Policy) delay(n int) time.Duration {
	d := min(p.Base, p.Max)
	for range n - 1 {
		if d >= p.Max/2 {
			d = p.Max
			break
		}
		d *= 2
	}
	return d/2 + time.Duration(p.Rand()*float64(d/2))
}

// Wait returns nil after d, or the cause if ctx ends first.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
