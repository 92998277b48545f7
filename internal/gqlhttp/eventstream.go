package gqlhttp

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// eventStream writes server-sent events (WHATWG HTML, 9.2), each at once and
// within a deadline. It has one writer.
type eventStream struct {
	w       http.ResponseWriter
	rc      *http.ResponseController
	timeout time.Duration
}

// openEventStream sends the headers. Where the connection cannot stream it
// answers 500 itself and returns an error, as it does when the client is gone.
func openEventStream(w http.ResponseWriter, timeout time.Duration) (*eventStream, error) {
	s := &eventStream{w: w, rc: http.NewResponseController(w), timeout: timeout}
	h := w.Header()
	h.Set("Content-Type", mediaEventStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Add("Vary", "Accept")
	// The server's read time-out is for requests; it would end the stream.
	if err := s.rc.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("lift read deadline: %w", err)
	}
	if err := s.write(nil); errors.Is(err, http.ErrNotSupported) {
		(&refusal{
			status: http.StatusInternalServerError,
			err:    coded(codeInternal, "this connection cannot stream"),
		}).write(w, mediaJSON)
		return nil, err
	} else if err != nil {
		return nil, err
	}
	return s, nil
}

// opened says that from now on nothing is missed. Some browsers report a stream as
// open only after its first byte. When to come back differs, so that not all
// clients do at once.
func (s *eventStream) opened() error {
	return s.write(fmt.Appendf(nil, "retry: %d\n:\n\n", 500+rand.IntN(2500))) //nolint:gosec // a spread
}

// next sends a response.
func (s *eventStream) next(response []byte, id string) error {
	return s.write(appendEvent(nil, response, id))
}

// appendEvent appends a next event. With an id a browser that connects again says
// by itself where it was; it comes last, as who has it has the event.
func appendEvent(dst, response []byte, id string) []byte {
	dst = append(dst, "event: next\ndata: "...)
	begin := len(dst)
	dst = append(dst, response...)
	// A line break would end the data line. JSON has them only between tokens,
	// where scalars written by an encoder leave them.
	if body := dst[begin:]; bytes.ContainsAny(body, "\r\n") {
		body = bytes.ReplaceAll(bytes.ReplaceAll(body, []byte("\n"), nil), []byte("\r"), nil)
		dst = append(dst[:begin], body...)
	}
	if id != "" {
		dst = append(append(dst, "\nid: "...), id...)
	}
	return append(dst, "\n\n"...)
}

// completeEvent carries an empty data line: browsers drop events without one.
const completeEvent = "event: complete\ndata:\n\n"

func (s *eventStream) complete() error { return s.write([]byte(completeEvent)) }

func (s *eventStream) comment() error { return s.write([]byte(":\n\n")) }

// write sends an event, or with none what is buffered. It lifts the deadline
// afterwards: over HTTP/2 one that passes resets the stream even while nothing
// is being written.
func (s *eventStream) write(event []byte) error {
	if err := s.deadline(time.Now().Add(s.timeout)); err != nil {
		return err
	}
	if len(event) > 0 {
		if _, err := s.w.Write(event); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
	}
	if err := s.rc.Flush(); err != nil {
		return fmt.Errorf("flush event: %w", err)
	}
	return s.deadline(time.Time{})
}

// deadline does without where a middleware hides it.
func (s *eventStream) deadline(at time.Time) error {
	if err := s.rc.SetWriteDeadline(at); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set write deadline: %w", err)
	}
	return nil
}
