package receiver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxWatching = 20
	gather      = 100 * time.Millisecond // what comes within is told at once
	beat        = 15 * time.Second
	maxWrite    = 10 * time.Second
)

// told is one message to a page.
type told struct {
	Lines    []line    `json:"lines"`
	Requests []request `json:"requests"`
	Anew     bool      `json:"anew"` // what the page has is not of this receiver
}

// watch tells a page what there is, and what comes. The id of a message is when
// the receiver began, and the number of its last request: a page that comes back
// with it goes on behind.
func (r *Receiver) watch(w http.ResponseWriter, q *http.Request, watching chan struct{}) {
	select {
	case watching <- struct{}{}:
		defer func() { <-watching }()
	default:
		http.Error(w, "too many pages watch already: close one", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	at, known := r.resume(q.Header.Get("Last-Event-ID"))
	for anew := !known; ; anew = false {
		requests, lines, more := r.book.behind(at)
		if len(requests) > 0 {
			at = requests[len(requests)-1].Number
		}
		text, err := json.Marshal(told{Lines: lines, Requests: requests, Anew: anew})
		if err != nil {
			return
		}
		if send(w, out, fmt.Sprintf("id: %d-%d\ndata: %s\n\n", r.book.began, at, text)) != nil {
			return
		}
		if !r.await(w, out, q, more) {
			return
		}
	}
}

// resume returns the number to go on behind, and whether it is of this receiver.
func (r *Receiver) resume(id string) (int64, bool) {
	began, number, _ := strings.Cut(id, "-")
	at, err := strconv.ParseInt(number, 10, 64)
	if err != nil || began != strconv.FormatInt(r.book.began, 10) {
		return 0, false
	}
	return at, true
}

// await waits until there is more, and a little longer. It reports false where
// the page is gone, or the receiver stops.
func (r *Receiver) await(w http.ResponseWriter, out *http.ResponseController, q *http.Request, more <-chan struct{}) bool {
	alive := time.NewTicker(beat)
	defer alive.Stop()
	var soon <-chan time.Time // set once there is more
	for {
		select {
		case <-more:
			more, soon = nil, time.After(gather)
		case <-soon:
			return true
		case <-alive.C:
			if send(w, out, ": still here\n\n") != nil {
				return false
			}
		case <-q.Context().Done():
			return false
		case <-r.stopping:
			return false
		}
	}
}

func send(w http.ResponseWriter, out *http.ResponseController, text string) error {
	if err := out.SetWriteDeadline(time.Now().Add(maxWrite)); err != nil {
		return err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	return out.Flush()
}
