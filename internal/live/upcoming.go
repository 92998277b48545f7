package live

import (
	"context"
	"fmt"
	"sort"
	"time"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// upcoming are the meetings that are still to begin today. What happens to them
// is told by the events, which carry the meeting as it is then: taking one in
// twice, or one that is older than what was read, ends the same. They are read
// anew when the day is over.
type upcoming struct {
	zone   *time.Location
	most   int                  // that are kept
	until  time.Time            // the end of the day
	starts map[string]time.Time // by id; nil: they are too many, and counted in the table

	many    int  // how many there were then
	touched bool // there may be others since
	read    time.Time
}

const (
	rarely = 15 * time.Second // between counts of more than are kept
	// reassigned is how often a member's are read: that a meeting is given to
	// another agent is no event.
	reassigned = time.Minute
)

// endOfDay is the first second of another day, which is not midnight everywhere.
func endOfDay(now time.Time, zone *time.Location) time.Time {
	from, year, day := now.Truncate(time.Second), now.In(zone).Year(), now.In(zone).YearDay()
	seconds := sort.Search(int((48*time.Hour)/time.Second), func(n int) bool {
		at := from.Add(time.Duration(n) * time.Second).In(zone)
		return at.Year() != year || at.YearDay() != day
	})
	return from.Add(time.Duration(seconds) * time.Second)
}

// load reads them with the viewer's rights.
func (u *upcoming) load(ctx context.Context, client *ent.Client, now time.Time) error {
	ctx, cancel := context.WithTimeout(viewer.AsCaller(ctx), seedTime)
	defer cancel()
	until := endOfDay(now, u.zone)
	today := client.Meeting.Query().Where(meeting.StatusEQ(domain.Active), meeting.StartGT(now), meeting.StartLT(until))
	rows, err := today.Clone().Limit(u.most+1).Select(meeting.FieldID, meeting.FieldStart).All(ctx)
	if err != nil {
		return fmt.Errorf("reading the meetings of today: %w", err)
	}
	starts, many := map[string]time.Time{}, 0
	if len(rows) > u.most {
		if many, err = today.Count(ctx); err != nil {
			return fmt.Errorf("counting the meetings of today: %w", err)
		}
		starts = nil
	}
	for _, m := range rows {
		if starts != nil {
			starts[m.ID] = m.Start
		}
	}
	u.until, u.starts, u.many, u.touched, u.read = until, starts, many, false, now
	return nil
}

// take takes in what an event says of a meeting that the viewer sees or not.
func (u *upcoming) take(m *ent.Meeting, seen bool, now time.Time) {
	if m == nil {
		return
	}
	today := seen && m.Status == domain.Active && m.Start.After(now) && m.Start.Before(u.until)
	switch _, known := u.starts[m.ID]; {
	case u.starts == nil:
		u.touched = true
	case today && !known && len(u.starts) >= u.most:
		u.starts, u.many, u.touched = nil, len(u.starts), true
	case today:
		u.starts[m.ID] = m.Start
	default:
		delete(u.starts, m.ID)
	}
}

// count is how many there are. Those that have begun are forgotten.
func (u *upcoming) count(now time.Time) int {
	if u.starts == nil {
		return u.many
	}
	for id, start := range u.starts {
		if !start.After(now) {
			delete(u.starts, id)
		}
	}
	return len(u.starts)
}

// due is when they have to be read anew.
func (u *upcoming) due(member bool) time.Time {
	at := u.until
	switch {
	case u.starts == nil && u.touched:
		at = u.read.Add(rarely)
	case u.starts == nil || member:
		at = u.read.Add(reassigned)
	}
	if at.After(u.until) {
		return u.until
	}
	return at
}

// next is when the next of them begins, or the day ends.
func (u *upcoming) next() time.Time {
	at := u.until
	for _, start := range u.starts {
		if start.Before(at) {
			at = start
		}
	}
	return at
}
