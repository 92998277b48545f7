//go:build unix

package sealing

import (
	"os"
	"syscall"
)

// keepOwner gives a file to the owner of another one: keys that root replaced
// must stay readable for the server's user.
func keepOwner(old, made string) error {
	info, err := os.Stat(old)
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return os.Chown(made, int(s.Uid), int(s.Gid))
	}
	return nil
}
