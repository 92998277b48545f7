package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// accept takes the connections of one webhook's port.
func (r *Receiver) accept(l net.Listener, hook int) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			_ = r.converse(c, hook) // the sender has gone
		}()
	}
}

var (
	answerOK   = []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	answerFail = []byte("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nbusy")
)

// converse answers the requests of one connection.
func (r *Receiver) converse(c net.Conn, hook int) error {
	in := bufio.NewReaderSize(c, 4<<10)
	for {
		q, err := readRequest(in)
		if err != nil {
			return err
		}
		r.note(hook, q.id)
		if _, err := in.Discard(q.length); err != nil {
			return err
		}
		answer, ok := r.answer(hook, q.attempt)
		if !ok {
			_, err := in.ReadByte() // until the sender closes
			return err
		}
		if len(answer) == len(answerOK) {
			r.count.Add(1)
		}
		if _, err := c.Write(answer); err != nil {
			return err
		}
	}
}

func (r *Receiver) note(hook int, id string) {
	now := time.Now().UnixNano()
	r.since.CompareAndSwap(0, now)
	if r.keep.Load() {
		r.mu.Lock()
		r.arrivals = append(r.arrivals, Arrival{hook, id, now})
		r.mu.Unlock()
	}
}

// answer decides what the sender gets: false for nothing at all. A late answer
// waits here.
func (r *Receiver) answer(hook, attempt int) (text []byte, ok bool) {
	switch r.behave[hook].Load() {
	case Fail:
		return answerFail, true
	case Hang:
		return nil, false
	}
	m := r.moods.Load()
	if attempt != 1 || *m == (Moods{}) {
		return answerOK, true
	}
	n := int(r.first.Add(1))
	switch {
	case m.HangOne > 0 && n%m.HangOne == 0:
		return nil, false
	case m.FailOne > 0 && n%m.FailOne == 0:
		return answerFail, true
	case m.LateOne > 0 && n%m.LateOne == 0:
		select {
		case <-time.After(lateness):
		case <-r.ctx.Done():
		}
	}
	return answerOK, true
}

// handler answers with net/http's server what converse answers.
func (r *Receiver) handler(hook int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.note(hook, req.Header.Get("webhook-id"))
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return // the sender gave up
		}
		attempt, _ := strconv.Atoi(req.Header.Get("Slotcast-Attempt")) // a floor has none
		answer, ok := r.answer(hook, attempt)
		switch {
		case !ok:
			<-req.Context().Done()
		case len(answer) == len(answerOK):
			r.count.Add(1)
			w.WriteHeader(http.StatusOK)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
}

// request is what the receiver looks at.
type request struct {
	id              string
	length, attempt int
}

// readRequest reads the head of a request.
func readRequest(in *bufio.Reader) (q request, err error) {
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return q, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 && !first {
			return q, nil
		}
		name, value, found := bytes.Cut(line, []byte(": "))
		if !found {
			continue
		}
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			q.length, err = strconv.Atoi(string(value))
		case bytes.EqualFold(name, []byte("slotcast-attempt")):
			q.attempt, err = strconv.Atoi(string(value))
		case bytes.EqualFold(name, []byte("webhook-id")):
			q.id = string(value)
		}
		if err != nil {
			return q, fmt.Errorf("a header that is no number: %w", err)
		}
	}
}
