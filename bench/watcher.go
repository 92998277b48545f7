package main

import (
	"context"
	"fmt"
	"net/rpc"
	"time"
)

// watcher is the benchmark's end of the part that subscribes.
type watcher struct {
	process *process
	client  *rpc.Client
}

// newWatcher's owner calls close.
func newWatcher(ctx context.Context) (*watcher, error) {
	p, client, err := remote(ctx, partWatcher)
	return &watcher{p, client}, err
}

// remote starts a part that takes calls. Its owner closes the client and kills
// the process.
func remote(ctx context.Context, name string, settings ...string) (*process, *rpc.Client, error) {
	command, err := part(ctx, name, settings...)
	if err != nil {
		return nil, nil, err
	}
	in, err := command.StdinPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the %s: %w", name, err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("preparing the %s: %w", name, err)
	}
	p, err := begin(command)
	if err != nil {
		return nil, nil, err
	}
	return p, rpc.NewClient(ends{out, in}), nil
}

func (w *watcher) close() {
	_ = w.client.Close() // the kill that follows ends it in any case
	w.process.kill()
}

func (w *watcher) call(method string, args any) error {
	if err := w.client.Call("Watcher."+method, args, &struct{}{}); err != nil {
		return fmt.Errorf("the subscribers: %w", err)
	}
	return nil
}

func (w *watcher) look() (s Watched, err error) {
	err = w.client.Call("Watcher.Look", struct{}{}, &s)
	return s, err
}

func (w *watcher) take() (came []Arrived, err error) {
	err = w.client.Call("Watcher.Take", struct{}{}, &came)
	return came, err
}

func (w *watcher) used() time.Duration { return used(w.process.command.Process.Pid) }

// least is the number up to which everybody has got the events.
func (w *watcher) least() (number int, err error) {
	err = w.client.Call("Watcher.Least", struct{}{}, &number)
	return number, err
}
