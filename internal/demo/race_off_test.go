//go:build !race

package demo_test

// share is by how much tests do less.
const share = 1
