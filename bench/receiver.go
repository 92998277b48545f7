package main

import (
	"context"
	"fmt"
	"net/rpc"
	"time"
)

// receiver is the benchmark's end of the part that takes webhooks.
type receiver struct {
	process *process
	client  *rpc.Client
	urls    []string // one for each webhook
}

// newReceiver starts a receiver for so many webhooks; library: with net/http's
// server. Its owner calls close.
func newReceiver(ctx context.Context, hooks int, library bool) (*receiver, error) {
	var settings []string
	if library {
		settings = []string{libraryVariable + "=yes"}
	}
	r := &receiver{}
	var err error
	if r.process, r.client, err = remote(ctx, partReceiver, settings...); err != nil {
		return nil, err
	}
	if err := r.client.Call("Receiver.Open", hooks, &r.urls); err != nil {
		r.close()
		return nil, fmt.Errorf("the receiver's ports: %w", err)
	}
	return r, nil
}

func (r *receiver) close() {
	_ = r.client.Close() // the kill that follows ends it in any case
	r.process.kill()
}

func (r *receiver) behave(hook int, how int32) error {
	return r.client.Call("Receiver.Behave", Manner{hook, how}, &struct{}{})
}

func (r *receiver) change(m Moods) error { return r.client.Call("Receiver.Change", m, &struct{}{}) }

// forget begins anew; keep says whether arrivals are noted from now on.
func (r *receiver) forget(keep bool) error {
	return r.client.Call("Receiver.Forget", keep, &struct{}{})
}

func (r *receiver) take() (came []Arrival, err error) {
	err = r.client.Call("Receiver.Take", struct{}{}, &came)
	return came, err
}

func (r *receiver) look() (s State, err error) {
	err = r.client.Call("Receiver.Look", struct{}{}, &s)
	return s, err
}

// came waits until so many messages have been accepted since forget. It gives
// up where none has come for a while.
func (r *receiver) came(ctx context.Context, n int) error {
	var last int64
	moved := time.Now()
	ok, err := until(ctx, time.Hour, func() (bool, error) {
		s, err := r.look()
		if s.Count > last {
			last, moved = s.Count, time.Now()
		}
		if err == nil && time.Since(moved) > patience {
			err = fmt.Errorf("%d of %d messages came, and none for %v", last, n, patience)
		}
		return s.Count >= int64(n), err
	})
	if err == nil && !ok {
		return context.Cause(ctx)
	}
	return err
}

func (r *receiver) used() time.Duration { return used(r.process.command.Process.Pid) }
