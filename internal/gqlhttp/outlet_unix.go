//go:build unix

package gqlhttp

import (
	"errors"
	"syscall"
)

// once writes what a non-blocking descriptor takes at once, and never waits for
// more.
func (o *outlet) once(fd uintptr) bool {
	for o.n < len(o.buf) {
		n, err := syscall.Write(int(fd), o.buf[o.n:])
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return true
		case err != nil:
			o.fail = err
			return true
		default:
			o.n += n
		}
	}
	return true
}
