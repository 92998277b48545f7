//go:build !race

package booking_test

// raced says that the race detector watches.
const raced = false
