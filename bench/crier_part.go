package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/rpc"
	"os"
	"time"
)

// Crier is the part that the server's subscriptions are compared with: events are
// made in its own memory and go to all of its subscribers. It is called over
// net/rpc.
type Crier struct {
	ctx   context.Context //nolint:containedctx // of the process
	calls chan int        // numbers of events to tell, in order
	last  int
	tell  func(number int)
}

// Script is what a Crier tells.
type Script struct {
	Head, Tail []byte // floor: of the message, around the number
	Event      []byte // stock: a sample
}

// ahead is how many events wait for the subscribers at most; then Emit waits.
const ahead = 4096

// Open begins to serve and returns the URL.
func (c *Crier) Open(s Script, url *string) error {
	var handler http.Handler
	if len(s.Event) > 0 {
		stock, err := newStock(c.ctx, s.Event)
		if err != nil {
			return err
		}
		handler, c.tell = stock, stock.tell
	} else {
		floor := newFloorFrames(c.ctx, s)
		handler, c.tell = floor, floor.tell
	}
	l, err := (&net.ListenConfig{}).Listen(c.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	*url = "http://" + l.Addr().String() + "/graphql"
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	go func() { _ = server.Serve(l) }() // until this process ends
	c.calls = make(chan int, ahead)
	go func() {
		for number := range c.calls {
			c.tell(number)
		}
	}()
	return nil
}

// Emit has so many events told, one behind the other, and returns when the first
// of them began, in Unix nanoseconds: at once, if none is waiting before it.
func (c *Crier) Emit(n int, at *int64) error {
	if c.calls == nil {
		return errors.New("it is not open")
	}
	*at = time.Now().UnixNano()
	for range n {
		c.last++
		c.calls <- c.last
	}
	return nil
}

// cry plays the crier until its input ends.
func cry(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := rpc.NewServer()
	if err := server.Register(&Crier{ctx: ctx}); err != nil {
		return fmt.Errorf("preparing the crier: %w", err)
	}
	server.ServeConn(ends{os.Stdin, os.Stdout})
	return nil
}
