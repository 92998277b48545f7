package live

import "time"

// Poke lets every tally look at the clock.
func (d *Dashboards) Poke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.tallies {
		t.nudge()
	}
}

// Tallies is how many tallies there are.
func (d *Dashboards) Tallies() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.tallies)
}

// Steps is how many steps the tallies hold counts of.
func (d *Dashboards) Steps() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.tallies {
		t.mu.Lock()
		n += len(t.span.steps)
		t.mu.Unlock()
	}
	return n
}

// UpTo is what a latency is rounded up to.
func UpTo(ms int64) int64 { return upTo(spanOf(ms)) }

// Bare are the figures without the times that they are of.
func (d *Dashboard) Bare() Dashboard { return d.bare() }

// EndOfDay is when the day ends in a zone.
func EndOfDay(now time.Time, zone *time.Location) time.Time { return endOfDay(now, zone) }

// MaxTallies is maxTallies.
const MaxTallies = maxTallies
