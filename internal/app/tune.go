package app

import "runtime/debug"

// gcPercent is how far the heap may grow before it is collected, in per cent of
// what lives. Little lives in this program, and Go's default of 100 would collect
// it all the time.
const gcPercent = 400

// TuneGC sets the pace of the garbage collector, unless GOGC does.
func TuneGC(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
