package auth

import (
	"slotcast/internal/apperr"
	"slotcast/internal/gqlhttp"
)

// tally counts what each has. Whoever has nothing takes no room in it.
type tally[K comparable] struct {
	most int // for each; 0: any number
	has  map[K]int
}

func newTally[K comparable](most int) tally[K] { return tally[K]{most: most, has: map[K]int{}} }

func (t tally[K]) full(k K) bool { return t.most > 0 && t.has[k] >= t.most }

func (t tally[K]) add(k K) { t.has[k]++ }

func (t tally[K]) remove(k K) {
	if t.has[k]--; t.has[k] == 0 {
		delete(t.has, k)
	}
}

// What is said to who has too many: at most 123 bytes with a number of six digits,
// so that the frame that closes a WebSocket can say it.
const (
	tooManyOfToken       = "this token has %d sockets and event streams open, and may have no more: close some, or subscribe over fewer"
	tooManyOfApp         = "this app's tokens together have %d sockets and event streams open, and may have no more: close some"
	tooManySubscriptions = "this token has %d subscriptions running, and may have no more: complete some"
)

// tooMany is gqlhttp.ErrTooMany in words, with the code LIMIT_EXCEEDED.
type tooMany struct{ words *apperr.Error }

func newTooMany(format string, most int) error {
	return &tooMany{apperr.New(apperr.LimitExceeded, format, most)}
}

func (e *tooMany) Error() string { return e.words.Message }

func (e *tooMany) Unwrap() []error { return []error{gqlhttp.ErrTooMany, e.words} }
