package delivery

import (
	"time"

	"slotcast/internal/domain"
)

// meets learns what the webhook is like before a message is sent, and reports
// whether it may be.
func (l *lane) meets(h *hook, t *task) bool {
	l.mu.Lock()
	defer l.release()
	l.see(h)
	switch {
	case t.test || !l.gate.parked():
		return true
	case t.probe:
		return h.State != domain.WebhookPaused
	}
	return false
}

// looked learns what the webhook is like, and acts on it.
func (l *lane) looked(h *hook) {
	l.mu.Lock()
	defer l.release()
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
	if h == l.seen && l.gate.known {
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
	if h.OrderPolicy != l.order {
		l.order = h.OrderPolicy
		for _, s := range l.lines {
			s.reorder(l.order)
		}
	}
	l.gate.follow(time.Now(), h.Webhook)
}
