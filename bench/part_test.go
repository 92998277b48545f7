package main

import (
	"os"
	"testing"
)

// TestMain plays the parts of benchmarks: this program is what they start.
func TestMain(m *testing.M) {
	if code, played := play(os.Getenv); played {
		os.Exit(code)
	}
	os.Exit(m.Run())
}
