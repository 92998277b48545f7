package delivery

import (
	"cmp"
	"time"
)

// When the breaker opens, and how long it stays so.
const (
	breakRow    = 10               // failures one after the other open it
	breakLeast  = 20               // or half of so many results,
	breakSpan   = 60               // within so many seconds
	firstProbe  = 30 * time.Second // until the first probe; then twice as long, and so on
	lastProbe   = 15 * time.Minute // but no longer
	probeJitter = 0.2              // the part by which that is more or less
	probeSoon   = time.Second      // at most until the first probe of a breaker that begins open
)

// breaker stops sending to a receiver that fails again and again.
//
//	closed ── a row of failures, or too many of late ──▶ open
//	open ── a probe succeeds ──▶ closed
//	open ── a probe fails ──▶ open, for twice as long
//
// While it is open it learns from probes alone: what was in flight when it opened
// tells of the time before. The zero value is closed.
type breaker struct {
	open    bool
	changed time.Time // when it last opened or closed

	row    int       // failures since the last success
	begun  time.Time // the first of them
	counts [breakSpan]tally

	pace    time.Duration // until the first probe; 0 means firstProbe
	wait    time.Duration // until the next one, without jitter
	probeAt time.Time
	probing bool
}

// tally is what came in one second of the clock.
type tally struct {
	at           int64
	well, failed int32
}

// slot is the count of the time's second.
func (b *breaker) slot(now time.Time) *tally {
	at := now.Unix()
	s := &b.counts[((at%breakSpan)+breakSpan)%breakSpan]
	if s.at != at {
		*s = tally{at: at}
	}
	return s
}

// success reports whether it closes the breaker.
func (b *breaker) success(now time.Time) (closed bool) {
	if b.open {
		if !b.probing {
			return false
		}
		b.shut(now)
		return true
	}
	b.row = 0
	b.slot(now).well++
	return false
}

// failure returns when the failures began that keep the breaker open, or open it;
// zero while it is closed, and for what began before it opened.
func (b *breaker) failure(now time.Time, random func() float64) (since time.Time) {
	if b.open {
		if !b.probing {
			return time.Time{}
		}
		b.probing = false
		b.wait = min(2*b.wait, lastProbe)
		b.delay(now, random)
		return b.begun
	}
	if b.row++; b.row == 1 {
		b.begun = now
	}
	b.slot(now).failed++
	if b.row >= breakRow {
		b.trip(now, random)
		return b.begun
	}
	if first, ok := b.tooMany(now); ok {
		b.begun = first
		b.trip(now, random)
		return b.begun
	}
	return time.Time{}
}

// tooMany reports whether at least half of enough results failed lately, and when
// the first of those came.
func (b *breaker) tooMany(now time.Time) (first time.Time, ok bool) {
	var all, failed int32
	earliest := now.Unix()
	for _, s := range b.counts {
		if s.at <= now.Unix()-breakSpan || s.at > now.Unix() {
			continue
		}
		all, failed = all+s.well+s.failed, failed+s.failed
		if s.failed > 0 {
			earliest = min(earliest, s.at)
		}
	}
	return time.Unix(earliest, 0), all >= breakLeast && 2*failed >= all
}

func (b *breaker) trip(now time.Time, random func() float64) {
	b.open, b.changed, b.wait = true, now, b.first()
	b.delay(now, random)
}

// begin opens a breaker whose webhook was found failing.
func (b *breaker) begin(now, since time.Time, random func() float64) {
	b.begun = since
	b.trip(now, random)
	b.wait, b.probeAt = b.first()/2, now.Add(time.Duration(random()*float64(probeSoon)))
}

// refused opens the breaker, or keeps it open: the receiver wants nothing.
func (b *breaker) refused(now time.Time, random func() float64) {
	if b.row == 0 && !b.open {
		b.begun = now
	}
	b.trip(now, random)
	b.probing = false
}

func (b *breaker) delay(now time.Time, random func() float64) {
	factor := 1 - probeJitter + 2*probeJitter*random()
	b.probeAt = now.Add(time.Duration(factor * float64(b.wait)))
}

// shut closes it, and forgets what led to its opening.
func (b *breaker) shut(now time.Time) { *b = breaker{changed: now, pace: b.pace} }

func (b *breaker) first() time.Duration { return cmp.Or(b.pace, firstProbe) }

// due reports whether a probe may begin.
func (b *breaker) due(now time.Time) bool { return b.open && !b.probing && !now.Before(b.probeAt) }
