//go:build race

package demo_test

// share is by how much tests do less: the race detector slows the database down,
// and there is but one goroutine.
const share = 10
