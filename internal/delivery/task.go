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
	bodies    *bodies // of its event
	account   *books  // that it closes in
	id        string  // of the delivery
	appID     string
	eventID   string
	trigger   domain.Trigger
	createdAt time.Time
	webhookID string
	seriesID  string
	place                      // in the order of sending
	attempts  []domain.Attempt // the latest ones
	count     int              // of all attempts
	begin     int              // how many of them do not count for the schedule
	body      *string          // that was sent before, where it cannot be made again; never changed
	test      bool             // a sample
	replay    *replayFeed      // that it is sent for
	since     time.Time        // in memory
	firstAt   time.Time        // the second of a pair whose first one was failing: when that is tried again
	fresh     bool             // has no row: its event's account is open; guarded by the lane
	due       bool             // it had a time, which has come
	probe     bool             // finds out whether a failing receiver is well again
	counted   bool             // the rate limit has counted it
	scout     bool             // began before its lane knew the webhook
	urgent    bool             // somebody asked for it, and waits
	over      bool             // the webhook was switched off since it came to hand; guarded by the lane
}

// newTask makes a task of what is owed and has no row.
func newTask(account *books, b *bodies, webhookID, part string) *task {
	e := b.event
	return &task{
		bodies: b, account: account, id: typeid.Derive(typeid.Delivery, e.ID, webhookID, part), appID: e.AppID,
		eventID: e.ID, trigger: e.Trigger, createdAt: e.OccurredAt, webhookID: webhookID,
		seriesID: e.SeriesID, place: place{e.Number, part}, since: time.Now(), fresh: true,
	}
}

// again makes a task of a row.
func again(d *ent.Delivery, b *bodies, firstAt time.Time) *task {
	t := &task{
		bodies: b, id: d.ID, appID: d.AppID, eventID: d.EventID, trigger: d.Trigger, createdAt: d.CreatedAt,
		webhookID: d.WebhookID, seriesID: d.EventID, place: place{d.Number, d.Part}, since: time.Now(),
		attempts: d.Attempts, count: d.AttemptCount, begin: d.AttemptsBefore, body: d.Body, test: d.Test,
		firstAt: firstAt, due: d.NextAttemptAt != nil, urgent: d.Urgent,
	}
	if b.event != nil {
		t.seriesID = b.event.SeriesID
	}
	return t
}

// result is what a task's row will say.
type result struct {
	*task
	lane          *lane
	status        domain.DeliveryStatus
	attempts      []domain.Attempt
	nextAttemptAt *time.Time // PENDING: nil while it waits for its turn
	body          *string    // made by a template at this attempt; nil: the row keeps what it has
	closes        bool       // settles the message in its event's account
	count, begin  int        // as the task's, from now on

	lesson       lesson    // for the lane's gate
	rest         time.Time // until then the receiver asked to be left alone,
	from         string    // which is at this URL,
	heldUntil    time.Time // and this is to be written of it; zero: nothing
	failingSince time.Time // the first of the failures that make the webhook fail
	asked        bool      // the row stays urgent
}

// statusCode is the last answer's, nil where there was none.
func (r *result) statusCode() *int {
	if n := len(r.attempts); n > 0 && r.attempts[n-1].StatusCode > 0 {
		return &r.attempts[n-1].StatusCode
	}
	return nil
}

// waiting leaves a row behind for a task that stays in hand.
func (t *task) waiting() result {
	return result{task: t, status: domain.DeliveryPending, attempts: t.attempts, count: t.count, begin: t.begin}
}

// later leaves the task for the given time.
func (t *task) later(at time.Time, attempts []domain.Attempt) result {
	at = at.UTC()
	return result{task: t, status: domain.DeliveryPending, attempts: attempts, nextAttemptAt: &at, count: t.count, begin: t.begin}
}

func (t *task) ended(status domain.DeliveryStatus, attempts []domain.Attempt) result {
	return result{task: t, status: status, attempts: attempts, count: t.count, begin: t.begin}
}
