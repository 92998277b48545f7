//go:build !linux

package main

import (
	"context"
	"net"
	"sync"
)

// poller reads each socket with a goroutine of its own. That costs more than
// where the system can be asked about many at once.
type poller struct {
	take func(s *sock, read []byte, err error) // is called with the lock held
	lock sync.Locker
}

// line is a socket's connection.
type line struct{ conn *net.TCPConn }

func newPoller(lock sync.Locker, take func(s *sock, read []byte, err error)) (*poller, error) {
	return &poller{take: take, lock: lock}, nil
}

// add begins to read. The lock is held.
func (p *poller) add(s *sock, conn *net.TCPConn) error {
	s.conn = conn
	go func() {
		buffer := make([]byte, 16<<10)
		for {
			n, err := conn.Read(buffer)
			p.lock.Lock()
			p.take(s, buffer[:n], err)
			p.lock.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return nil
}

// remove closes a socket. The lock is held.
func (p *poller) remove(s *sock) { _ = s.conn.Close() }

func (l *line) write(b []byte) error {
	_, err := l.conn.Write(b)
	return err
}

// run waits until ctx ends.
func (p *poller) run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
