// Package backoff says how long to wait before something is tried again.
//
// It knows two rhythms. A [Schedule] is the list of waits between the attempts
// of a webhook delivery, hours in all; it only computes, the caller stores the
// time and comes back later. [Retry] repeats a call on the spot, a few times
// within a second or so, for failures that pass by themselves: a serialization
// conflict, a connection that is refused while its server starts.
//
// Both spread their waits at random, so that callers which failed together do
// not return together. The package keeps no state, starts no goroutines and
// imports nothing of ours.
package backoff

import "time"

// jitter is the fraction by which a scheduled wait is moved up or down.
const jitter = 0.2

// Schedule lists the waits between attempts: its first entry follows the first
// attempt. A schedule of n waits therefore allows n+1 attempts; the zero value
// allows one.
type Schedule []time.Duration

// Default returns the schedule of webhook deliveries, the one that Standard
// Webhooks suggests: ten attempts, the last some 75 hours after the first.
func Default() Schedule {
	return Schedule{
		5 * time.Second,
		5 * time.Minute,
		30 * time.Minute,
		2 * time.Hour,
		5 * time.Hour,
		10 * time.Hour,
		14 * time.Hour,
		20 * time.Hour,
		24 * time.Hour,
	}
}

// After returns the wait that follows the given number of failed attempts, moved
// by up to 20 % either way. It is false when the schedule is exhausted. Numbers
// below 1 count as 1.
//
// rnd yields numbers in [0, 1); nil means no jitter.
func (s Schedule) After(attempt int, rnd func() float64) (time.Duration, bool) {
	i := max(attempt, 1) - 1
	if i >= len(s) {
		return 0, false
	}
	if rnd == nil {
		return s[i], true
	}
	factor := 1 - jitter + 2*jitter*rnd()
	return time.Duration(float64(s[i]) * factor), true
}
