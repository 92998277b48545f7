package delivery

import (
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// message tells one message from all others.
type message struct{ eventID, webhookID, part string }

// task is one message to one webhook on its way through a lane.
type task struct {
	runner    *runner
	bodies    *bodies // of its event
	id        string  // of the delivery
	appID     string
	eventID   string
	webhookID string
	seriesID  string
	place     // in the order of sending
	attempts  []domain.Attempt
	since     time.Time // in memory
	firstAt   time.Time // the second of a pair whose first one was failing: when that is tried again
	fresh     bool      // has no row: its event's account is open; guarded by the lane
	due       bool      // it had a time, which has come
}

func newTask(r *runner, b *bodies, webhookID, part string) *task {
	e := b.event
	return &task{
		runner: r, bodies: b, id: typeid.New(typeid.Delivery), appID: e.AppID, eventID: e.ID, webhookID: webhookID,
		seriesID: e.SeriesID, place: place{e.Number, part}, since: time.Now(), fresh: true,
	}
}

// again makes a task of a row.
func again(r *runner, d *ent.Delivery, b *bodies, firstAt time.Time) *task {
	return &task{
		runner: r, bodies: b, id: d.ID, appID: d.AppID, eventID: d.EventID, webhookID: d.WebhookID,
		seriesID: d.SeriesID, place: place{d.Number, d.Part}, attempts: d.Attempts, since: time.Now(),
		firstAt: firstAt, due: d.NextAttemptAt != nil,
	}
}

// result is what a task's row will say.
type result struct {
	*task
	status        domain.DeliveryStatus
	attempts      []domain.Attempt
	nextAttemptAt *time.Time // PENDING: nil while it waits for its turn
	closes        bool       // settles the message in its event's account
}

// waiting leaves a row behind for a task that stays in hand.
func (t *task) waiting() result {
	return result{task: t, status: domain.DeliveryPending, attempts: t.attempts}
}

// later leaves the task for the given time.
func (t *task) later(at time.Time, attempts []domain.Attempt) result {
	at = at.UTC()
	return result{task: t, status: domain.DeliveryPending, attempts: attempts, nextAttemptAt: &at}
}

func (t *task) ended(status domain.DeliveryStatus, attempts []domain.Attempt) result {
	return result{task: t, status: status, attempts: attempts}
}
