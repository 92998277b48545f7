package gqlhttp_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

func TestSSEKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		s := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
		opened := time.Now()
		s.expect(":")
		s.expect(":")
		if silence := time.Since(opened); silence != 30*time.Second {
			t.Errorf("two comments after %v, want 30 s", silence)
		}
		close(f.ticks)
		s.expectComplete()
	})
}

// TestSSEStalledClient: one that does not read holds its resolver up, and is
// let go after the write time-out.
func TestSSEStalledClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		s := f.stream(t, ssePost(`{"query":"subscription{flood}"}`))
		opened := time.Now()
		<-f.released
		if took := time.Since(opened); took != 10*time.Second {
			t.Errorf("let go after %v, want 10 s", took)
		}
		s.resp.Body.Close()
	})
}

// TestSSEOutlivesServerTimeouts: the http.Server's time-outs are for requests.
func TestSSEOutlivesServerTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{timeout: time.Second})
		s := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
		s.expect(":")
		f.ticks <- `{"ticks":1}`
		s.expectNext(`{"data":{"ticks":1}}`)
		close(f.ticks)
		s.expectComplete()
	})
}

// TestWebSocketDrainGivesUp: Drain ends with its context, and sockets that do
// not answer with the close time-out.
func TestWebSocketDrainGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		f.open(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := f.ws.Drain(ctx); err == nil || !strings.Contains(err.Error(), "1 connections open") {
			t.Errorf("drain: %v", err)
		}
		start := time.Now()
		if err := f.ws.Drain(t.Context()); err != nil || time.Since(start) != 4*time.Second {
			t.Errorf("drain: %v after %v", err, time.Since(start))
		}
	})
}

func TestWebSocketInitTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		p := f.dial(t)
		opened := time.Now()
		p.send(`{"type":"ping"}`) // no substitute
		p.expect(`{"type":"pong"}`)
		p.expectClose(4408, "Connection initialisation timeout")
		if took := time.Since(opened); took != 3*time.Second {
			t.Errorf("closed after %v, want 3 s", took)
		}
	})
}

func TestWebSocketKeepAlive(t *testing.T) {
	for name, answer := range map[string]func(*peer){
		"pong":     func(p *peer) { p.send(`{"type":"pong"}`) },
		"message":  func(p *peer) { p.send(complete("x")) },
		"silence":  func(*peer) {},
		"ws frame": func(p *peer) { go func() { _ = p.conn.Ping(p.t.Context()) }() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := setupPipe(t, configs{})
				p := f.open(t)
				opened := time.Now()
				for n := 1; ; n++ {
					_, data, err := p.conn.Read(t.Context())
					at := time.Since(opened)
					if name == "silence" && at == 45*time.Second && err != nil && websocket.CloseStatus(err) == -1 {
						return // dropped
					}
					if err != nil || string(data) != `{"type":"ping"}` || at != time.Duration(n)*20*time.Second {
						t.Fatalf("%s, %v after %v", data, err, at)
					}
					if n == 10 {
						return
					}
					answer(p)
				}
			})
		})
	}
}

// TestWebSocketStalledClient: one that does not read holds its own resolvers
// up, no other socket, and is dropped after the write time-out.
func TestWebSocketStalledClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		p := f.open(t)
		opened := time.Now()
		p.send(subscribe("1", "subscription{flood}"))
		other := f.open(t)
		other.send(subscribe("1", "{name}"))
		other.expect(next("1", `{"data":{"name":"it"}}`), complete("1"))
		other.conn.CloseNow()
		<-f.released
		if took := time.Since(opened); took != 10*time.Second {
			t.Errorf("dropped after %v, want 10 s", took)
		}
		if err := f.ws.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestWebSocketOversizedMessage: the rest of it is not waited for.
func TestWebSocketOversizedMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		p := f.open(t)
		go p.conn.Write(t.Context(), websocket.MessageText, make([]byte, 1<<20))
		start := time.Now()
		p.expectClose(1009, "read limited at 65537 bytes")
		if err := f.ws.Drain(t.Context()); err != nil || time.Since(start) > 5*time.Second {
			t.Errorf("gone after %v: %v", time.Since(start), err)
		}
	})
}
