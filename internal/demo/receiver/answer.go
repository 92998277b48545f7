package receiver

import "net/http"

// Answer is how a name answers.
type Answer string

// The answers. Each is the status that is sent, but for the last two.
const (
	OK      Answer = "200"
	Moved   Answer = "301"
	Gone    Answer = "410" // a sender switches the webhook off
	TooMany Answer = "429" // with Retry-After: 5
	Failing Answer = "500"
	Hang    Answer = "hang"         // no answer at all
	Flaky   Answer = "now-and-then" // 500 to the first attempt of every fourth message, else 200
)

// Values lists the members.
func (Answer) Values() []Answer {
	return []Answer{OK, Failing, TooMany, Hang, Moved, Gone, Flaky}
}

// every is how often a name that fails now and then does: of so many messages the
// first one.
const every = 4

// status is what a name answers to an attempt of a message, the nth that is new
// to it; 0 for nothing.
func (a Answer) status(nth, attempt int) int {
	switch a {
	case OK:
		return http.StatusOK
	case Moved:
		return http.StatusMovedPermanently
	case Gone:
		return http.StatusGone
	case TooMany:
		return http.StatusTooManyRequests
	case Failing:
		return http.StatusInternalServerError
	case Hang:
		return 0
	case Flaky:
		if attempt == 1 && nth%every == 1 {
			return http.StatusInternalServerError
		}
	}
	return http.StatusOK
}
