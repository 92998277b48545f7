package delivery

import (
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
)

// task is one message to one webhook on its way through a lane.
type task struct {
	runner    *runner
	event     *eventlog.Event
	id        string // of the delivery
	webhookID string
	seriesID  string
	part      string
	number    int64
	attempts  []domain.Attempt
	fresh     bool // comes from the log: its event's account is open
}

func newTask(r *runner, e *eventlog.Event, webhookID string) *task {
	return &task{
		runner: r, event: e, id: typeid.New(typeid.Delivery), webhookID: webhookID,
		seriesID: e.SeriesID, number: e.Number, fresh: true,
	}
}

// again makes a task of a row that is due.
func again(r *runner, d *ent.Delivery, e *eventlog.Event) *task {
	return &task{
		runner: r, event: e, id: d.ID, webhookID: d.WebhookID, part: d.Part,
		seriesID: d.SeriesID, number: d.Number, attempts: d.Attempts,
	}
}

// result is what became of a task: what the row will say.
type result struct {
	*task
	status        domain.DeliveryStatus
	attempts      []domain.Attempt
	nextAttemptAt *time.Time // set while PENDING
}

// later leaves the task for the given time, without an attempt.
func (t *task) later(at time.Time) result {
	at = at.UTC()
	return result{task: t, status: domain.DeliveryPending, attempts: t.attempts, nextAttemptAt: &at}
}

func (t *task) ended(status domain.DeliveryStatus, attempts []domain.Attempt) result {
	return result{task: t, status: status, attempts: attempts}
}
