package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// stalledBuffer is the receive buffer of one who does not read.
const stalledBuffer = 4 << 10

// Stall has one more subscribe, with a small receive buffer, and never read.
func (w *Watcher) Stall(c Crowd, _ *struct{}) error {
	how := subscription{url: c.URL, token: c.Token, document: c.Documents[0], after: c.After, receive: stalledBuffer}
	conn, _, err := how.connect(w.ctx)
	if err != nil {
		return fmt.Errorf("one who does not read: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stalled = conn
	return nil
}

// Unstall closes the one who does not read.
func (w *Watcher) Unstall(_ struct{}, _ *struct{}) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stalled != nil {
		_ = w.stalled.Close()
		w.stalled = nil
	}
	return nil
}

// Coming is what Churn does.
type Coming struct {
	Crowd
	PerSecond float64 // disconnects, each with a connect that follows
}

// Churn disconnects one subscriber after the other, without a word, and connects
// it anew: every second one resumes behind its cursor, and has to get what it
// missed; the others begin with what comes. It goes on until Calm or Shut.
func (w *Watcher) Churn(c Coming, _ *struct{}) error {
	w.settle()
	ctx, cancel := context.WithCancel(w.ctx)
	var all sync.WaitGroup
	const each = 4
	for range each {
		all.Go(func() { w.churn(ctx, c, time.Duration(each*float64(time.Second)/c.PerSecond)) })
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.churning = func() { cancel(); all.Wait() }
	return nil
}

func (w *Watcher) churn(ctx context.Context, c Coming, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for resume := true; ; resume = !resume {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		s, how, ok := w.pick(c.Crowd, resume)
		if !ok {
			continue
		}
		// One that has left comes back, also when the churn ends meanwhile.
		err := w.join(w.ctx, how, s)
		w.mu.Lock()
		w.Reconnects++
		if how.after != "" {
			w.Resumed++
		}
		if err != nil {
			w.Ended++
			w.Trouble = fmt.Sprintf("connecting again: %v", err)
		}
		w.mu.Unlock()
	}
}

// pick disconnects a subscriber that has got an event, and says how it comes back.
func (w *Watcher) pick(c Crowd, resume bool) (s *sock, how subscription, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.socks) == 0 {
		return nil, how, false
	}
	s = w.socks[rand.IntN(len(w.socks))] //nolint:gosec // anyone
	if s.gone || s.last == 0 {
		return nil, how, false
	}
	w.leave(s)
	how = subscription{url: c.URL, token: c.Token, document: s.document}
	if resume {
		how.after = string(s.cursor)
	} else {
		s.last = 0
		w.Ready--
	}
	return s, how, true
}

// Calm ends the churn, when those who are connecting have done so.
func (w *Watcher) Calm(_ struct{}, _ *struct{}) error { //nolint:unparam // net/rpc asks for the error
	w.settle()
	return nil
}

func (w *Watcher) settle() {
	w.mu.Lock()
	end := w.churning
	w.churning = nil
	w.mu.Unlock()
	if end != nil {
		end()
	}
}
