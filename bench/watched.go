package main

import (
	"fmt"
	"syscall"
)

// Watched is what the subscribers have seen.
type Watched struct {
	Frames, Bytes int64 // events, since Begin
	Sockets       int   // open
	Ready         int   // that have got an event
	Lost          int   // numbers left out
	Repeated      int   // numbers that came again, or too late
	Ended         int   // sockets that the server closed
	Reconnects    int   // of the churn
	Resumed       int   // among them
	Newest        int   // number
	Trouble       string
}

// Arrived is when an event came to the last one so far, and to how many it came.
type Arrived struct {
	Number, Count int
	Last          int64 // Unix nanoseconds
}

// Crowd is what Open opens.
type Crowd struct {
	URL, Token string
	After      string // a cursor to resume behind; for Stall
	N          int
	Documents  []string // the subscribers have them in turn
	Cursors    bool     // keep the newest cursor of each, for resuming
}

// sound is an error where something is not as it has to be.
func (s Watched) sound() error {
	if s.Lost+s.Repeated+s.Ended == 0 {
		return nil
	}
	return fmt.Errorf("%d events were lost and %d came twice; %d sockets ended, at last: %s", s.Lost, s.Repeated, s.Ended, s.Trouble)
}

// roomFor makes sure that a process may have so many sockets.
func roomFor(sockets int) error {
	const others = 200
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("asking for the limit of open files: %w", err)
	}
	need := uint64(sockets + others) //nolint:gosec // a count
	if limit.Cur >= need {
		return nil
	}
	if limit.Max < need {
		return fmt.Errorf("%d sockets need a limit of %d open files, and it is %d: raise it with ulimit -n", sockets, need, limit.Max)
	}
	limit.Cur = limit.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
