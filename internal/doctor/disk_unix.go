//go:build linux || darwin

package doctor

import (
	"math"
	"syscall"
)

// writable asks whether this user may write to a file or directory.
func writable(path string) error {
	const write = 2 // W_OK
	return syscall.Access(path, write)
}

// space returns how many bytes this user may still write.
func space(dir string) (free int64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	bytes := s.Bavail * uint64(s.Bsize) //nolint:gosec // a block has a positive size
	return int64(min(bytes, math.MaxInt64)), true
}
