package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/rpc"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Receiver is the part that takes webhooks, as cheaply as can be: HTTP/1.1 by
// hand, on a port for each webhook, so that to the sender they are different
// hosts. Its methods are called by the benchmark over net/rpc.
type Receiver struct {
	ctx      context.Context //nolint:containedctx // of the process
	library  bool            // net/http's server instead
	behave   []atomic.Int32  // per webhook
	moods    atomic.Pointer[Moods]
	first    atomic.Int64 // first attempts, for the moods
	count    atomic.Int64
	since    atomic.Int64 // when the first message since Forget came, in Unix nanoseconds
	keep     atomic.Bool
	mu       sync.Mutex
	arrivals []Arrival
}

// Arrival is one request for a webhook. Those of all webhooks are in the order
// in which they came.
type Arrival struct {
	Hook int
	ID   string // the webhook-id
	At   int64  // Unix nanoseconds, at the end of the headers
}

// What a webhook's receiver does with every request.
const (
	Accept int32 = iota
	Fail         // 500
	Hang         // no answer until the sender gives up
)

// Moods are what happens to one of so many first attempts; 0: to none.
type Moods struct{ FailOne, LateOne, HangOne int }

// lateness is how long a late answer takes.
const lateness = 700 * time.Millisecond

// receive plays the receiver until its input ends.
func receive(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &Receiver{ctx: ctx, library: os.Getenv(libraryVariable) != ""}
	r.moods.Store(&Moods{})
	server := rpc.NewServer()
	if err := server.Register(r); err != nil {
		return fmt.Errorf("preparing the receiver: %w", err)
	}
	server.ServeConn(ends{os.Stdin, os.Stdout})
	return nil
}

// ends makes one stream of a process's input and output.
type ends struct {
	io.ReadCloser
	io.WriteCloser
}

func (e ends) Close() error { return errors.Join(e.ReadCloser.Close(), e.WriteCloser.Close()) }

// Open listens for n webhooks and returns their URLs.
func (r *Receiver) Open(n int, urls *[]string) error {
	r.behave = make([]atomic.Int32, n)
	for hook := range n {
		l, err := (&net.ListenConfig{}).Listen(r.ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("listening: %w", err)
		}
		*urls = append(*urls, "http://"+l.Addr().String()+"/hook")
		if r.library {
			server := &http.Server{Handler: r.handler(hook), ReadHeaderTimeout: patience}
			go func() { _ = server.Serve(l) }() // until this process ends
			continue
		}
		go r.accept(l, hook)
	}
	return nil
}

// Manner is what one webhook's receiver does from now on.
type Manner struct {
	Hook   int
	Behave int32
}

// Behave changes what a webhook's receiver does.
func (r *Receiver) Behave(m Manner, _ *struct{}) error { //nolint:unparam // net/rpc asks for the error
	r.behave[m.Hook].Store(m.Behave)
	return nil
}

// Change changes the moods.
func (r *Receiver) Change(m Moods, _ *struct{}) error { //nolint:unparam // net/rpc asks for the error
	r.moods.Store(&m)
	return nil
}

// State is how far the receiver is.
type State struct {
	Count int64 // of accepted requests since Forget
	Since int64 // when the first of them came, in Unix nanoseconds; 0: none has
}

// Look returns the state.
func (r *Receiver) Look(_ struct{}, s *State) error { //nolint:unparam // net/rpc asks for the error
	*s = State{Count: r.count.Load(), Since: r.since.Load()}
	return nil
}

// Forget begins anew, and from now on keeps the arrivals or not.
func (r *Receiver) Forget(keep bool, _ *struct{}) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrivals = nil
	r.keep.Store(keep)
	r.count.Store(0)
	r.since.Store(0)
	return nil
}

// Take returns the arrivals since the last time.
func (r *Receiver) Take(_ struct{}, came *[]Arrival) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	*came, r.arrivals = r.arrivals, nil
	return nil
}
