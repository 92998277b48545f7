package delivery_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// A process is cut off from its database in the middle of its work, which is all
// that others see of a crash.
func TestCrash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var n atomic.Int64
		rc := receive(t, func(*http.Request, arrival) int {
			if n.Add(1)%5 == 0 {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		change := func(c *delivery.Config) {
			c.Lease = 4 * time.Second
			c.Drain = 10 * time.Millisecond
			c.InFlight = 4
			c.Schedule = slices.Repeat(backoff.Schedule{40 * time.Millisecond}, 50)
		}
		crashing := e.start(change)
		events := e.appendRounds(20, 5)
		eventually(t, "a part has arrived", func() bool { return len(rc.firsts()) > len(events)/2 })
		_ = crashing.db.Close() // and its lease runs out
		t.Cleanup(crashing.die)
		events = append(events, e.appendRounds(20, 2)...)
		e.start(change)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		rc.inOrder(t, events)
	})
}

// cable is a network connection to the database that can be cut.
type cable struct {
	net.Listener
	target string
	mu     sync.Mutex
	cut    bool
	conns  []net.Conn
	done   sync.WaitGroup
}

// lay puts a cable between a process and its PostgreSQL, and returns the URL.
func lay(t *testing.T, database string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{Listener: l, target: u.Host}
	u.Host = l.Addr().String()
	c.done.Go(c.serve)
	t.Cleanup(func() {
		_ = l.Close()
		c.set(true)
		c.done.Wait()
	})
	return c, u.String()
}

func (c *cable) serve() {
	for {
		near, err := c.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", c.target)
		c.mu.Lock()
		if err != nil || c.cut {
			_ = near.Close()
			if far != nil {
				_ = far.Close()
			}
			c.mu.Unlock()
			continue
		}
		c.conns = append(c.conns, near, far)
		c.mu.Unlock()
		c.done.Go(func() { _, _ = io.Copy(near, far); _ = near.Close(); _ = far.Close() })
		c.done.Go(func() { _, _ = io.Copy(far, near); _ = near.Close(); _ = far.Close() })
	}
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, conn := range c.conns {
			_ = conn.Close()
		}
		c.conns = nil
	}
}

// With the database gone for longer than a lease lasts, nothing is lost, and
// what was answered meanwhile is not sent again.
func TestDatabaseGoneForAWhile(t *testing.T) {
	t.Parallel()
	database := entdbtest.PostgresURL(t)
	e := newEnv(t, entdb.Config{URL: database})
	wire, through := lay(t, database)
	db, err := entdb.Open(t.Context(), entdb.Config{URL: through, MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })

	release := make(chan struct{})
	rc := receive(t, func(r *http.Request, _ arrival) int {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return 200
	})
	hook := e.webhook(rc.URL)
	p := e.startOn(db, func(c *delivery.Config) { c.Lease = 5 * time.Second; c.InFlight = 4 })
	events := e.appendRounds(10, 3)
	eventually(t, "some are in flight", func() bool { return len(rc.arrivals()) == 4 })
	owner := e.lease().Owner
	wire.set(true)
	close(release)
	events = append(events, e.appendRounds(10, 2)...)
	eventually(t, "the lease has run out", func() bool {
		now, err := e.db.Now(t.Context())
		return err == nil && e.lease().Until < now.UnixMilli()
	})
	if n := e.count(hook, domain.DeliveryDelivered); n != 0 {
		t.Errorf("%d deliveries were written", n)
	}
	wire.set(false)
	e.await(hook, domain.DeliveryDelivered, len(events))
	e.settled()
	rc.inOrder(t, events)
	if n := len(rc.arrivals()); n != len(events) {
		t.Errorf("%d requests for %d events", n, len(events))
	}
	if owner != p.Process() {
		t.Errorf("the owner was %q", owner)
	}
}

// A crash leaves rows in the owner's hands; the next one takes them up whatever
// their time was.
func TestNextOwnerTakesUpWhatWasInHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		m := e.series()
		events := []*eventlog.Event{e.append(m), e.append(m), e.append(m)}
		ctx := viewer.System(t.Context())
		for i, ev := range events { // tried once, waiting below and above the watermark
			create := e.row(hook, ev, "")
			if i == 0 {
				create.SetAttemptCount(1).SetAttempts([]domain.Attempt{{At: time.Now().UTC(), StatusCode: 500}})
			}
			create.ExecX(ctx)
		}
		e.db.Client.Lease.UpdateOneID(events[0].Shard).SetSettled(2).ExecX(ctx)
		e.start(nil)
		rows := e.await(hook, domain.DeliveryDelivered, 3)
		e.settled()
		rc.inOrder(t, events)
		if rows[0].AttemptCount != 2 || rows[1].AttemptCount != 1 || rows[2].AttemptCount != 1 {
			t.Errorf("attempts: %d, %d, %d", rows[0].AttemptCount, rows[1].AttemptCount, rows[2].AttemptCount)
		}
	})
}
