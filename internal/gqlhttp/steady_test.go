package gqlhttp_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/fanout"
)

// A client that reads all the time is not too slow, however long a message takes.
func TestSteadyClientStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		p := f.openOver(t, func(c net.Conn) net.Conn { return steady{c} })
		p.send(subscribe("1", allNews))
		synctest.Wait()
		long := strings.Repeat("x", 4<<20)
		began := time.Now()
		f.journal("").write(long, "short")
		p.expect(news("1", 1, long), news("1", 2, "short"))
		if took := time.Since(began); took < 30*time.Second {
			t.Fatalf("it took %v only", took)
		}
	})
}

// One that takes next to nothing is.
func TestDrippingClientGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		var under net.Conn
		p := f.openOver(t, func(c net.Conn) net.Conn { under = c; return c })
		p.send(subscribe("1", allNews))
		synctest.Wait()
		began := time.Now()
		f.journal("").write(strings.Repeat("x", 4<<20))
		for {
			if _, err := under.Read(make([]byte, 100)); err != nil {
				break
			}
			<-time.After(time.Second) // of the bubble
		}
		if took := time.Since(began); took > 16*time.Second {
			t.Errorf("let go after %v", took)
		}
	})
}

// One subscription that has always more to send does not keep the others of its
// socket from theirs.
func TestFloodLetsOthersSpeak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		p := f.open(t)
		p.send(subscribe("1", allNews))
		synctest.Wait()
		p.send(subscribe("2", "subscription{flood}"))
		<-f.started
		f.journal("").write("hello")
		for n := 1; ; n++ {
			_, data, err := p.conn.Read(t.Context())
			if err != nil || n > 500 {
				t.Fatalf("no news in %d messages: %v", n, err)
			}
			if string(data) == news("1", 1, "hello") {
				return
			}
		}
	})
}

// However much waits for a client, a close is told behind it, and a ping answered.
func TestCloseBehindALongMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		p := f.open(t)
		p.conn.SetReadLimit(-1)
		p.send(subscribe("1", allNews))
		synctest.Wait()
		long := strings.Repeat("x", 1<<20)
		f.journal("").write(long)
		synctest.Wait()
		pinged := make(chan error, 1)
		go func() { pinged <- p.conn.Ping(t.Context()) }()
		synctest.Wait()
		drained := make(chan error, 1)
		go func() { drained <- f.ws.Drain(t.Context()) }()
		synctest.Wait()
		p.expect(news("1", 1, long))
		p.expectClose(1001, "going away")
		if err := <-drained; err != nil {
			t.Error(err)
		}
		if err := <-pinged; err != nil {
			t.Errorf("the ping is not answered: %v", err)
		}
	})
}

// A client that only asks, and never reads, is let go.
func TestPingFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		var under net.Conn
		f.openOver(t, func(c net.Conn) net.Conn { under = c; return c })
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			ping := append([]byte{0x89, 0x80 | 100, 0, 0, 0, 0}, bytes.Repeat([]byte{'x'}, 100)...)
			for n := 0; ; n++ {
				if _, err := under.Write(ping); err != nil {
					if n > 100 {
						t.Errorf("%d pings were taken", n)
					}
					return
				}
			}
		}()
		<-gone
		if err := f.ws.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A socket that takes nothing: its ring is left behind, the rest catches up from the
// feed, and nothing is lost or comes twice.
func TestStallsAndCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{hub: fanout.Config{Entries: 8}})
		fast, slow := f.open(t), f.open(t)
		for _, p := range []*peer{fast, slow} {
			p.send(subscribe("1", allNews), subscribe("2", "subscription {news}"))
		}
		synctest.Wait()
		for place := 1; place <= 200; place++ {
			text := fmt.Sprint("text ", place)
			f.journal("").write(text)
			fast.expectAll(news("1", place, text), news("2", place, text))
		}
		synctest.Wait()
		if executed := f.executed.Load(); executed > 2*(200+32) {
			t.Errorf("%d executions while one client takes nothing", executed)
		}
		next := map[string]int{"1": 1, "2": 1}
		for range 400 {
			id := slow.anyOf(func(id string) string { return news(id, next[id], fmt.Sprint("text ", next[id])) }, "1", "2")
			next[id]++
		}
		f.journal("").write("last")
		slow.expectAll(news("1", 201, "last"), news("2", 201, "last"))
		if n := f.resolved.Load(); n != 4 {
			t.Errorf("the resolver was asked %d times by 4 subscriptions", n)
		}
	})
}
