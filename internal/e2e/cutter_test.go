package e2e_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// cutter is one client's way to the servers, which cuts him off again and again:
// after some bytes, wherever in a frame that is, or after some time; by a reset
// or in good order; sometimes silent for a while before, and sometimes without
// the server being told. It passes a connection to any server that takes it.
type cutter struct {
	servers  cluster
	listener net.Listener
	seed     uint64
	ctx      context.Context
	all      sync.WaitGroup

	mu          sync.Mutex
	wanted      int // cuts
	cuts        int // of connections on which events had come
	doomed      int // connections about to be cut
	connections int
}

// eventful is as many bytes as have at least one event in them: what comes before
// is shorter.
const eventful = 1500

func newCutter(t *testing.T, servers cluster, wanted int) *cutter {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	c := &cutter{servers: servers, listener: listener, seed: rand.Uint64(), ctx: t.Context(), wanted: wanted}
	c.all.Go(c.accept)
	t.Cleanup(func() {
		listener.Close()
		c.all.Wait()
	})
	return c
}

func (c *cutter) address() string { return c.listener.Addr().String() }

// done says that it has cut often enough.
func (c *cutter) done() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts >= c.wanted
}

// whole says that what is connected now stays so.
func (c *cutter) whole() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts >= c.wanted && c.doomed == 0
}

// doom decides that a connection is cut, unless there were enough.
func (c *cutter) doom() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cuts >= c.wanted {
		return false
	}
	c.doomed++
	return true
}

// cut counts a connection that is cut now, behind so many bytes.
func (c *cutter) cut(sent int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doomed--
	if sent >= eventful {
		c.cuts++
	}
}

// counts are the connections so far and the cuts.
func (c *cutter) counts() (connections, cuts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connections, c.cuts
}

func (c *cutter) accept() {
	random := rand.New(rand.NewPCG(c.seed, 0))
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.connections++
		c.mu.Unlock()
		fate := newFate(random)
		c.all.Go(func() {
			defer client.Close()
			if server := c.dial(); server != nil {
				defer server.Close()
				c.carry(client, server, fate)
			}
		})
	}
}

// dial connects to one of the servers, in any order, or to none.
func (c *cutter) dial() net.Conn {
	for _, i := range rand.Perm(len(c.servers)) {
		at := strings.TrimPrefix(c.servers[i].URL(), "http://")
		if conn, err := (&net.Dialer{}).DialContext(c.ctx, "tcp", at); err == nil {
			return conn
		}
	}
	return nil
}

// fate is how a connection ends, unless it ends by itself before.
type fate struct {
	bytes   int           // to the client, after which it is cut
	life    time.Duration // after which it is cut in any case
	silence time.Duration // before the cut: nothing passes
	reset   bool          // a reset, or an end in good order
	quiet   time.Duration // for which the server is not told
}

func newFate(random *rand.Rand) fate {
	f := fate{
		bytes: random.IntN(12_000), life: time.Duration(50+random.IntN(1200)) * time.Millisecond,
		reset: random.IntN(4) > 0,
	}
	switch random.IntN(6) {
	case 0:
		f.bytes = random.IntN(eventful) // in the handshake, or just behind it
	case 1:
		f.silence = time.Duration(random.IntN(1500)) * time.Millisecond
	case 2:
		f.quiet = time.Duration(random.IntN(5000)) * time.Millisecond
	}
	return f
}

// carry passes bytes both ways until one side ends or the fate comes.
func (c *cutter) carry(client, server net.Conn, f fate) {
	stop := context.AfterFunc(c.ctx, func() { client.Close(); server.Close() })
	defer stop()
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, client) // it ends with either connection
		server.Close()
	})
	if sent, fated := c.down(client, server, f); fated {
		c.wait(f.silence)
		sever(client, f.reset)
		c.cut(sent)
		c.wait(f.quiet)
		sever(server, f.reset)
	}
	client.Close()
	up.Wait()
}

// down passes what the server says, up to the fate's number of bytes or for its
// time. fated says that it was one of these, and not the end of a side.
func (c *cutter) down(client, server net.Conn, f fate) (sent int, fated bool) {
	_ = server.SetReadDeadline(time.Now().Add(f.life))
	buffer := make([]byte, 4<<10)
	for {
		n, err := server.Read(buffer)
		late := errors.Is(err, os.ErrDeadlineExceeded)
		if late || sent+n >= f.bytes {
			if fated = c.doom(); fated {
				n = min(n, max(0, f.bytes-sent))
			}
		}
		_, gone := client.Write(buffer[:n])
		sent += n
		switch {
		case fated:
			return sent, true
		case late:
			_ = server.SetReadDeadline(time.Time{})
		case err != nil || gone != nil:
			return sent, false
		}
	}
}

func sever(conn net.Conn, reset bool) {
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

func (c *cutter) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	}
}
