// Package tailtest is the conformance suite of everything that lets a process
// follow the log: eventlog.Tail over each of its sources, on each database. Run
// holds what they all promise; the other exported names are for the tests of
// what only one of them does.
package tailtest

import "testing"

// Run runs all cases, each on an environment of its own.
func Run(t *testing.T, setup func(t *testing.T) Env) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(t *testing.T, env Env)
	}{
		{"concurrent writers", concurrentWriters},
		{"rollbacks give their numbers back", rollbacks},
		{"what is announced needs no poll", announced},
		{"a hole is filled", hole},
		{"what nobody announces is found", unannounced},
		{"readers start anywhere", starts},
		{"a reader resumes elsewhere", resumes},
		{"a slow reader leaves the window", slowReader},
		{"a position ahead of the head waits", ahead},
		{"removed history is refused", trimmed},
		{"a tail behind retention moves on", behindRetention},
		{"foreign cursors are refused", foreignCursors},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, setup(t))
		})
	}
}
