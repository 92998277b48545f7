package gqlhttp

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
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
	// Some browsers report a stream as open only after its first byte.
	return s, s.comment()
}

func (s *eventStream) next(resp *graphql.Response) error {
	const prefix = "event: next\ndata: "
	event := appendResponse([]byte(prefix), resp)
	// A line break would end the data line. JSON has them only between tokens,
	// where scalars written by an encoder leave them.
	if body := event[len(prefix):]; bytes.ContainsAny(body, "\r\n") {
		body = bytes.ReplaceAll(body, []byte("\n"), nil)
		body = bytes.ReplaceAll(body, []byte("\r"), nil)
		event = append([]byte(prefix), body...)
	}
	return s.write(append(event, "\n\n"...))
}

// complete carries an empty data line: browsers drop events without one.
func (s *eventStream) complete() error { return s.write([]byte("event: complete\ndata:\n\n")) }

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
