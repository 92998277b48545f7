package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slotcast/ent/event"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const (
	resumed = 10_000 // messages of the backlog are waited for
	warmth  = 20_000 // events that the server has delivered before
)

// paused gives a running server a long backlog for a paused webhook, and another
// webhook's events among it, which tell when the server has seen all. It measures
// what the backlog takes, and how soon it comes, in order, once it may.
func (r *rig) paused(ctx context.Context) (_ []figure, err error) {
	st, err := r.stage(ctx, 2, 2)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.done()) }()
	if err := r.setState(ctx, st.tenants[0].hooks[0], domain.WebhookPaused); err != nil {
		return nil, err
	}
	n, err := r.serve(ctx, "paused")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	if err := r.receiver.forget(true); err != nil {
		return nil, err
	}
	behind, ahead := st.only(0), st.only(1)
	warm := min(r.backlog, warmth)
	if err := st.append(ctx, st.sample, ahead, warm); err != nil { // what every backlog passes through is warm
		return nil, err
	}
	if _, err := r.passed(ctx, warm); err != nil {
		return nil, err
	}
	before, _ := n.resident()
	began := time.Now()
	if err := st.append(ctx, st.sample, behind, r.backlog); err != nil {
		return nil, err
	}
	if err := st.append(ctx, st.sample, ahead, 1); err != nil {
		return nil, err
	}
	sent, err := r.passed(ctx, 1)
	if err != nil {
		return nil, err
	}
	if err := r.put(ctx, behind[0]); err != nil {
		return nil, err
	}
	took := time.Since(began)
	after, _ := n.resident()
	rows, err := r.value(ctx, "SELECT (SELECT count(*) FROM backlogs WHERE id = $1) + (SELECT count(*) FROM deliveries WHERE webhook_id = $1)", behind[0].hooks[0])
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("paused, backlog: %d", r.backlog)
	figures := []figure{
		newFigure(name, "rows of state", "", float64(rows), 0).less().wants(goalState),
		newFigure(name, "resident memory more", "MB", after-before, 0).less().wants(goalMemory),
		newFigure(name, "sent in spite of it", "", float64(sent), 0).less().wants(0),
		newFigure(name, "appending and passing it", "1/s", rate(r.backlog, took), 0),
	}
	if sent > 0 || rows > int64(r.backlog/2) {
		return figures, nil // there is no backlog that could be resumed
	}
	again, err := r.resume(ctx, behind[0], min(resumed, r.backlog))
	return append(figures, again...), err
}

// only is the first app with one of its webhooks.
func (st *stage) only(hook int) []*tenant {
	t := *st.tenants[0]
	t.hooks, t.first = t.hooks[hook:hook+1], hook
	return []*tenant{&t}
}

// put waits until the server knows where the paused webhook is: its shard is
// settled, or it has its row of state.
func (r *rig) put(ctx context.Context, t *tenant) error {
	const open = `SELECT count(*) FROM leases l JOIN shards s ON s.id = l.id
		WHERE s.id = $1 AND l.settled < s.head AND NOT EXISTS (SELECT FROM backlogs WHERE id = $2)`
	ok, err := until(ctx, patience, func() (bool, error) {
		n, err := r.value(ctx, open, t.shard, t.hooks[0])
		return n == 0, err
	})
	if err == nil && !ok {
		err = fmt.Errorf("the log is not settled within %v", patience)
	}
	return err
}

// setState changes a webhook as pauseWebhook and resumeWebhook do; servers see
// it within a second.
func (r *rig) setState(ctx context.Context, id string, state domain.WebhookState) error {
	return r.db.Client.Webhook.UpdateOneID(id).SetState(state).SetStateSince(time.Now().UTC()).Exec(viewer.System(ctx))
}

// passed waits until n more messages have come to the webhook that is not paused,
// and returns how many came to the other one.
func (r *rig) passed(ctx context.Context, n int) (sent int, err error) {
	return sent, r.arrive(ctx, func(a Arrival) bool {
		if a.Hook == 0 {
			sent++
		} else {
			n--
		}
		return n > 0
	})
}

// resume lets the backlog go, and measures until n messages of it have come, each
// once and none far from its place in the log.
func (r *rig) resume(ctx context.Context, t *tenant, n int) ([]figure, error) {
	numbers := map[string]int64{}
	rows, err := r.db.Client.Event.Query().Where(event.AppID(t.appID)).Select(event.FieldID, event.FieldNumber, event.FieldOwed).
		Order(event.ByNumber()).Limit(3*n + 2*warmth).All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the backlog: %w", err)
	}
	for _, e := range rows {
		if slices.Contains(e.Owed, t.hooks[0]) {
			numbers[e.ID] = e.Number
		}
	}
	began := time.Now()
	if err := r.setState(ctx, t.hooks[0], domain.WebhookActive); err != nil {
		return nil, err
	}
	var first, latest, furthest int64
	var got int
	err = r.arrive(ctx, func(a Arrival) bool {
		if number, ok := numbers[a.ID]; ok {
			delete(numbers, a.ID)
			if got++; got == 1 {
				first = a.At
			}
			furthest = max(furthest, latest-number)
			latest = max(latest, number)
		}
		return got < n
	})
	if err != nil {
		return nil, fmt.Errorf("%d of %d messages came after the pause: %w", got, n, err)
	}
	name := fmt.Sprintf("resumed, first %d", n)
	return []figure{
		newFigure(name, "first message after", "ms", milliseconds(time.Unix(0, first).Sub(began)), 0).less(),
		newFigure(name, "deliveries", "1/s", rate(n, time.Since(time.Unix(0, first))), 0),
		newFigure(name, "furthest behind a later one", "events", float64(furthest), 0).less(),
	}, nil
}

// arrive gives to more what comes, until that wants no more. It gives up where
// nothing has come for a while.
func (r *rig) arrive(ctx context.Context, more func(Arrival) bool) error {
	moved := time.Now()
	for {
		came, err := r.receiver.take()
		if err != nil {
			return err
		}
		wanted := true
		for _, a := range came {
			moved, wanted = time.Now(), more(a)
		}
		if !wanted {
			return nil
		}
		if time.Since(moved) > 2*patience {
			return fmt.Errorf("no message for %v", 2*patience)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
