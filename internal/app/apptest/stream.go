package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"testing"
	"time"
)

// Stream is a subscription.
type Stream struct {
	responses chan []byte
	err       error // read after responses is closed
	cut       context.CancelFunc
	reader    sync.WaitGroup
}

// errQuiet: nothing came, which is no end.
var errQuiet = errors.New("nothing came in time")

// open starts the goroutine that reads: receive returns one response at a time,
// and its error ends the stream. It must return when ctx ends.
func open(ctx context.Context, cut context.CancelFunc, receive func(context.Context) ([]byte, error)) *Stream {
	s := &Stream{responses: make(chan []byte), cut: cut}
	s.reader.Go(func() {
		defer close(s.responses)
		for {
			response, err := receive(ctx)
			if err != nil {
				s.err = err
				return
			}
			select {
			case s.responses <- response:
			case <-ctx.Done():
				s.err = ctx.Err()
				return
			}
		}
	})
	return s
}

// Next waits for the next response and decodes its data. Its error is io.EOF
// when the server has completed the operation, Errors, or how the connection
// ended: websocket.CloseStatus tells the code.
func (s *Stream) Next(ctx context.Context, out any) error {
	select {
	case response, more := <-s.responses:
		if !more {
			return s.err
		}
		return decode(response, out)
	case <-ctx.Done():
		return errQuiet
	}
}

// Receive is Next for a test in which something must come.
func (s *Stream) Receive(t testing.TB, out any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Next(ctx, out); err != nil {
		t.Fatalf("waiting for an event: %v", err)
	}
}

// Within is Next with a limit, and reports whether something came.
func (s *Stream) Within(t testing.TB, limit time.Duration, out any) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	err := s.Next(ctx, out)
	if err != nil && !errors.Is(err, errQuiet) {
		t.Fatalf("waiting for an event: %v", err)
	}
	return err == nil
}

// End returns how the stream ends, when nothing more is to come on it.
func (s *Stream) End(t testing.TB) error {
	t.Helper()
	var more json.RawMessage
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := s.Next(ctx, &more)
	if err == nil {
		t.Fatalf("the stream goes on with %s", more)
	}
	return err
}

// Cut ends the stream as a broken connection would.
func (s *Stream) Cut() {
	s.cut()
	s.reader.Wait()
}

// Completed reports whether err says that the server completed the operation.
func Completed(err error) bool { return errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) }
