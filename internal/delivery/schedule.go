package delivery

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"slotcast/internal/backoff"
)

// maxRest is the longest that a receiver is left alone for because it asked for
// it: the longest wait of the usual schedule.
const maxRest = 24 * time.Hour

// scheduleOf is the webhook's own schedule, or else the server's.
func (w *Worker) scheduleOf(seconds []int) backoff.Schedule {
	if len(seconds) == 0 {
		return w.cfg.Schedule
	}
	own := make(backoff.Schedule, len(seconds))
	for i, s := range seconds {
		own[i] = time.Duration(s) * time.Second
	}
	return own
}

// restOf reads Retry-After (RFC 9110, section 10.2.3): for how long the receiver
// asks to be left alone, from now on, at most maxRest. It is 0 without the header,
// and where that is malformed or tells of the past. A date is counted from the
// receiver's own, if it says what time it takes it to be.
func restOf(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil { // more than there are
			seconds = math.MaxInt64
		}
		return time.Duration(min(seconds, int64(maxRest/time.Second))) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(until.Sub(now), 0), maxRest)
}
