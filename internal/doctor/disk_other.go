//go:build !linux && !darwin

package doctor

// writable cannot be asked portably without writing.
func writable(string) error { return nil }

// space cannot be asked portably.
func space(string) (free int64, ok bool) { return 0, false }
