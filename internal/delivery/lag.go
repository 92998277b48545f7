package delivery

import (
	"time"

	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// lag is how far a lane is behind its runner, and how it catches up. A lane falls
// behind when it has no room for the next message, when its webhook is paused and
// when the breaker opens. From then on its runner passes it over, and it reads the
// log itself. However much waits, that is one row: the event up to which all is
// done, or in the table by itself. A lane that has read what its runner has handed
// out is live again; the row goes when what it read itself has been written.
type lag struct {
	on       bool
	position place          // behind the last message taken, in the order of the log
	known    int64          // up to this event there may be rows of what is behind the position
	account  *books         // of what was taken while it was behind; nil: it never was
	settling bool           // it gave messages back: nothing is read before all others are written
	listed   bool           // it is to be read for, or is being
	over     map[place]bool // behind the position: what was due and is done, which the table may not say yet
	sparse   bool           // few of the events it reads are its own
	bare     bool           // it has found nothing to try its parked webhook out with: looked for once a second
	episode  int            // how often it fell behind
	pledged  bool           // the table says that it is behind, of this time
	stored   bool           // the table says that it is behind, or was
	noted    int64          // the event that is in the table
}

// passes reports whether a message of the log is not, or no more, for the runner
// to hand out. The lock is held, here and below.
func (l *lane) passes(p place) bool { return l.on || p.compare(l.position) <= 0 }

func (l *lane) passing() offering {
	if l.pledged {
		return passed
	}
	return owned
}

// skips is passes by itself, for an event of the log.
func (l *lane) skips(number int64) (offering, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.passing(), l.on || number <= l.position.whole()
}

// fallBehind leaves what is behind the position to the lane.
func (l *lane) fallBehind(closes ...int64) {
	l.on, l.pledged = true, false
	l.episode++
	if l.account == nil {
		l.account = newBooks(l.position.whole())
	}
	l.account.move(l.position.whole())
	l.runner.worker.outbox.mark(mark{lane: l, closes: closes})
}

// want has the lane read for, if it is behind and may send a good part of a page;
// or one message, to try a parked webhook out.
func (l *lane) want() {
	if l.inFlight+l.unwritten == 0 {
		l.settling = false
	}
	if !l.on || l.listed || l.settling {
		return
	}
	now := time.Now()
	switch {
	case l.gate.parked() && (l.bare || !l.gate.probe(now, l.inFlight)):
		l.await(now) // and the tick comes back
		return
	case l.gate.known && !l.gate.parked() && l.caughtUp():
		l.on = false
		return
	case !l.gate.parked() && 2*l.room() < l.runner.worker.laneLimit():
		return
	}
	l.listed = true
	l.runner.worker.readers.add(l)
}

// caughtUp reports whether the lane has read all that its runner has handed out.
// What that is handing out just now it will hear of, or has read.
func (l *lane) caughtUp() bool { return behind(l.runner.handed.Load()).compare(l.position) <= 0 }

// stretch is a part of the log as far as it is owed to one webhook, and what the
// table knows of it.
type stretch struct {
	from   place
	upTo   int64 // nothing is left out up to this event
	events []*bodies
	known  map[message]*known
}

// take takes messages that the lane has read, as far as there is room, or up to
// the first that may be sent where the webhook is only tried out.
func (l *lane) take(s stretch) {
	if !l.on || l.settling || s.from != l.position {
		return // it was parked meanwhile
	}
	parked := l.gate.parked()
	if parked && !l.gate.probe(time.Now(), l.inFlight) {
		return
	}
	for _, b := range s.events {
		parts := b.owed(l.target.id, l.position)
		if _, read := l.account.state(); len(parts) > 0 && read < b.event.Number {
			l.account.enter(b.event.Number, len(parts))
		}
		for _, part := range parts {
			if l.room() == 0 || parked && len(l.ready) > 0 {
				l.pump()
				return
			}
			l.position = place{b.event.Number, part}
			l.consider(b, part, s.known)
		}
	}
	l.position = behind(s.upTo)
	l.account.enterAt(s.upTo)
	l.pump()
}

// consider takes one message, unless the table knows more of it than that it
// waits.
func (l *lane) consider(b *bodies, part string, rows map[message]*known) {
	e := b.event
	if k := rows[message{e.ID, l.target.id, part}]; k != nil {
		l.account.close(e.Number)
		f := failure{place: place{e.Number, part}, until: k.until, next: k.next, order: l.order}
		if k.failing && !f.over(time.Now()) && !l.over[f.place] {
			l.recall(e.SeriesID, f)
		}
		return
	}
	if l.has(e.SeriesID, place{e.Number, part}) {
		l.account.close(e.Number)
		return
	}
	t := newTask(l.account, b, l.target.id, part)
	if k := rows[message{e.ID, l.target.id, wire.Before(part)}]; k != nil && k.failing {
		t.firstAt = k.next
	}
	l.enqueue(t)
}

// owed lists the parts of an event that a webhook is owed behind a place.
func (b *bodies) owed(webhookID string, after place) []string {
	var parts []string
	for _, owing := range b.event.Owed {
		if id, part := eventlog.OwedTo(owing); id == webhookID && after.before(place{b.event.Number, part}) {
			parts = append(parts, part)
		}
	}
	return parts
}
