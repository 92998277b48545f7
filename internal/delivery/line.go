package delivery

import (
	"slices"
	"time"

	"slotcast/internal/domain"
)

// maxBehind is how long the messages of a series wait behind a failing one,
// from its first attempt on.
const maxBehind = time.Minute

// line is a series in a lane: its messages in memory, and those of them that
// have failed lately and wait in the table. It is guarded by its lane.
type line struct {
	series string
	tasks  []*task // by number; the first may be in flight
	busy   bool    // it is
	listed bool    // the line is among the lane's ready ones
	failed []failure
}

// failure is a message that failed; those of higher numbers wait behind it.
type failure struct {
	number int64
	part   string
	until  time.Time
}

// graceOf returns until when others wait behind a message with these attempts.
func graceOf(attempts []domain.Attempt) time.Time {
	if len(attempts) == 0 {
		return time.Time{}
	}
	return attempts[0].At.Add(maxBehind)
}

// insert puts a message in its place, never before one in flight. It returns
// how many failures ended: its own one, if it comes back.
func (s *line) insert(t *task) (ended int) {
	at := len(s.tasks)
	for at > 0 && s.tasks[at-1].number > t.number && (at > 1 || !s.busy) {
		at--
	}
	s.tasks = slices.Insert(s.tasks, at, t)
	return s.drop(func(f failure) bool { return f.number == t.number && f.part == t.part })
}

// forgive ends failures whose time of grace is over, and returns how many.
func (s *line) forgive(now time.Time) (ended int) {
	return s.drop(func(f failure) bool { return !now.Before(f.until) })
}

func (s *line) drop(over func(failure) bool) int {
	before := len(s.failed)
	s.failed = slices.DeleteFunc(s.failed, over)
	return before - len(s.failed)
}

// open reports whether the first message may be sent.
func (s *line) open(now time.Time) bool {
	return len(s.tasks) > 0 && !s.busy && !slices.ContainsFunc(s.failed, func(f failure) bool {
		return f.number < s.tasks[0].number && now.Before(f.until)
	})
}

func (s *line) empty() bool { return len(s.tasks) == 0 && len(s.failed) == 0 }
