package ratelimit

import "time"

// Rate is how many requests there may be in how much time. Its zero value is no
// limit; the limiters do not take it.
type Rate struct {
	Requests int
	Per      time.Duration
}

// PerMinute returns a rate of n requests a minute; of no limit for 0.
func PerMinute(n int) Rate {
	if n <= 0 {
		return Rate{}
	}
	return Rate{Requests: n, Per: time.Minute}
}

// Unlimited reports whether there is no limit.
func (r Rate) Unlimited() bool { return r.Requests <= 0 }

// Result is what became of a request, and of its key's bucket.
type Result struct {
	Allowed    bool
	Limit      int           // the bucket's size
	Remaining  int           // whole requests in the bucket now
	Reset      time.Duration // until the bucket is full
	RetryAfter time.Duration // until the bucket has a request again; 0 where Allowed
}

// At returns the result for a bucket that has tokens left, and may say so with a
// fraction. The limiters share it.
func (r Rate) At(tokens float64, allowed bool) Result {
	const rounding = 1e-4 // what counting in floating point may lose
	out := Result{Allowed: allowed, Limit: r.Requests, Remaining: max(0, int(tokens+rounding))}
	out.Reset = r.refill(float64(r.Requests) - tokens)
	if !allowed {
		out.RetryAfter = max(r.refill(1-tokens), time.Microsecond)
	}
	return out
}

// After returns the result of a refusal that holds for so long.
func (r Result) After(d time.Duration) Result {
	r.RetryAfter = d
	return r
}

// refill is the time in which so many requests come back.
func (r Rate) refill(tokens float64) time.Duration {
	return max(0, time.Duration(tokens/float64(r.Requests)*float64(r.Per)))
}
