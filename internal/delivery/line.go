package delivery

import (
	"slices"
	"time"

	"slotcast/internal/domain"
)

// line is a series in a lane: its messages in memory, and those of them that
// have failed lately and wait in the table. It is guarded by its lane.
type line struct {
	series string
	tasks  []*task // by place; the first may be in flight
	busy   bool    // it is
	listed bool    // the line is among the lane's ready ones
	failed []failure
}

// failure is a message that failed, or the second of a pair whose first one did;
// those behind its place wait for it.
type failure struct {
	place
	until time.Time // when its time of grace ends
	next  time.Time // when it is tried again
}

// graceOf returns until when others wait behind a message with these attempts,
// from the first one on.
func (w *Worker) graceOf(attempts []domain.Attempt) time.Time {
	if len(attempts) == 0 {
		return time.Time{}
	}
	return attempts[0].At.Add(w.cfg.Grace)
}

// first returns the failure of the message that has to be done before this one.
// Where that is in the line itself, the two go in order.
func (s *line) first(t *task) (f failure, failed bool) {
	first, ok := t.first()
	if !ok || slices.ContainsFunc(s.tasks, func(other *task) bool { return other.place == first }) {
		return failure{}, false
	}
	if i := slices.IndexFunc(s.failed, func(f failure) bool { return f.place == first }); i >= 0 {
		return s.failed[i], true
	}
	return failure{place: first, next: t.firstAt}, !t.firstAt.IsZero()
}

// second takes the second of a pair out of the line, nil where it is not there.
// The first one is no longer in it, nor is any in flight.
func (s *line) second(first place) *task {
	i := slices.IndexFunc(s.tasks, func(t *task) bool {
		before, ok := t.first()
		return ok && before == first
	})
	if i < 0 {
		return nil
	}
	t := s.tasks[i]
	s.tasks = slices.Delete(s.tasks, i, i+1)
	return t
}

// insert puts a message in its place, never before one in flight. It returns
// how many failures ended: its own one, if it comes back.
func (s *line) insert(t *task) (ended int) {
	at := len(s.tasks)
	for at > 0 && t.before(s.tasks[at-1].place) && (at > 1 || !s.busy) {
		at--
	}
	s.tasks = slices.Insert(s.tasks, at, t)
	return s.drop(func(f failure) bool { return f.place == t.place })
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
		return f.before(s.tasks[0].place) && now.Before(f.until)
	})
}

func (s *line) empty() bool { return len(s.tasks) == 0 && len(s.failed) == 0 }
