package gqlhttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// TestCompleteEndsAtOnce: behind the answer to a ping that follows its complete, a
// subscription says nothing more, however busy it was, and its id is free for another.
func TestCompleteEndsAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	f.journal("quiet").write("only")
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		beat := time.NewTicker(20 * time.Microsecond)
		defer beat.Stop()
		for {
			select {
			case <-stop:
				return
			case <-beat.C:
				f.journal("busy").write("more")
			}
		}
	}()
	defer func() { close(stop); <-stopped }()
	p := f.open(t)
	for n := range 100 {
		p.send(subscribe("1", `subscription{news(of:"busy")}`))
		for {
			if s, err := p.said(); err != nil || s.Payload.Data.News == "more" {
				break
			}
		}
		p.send(complete("1"), fmt.Sprintf(`{"type":"ping","payload":{"n":%d}}`, n))
		for {
			s, err := p.said()
			if err != nil {
				t.Fatal(err)
			}
			if s.Type == "pong" {
				break
			}
		}
		p.send(subscribe("1", `subscription{news(of:"quiet",after:0)}`))
		p.expect(news("1", 1, "only"))
		p.send(complete("1"), `{"type":"ping"}`)
		p.expect(`{"type":"pong"}`)
	}
}

// TestDrainSpreads: not all clients come back at once, and none is told that what it
// follows is complete.
func TestDrainSpreads(t *testing.T) {
	for name, tt := range map[string]struct{ limit, spread time.Duration }{
		"one by one":      {time.Hour, 39 * time.Millisecond},
		"in what remains": {40 * time.Millisecond, 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := setupPipe(t, configs{})
				const sockets = 40
				var mu sync.Mutex
				var ends []time.Duration
				var clients sync.WaitGroup
				began := time.Now()
				for range sockets {
					p := f.open(t)
					p.send(subscribe("1", allNews))
					clients.Go(func() {
						_, data, err := p.conn.Read(t.Context())
						if closed, ok := errors.AsType[websocket.CloseError](err); !ok || closed.Code != 1001 {
							t.Errorf("%s, %v", data, err)
						}
						mu.Lock()
						defer mu.Unlock()
						ends = append(ends, time.Since(began))
					})
				}
				s := f.stream(t, ssePost(`{"query":"`+allNews+`"}`))
				clients.Go(func() {
					if rest, err := io.ReadAll(s.r); err != nil || strings.Contains(string(rest), "event") {
						t.Errorf("the stream ends with %q, %v", rest, err)
					}
				})
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), tt.limit)
				defer cancel()
				if err := errors.Join(f.ws.Drain(ctx), f.sse.Drain(ctx)); err != nil {
					t.Error(err)
				}
				clients.Wait()
				slices.Sort(ends)
				if took := ends[sockets-1]; took > tt.spread || took < tt.spread/2 || len(slices.Compact(ends)) < sockets/2 {
					t.Errorf("the last of %d was told after %v, want %v", sockets, took, tt.spread)
				}
				if n := f.hub.Groups(); n != 0 {
					t.Errorf("%d groups are left", n)
				}
			})
		})
	}
}
