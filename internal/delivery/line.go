package delivery

import (
	"slices"
	"time"

	"slotcast/internal/domain"
)

// line is a series in a lane: its messages in memory, and those of them that
// have failed and wait in the table. It is guarded by its lane.
type line struct {
	series string
	tasks  []*task // by place; the first may be in flight
	busy   bool    // it is
	listed bool    // the line is among the lane's ready ones
	failed []failure
}

// failure is a message that failed, or one that was put off because another did;
// those behind its place wait for it, as the order policy has it:
//
//	NONE     not at all
//	BOUNDED  in its time of grace
//	STRICT   until it is done; behind the time of grace they do so in the table
//
// The second of a pair waits for the first whatever the policy.
type failure struct {
	place
	until time.Time // when its time of grace ends
	next  time.Time // when it is tried again
	order domain.OrderPolicy
}

// holds reports whether others wait behind the failure.
func (f failure) holds(now time.Time) bool {
	switch f.order {
	case domain.OrderNone:
		return false
	case domain.OrderStrict:
		return true
	case domain.OrderBounded:
	}
	return now.Before(f.until)
}

// over reports whether nobody needs to know of the failure any more.
func (f failure) over(now time.Time) bool {
	return f.order != domain.OrderStrict && !now.Before(f.until)
}

// late reports whether those that wait behind the failure no longer do so in
// memory.
func (f failure) late(now time.Time) bool {
	return f.order == domain.OrderStrict && !now.Before(f.until)
}

// after is when those that are put off because of the failure come back.
func (f failure) after(now time.Time) time.Time {
	if !now.Before(f.next) { // it is in hand
		return now.Add(time.Second)
	}
	return f.next
}

// graceOf returns when the time of grace ends of a message with these latest ones
// of so many attempts, of which the first were made before it was asked for anew.
func (w *Worker) graceOf(attempts []domain.Attempt, count, begin int) time.Time {
	if len(attempts) == 0 {
		return time.Time{}
	}
	at := begin - (count - len(attempts))
	return attempts[min(max(at, 0), len(attempts)-1)].At.Add(w.cfg.Grace)
}

// first returns the failure of the message that has to be done before this one.
// Where that is in the line itself, the two go in order.
func (s *line) first(t *task) (f failure, failed bool) {
	first, ok := t.first()
	if !ok || s.has(first) {
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

// behind returns, of the failures that this message waits for no longer in memory,
// the one that is tried last.
func (s *line) behind(t *task, now time.Time) (last failure, late bool) {
	for _, f := range s.failed {
		if f.late(now) && f.before(t.place) && (!late || f.next.After(last.next)) {
			last, late = f, true
		}
	}
	return last, late
}

// overdue takes a message out of the line that waits no longer in memory, and
// returns the failure because of which it is put off.
func (s *line) overdue(now time.Time) (t *task, f failure) {
	if !slices.ContainsFunc(s.failed, func(f failure) bool { return f.late(now) }) {
		return nil, failure{}
	}
	for i, t := range s.tasks {
		if i == 0 && s.busy {
			continue
		}
		if f, late := s.behind(t, now); late {
			s.tasks = slices.Delete(s.tasks, i, i+1)
			return t, f
		}
	}
	return nil, failure{}
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

// has reports whether a message is in the line.
func (s *line) has(at place) bool {
	return slices.ContainsFunc(s.tasks, func(t *task) bool { return t.place == at })
}

// holds reports whether a message is in the line, or known to have failed.
func (s *line) holds(at place) bool {
	return s.has(at) || slices.ContainsFunc(s.failed, func(f failure) bool { return f.place == at })
}

// forgive ends failures that nobody waits for any more, and returns how many.
func (s *line) forgive(now time.Time) (ended int) {
	return s.drop(func(f failure) bool { return f.over(now) })
}

func (s *line) drop(over func(failure) bool) int {
	before := len(s.failed)
	s.failed = slices.DeleteFunc(s.failed, over)
	return before - len(s.failed)
}

// reorder takes up the order policy that the owner has chosen since.
func (s *line) reorder(order domain.OrderPolicy) {
	for i := range s.failed {
		s.failed[i].order = order
	}
}

// open reports whether the first message may be sent.
func (s *line) open(now time.Time) bool {
	return len(s.tasks) > 0 && !s.busy && s.lets(s.tasks[0].place, now)
}

// lets reports whether no failure holds up a message at a place.
func (s *line) lets(at place, now time.Time) bool {
	return !slices.ContainsFunc(s.failed, func(f failure) bool { return f.before(at) && f.holds(now) })
}

func (s *line) empty() bool { return len(s.tasks) == 0 && len(s.failed) == 0 }
