package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
)

// poller reads many sockets with one goroutine and one buffer: a goroutine for
// each would take as much of the processor as the servers that are measured.
type poller struct {
	fd    int
	take  func(s *sock, read []byte, err error) // is called with the lock held
	lock  sync.Locker
	socks map[int32]*sock
}

// line is a socket's connection.
type line struct{ fd int }

func newPoller(lock sync.Locker, take func(s *sock, read []byte, err error)) (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return &poller{fd: fd, take: take, lock: lock, socks: map[int32]*sock{}}, nil
}

// add takes a connection over, out of the hands of Go's own poller. The lock is
// held.
func (p *poller) add(s *sock, conn *net.TCPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("taking a connection over: %w", err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) { s.fd, failed = syscall.Dup(int(fd)) })
	if err = errors.Join(err, failed, conn.Close()); err != nil {
		return fmt.Errorf("taking a connection over: %w", err)
	}
	p.socks[int32(s.fd)] = s                                               //nolint:gosec // a file number
	event := &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(s.fd)} //nolint:gosec // a file number
	if err := syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, s.fd, event); err != nil {
		p.remove(s)
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// remove closes a socket. The lock is held.
func (p *poller) remove(s *sock) {
	if p.socks[int32(s.fd)] == s { //nolint:gosec // a file number
		delete(p.socks, int32(s.fd)) //nolint:gosec // a file number
		_ = syscall.Close(s.fd)      // what could be wrong with it ends with it
	}
}

// write sends what is so small that it always finds room.
func (l *line) write(b []byte) error {
	_, err := syscall.Write(l.fd, b)
	return err
}

// run reads until ctx ends.
func (p *poller) run(ctx context.Context) error {
	events := make([]syscall.EpollEvent, 256)
	buffer := make([]byte, 256<<10)
	for ctx.Err() == nil {
		n, err := syscall.EpollWait(p.fd, events, 100)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("epoll: %w", err)
		}
		p.lock.Lock()
		for _, e := range events[:max(n, 0)] {
			s := p.socks[e.Fd]
			if s == nil {
				continue
			}
			n, err := syscall.Read(s.fd, buffer)
			switch {
			case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
			case err != nil:
				p.take(s, nil, err)
			case n == 0:
				p.take(s, nil, errEnd)
			default:
				p.take(s, buffer[:n], nil)
			}
		}
		p.lock.Unlock()
	}
	return syscall.Close(p.fd)
}
