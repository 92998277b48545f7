package delivery

import (
	"time"

	"slotcast/internal/domain"
)

// leave is what a lane says to a message that is about to be sent.
type leave int

const (
	given     leave = iota
	postponed       // the webhook takes nothing now
	refused         // nor will it
)

// meets learns what the webhook is like before a message is sent, and says whether
// it may be.
func (l *lane) meets(h *hook, t *task) leave {
	l.mu.Lock()
	defer l.release()
	if !l.gate.known {
		defer l.pump()
	}
	l.see(h)
	scout := t.scout
	t.scout = false
	switch {
	case h == nil:
		return refused
	case t.test:
		return given
	case h.State == domain.WebhookDisabled || l.ended(h, t):
		if t.counted {
			l.gate.rate.giveBack()
		}
		return refused
	case l.gate.parked() && (!l.gate.takesUrgent() || !t.probe && !t.urgent):
		return postponed
	}
	if now := time.Now(); scout {
		if !t.urgent && now.Before(l.gate.free()) || now.Before(l.gate.rate.free()) {
			return postponed
		}
		l.gate.tally(now)
	}
	return given
}

// ended reports whether the webhook was switched off when it was owed the message,
// though it may be on again. What somebody has asked for since is sent.
func (l *lane) ended(h *hook, t *task) bool {
	return t.replay == nil && !t.urgent && (t.over || !t.due && t.number <= h.OwedAfter)
}

// spent reports whether a message that is in hand is not tried again.
func (l *lane) spent(t *task) bool { return t.over || l.gate.gone || l.gate.over() }

// looked learns what the webhook is like, and acts on it.
func (l *lane) looked(h *hook) {
	l.mu.Lock()
	defer l.release()
	if l.dead {
		return // since the look at the table began
	}
	l.see(h)
	if l.gate.parked() {
		l.park()
	}
	l.pump()
	l.want()
}

// see has the gate follow the webhook. Of one that is deleted nothing waits any
// more; what is in hand then is cancelled, as of one that is switched off.
func (l *lane) see(h *hook) {
	if h == l.seen && l.gate.known && (h != nil || !l.on) {
		return
	}
	l.seen = h
	if h == nil {
		l.gate.follow(time.Now(), nil)
		if l.on {
			l.position = l.position.max(behind(l.runner.handed.Load()))
			l.account.move(l.position.whole())
		}
		return
	}
	if h.OwedAfter > l.owedAfter {
		l.expire(h.OwedAfter)
		l.owedAfter = h.OwedAfter
	}
	if h.OrderPolicy != l.order {
		l.forgot = l.gate.known && h.OrderPolicy == domain.OrderStrict
		l.order = h.OrderPolicy
		for _, s := range l.lines {
			s.reorder(l.order)
		}
	}
	l.gate.follow(time.Now(), h.Webhook)
}

// expire ends what is in hand of a webhook that was switched off, if the lane has
// known another one than it is now: what happened up to then, but for what somebody
// has asked for. What came later is owed to it.
func (l *lane) expire(upTo int64) {
	if !l.gate.known {
		return
	}
	for _, s := range l.lines {
		for _, t := range s.tasks {
			t.over = t.over || t.number <= upTo && !t.urgent
		}
	}
}
