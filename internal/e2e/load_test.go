package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/app/apptest"
)

// load is bookings, some of which are moved and some called off, made by several
// bookers at once.
type load struct {
	apps  []*chaosApp
	total int
	next  atomic.Int64
	ended chan struct{}
	err   error // read after ended

	mu   sync.Mutex
	made []command
}

// command is what the API said was done: it must be in the log, once.
type command struct{ trigger, meetingID string }

func startLoad(t *testing.T, apps []*chaosApp, total int) *load {
	t.Helper()
	l := &load{apps: apps, total: total, ended: make(chan struct{})}
	group, ctx := errgroup.WithContext(t.Context())
	for range chaosBookers {
		group.Go(func() error {
			for i := l.next.Add(1) - 1; i < int64(total); i = l.next.Add(1) - 1 {
				if err := l.one(ctx, int(i)); err != nil {
					return fmt.Errorf("booking %d: %w", i, err)
				}
			}
			return nil
		})
	}
	go func() {
		defer close(l.ended)
		l.err = group.Wait()
	}()
	t.Cleanup(func() { <-l.ended })
	return l
}

func (l *load) progress() float64 { return float64(l.next.Load()) / float64(l.total) }

// done returns what was done. It is called after the end.
func (l *load) done() []command { return l.made }

// one books a meeting; of each four the second is moved, the third called off,
// and the fourth both.
func (l *load) one(ctx context.Context, i int) error {
	app, kind := l.apps[i%len(l.apps)], i/len(l.apps)%4
	start := hour(0).Add(time.Duration(i/len(l.apps)) * 15 * time.Minute)
	id, err := l.run(ctx, app, "MEETING_BOOKED", bookChat, map[string]any{
		"eventTypeId": app.EventTypeID, "start": start, "idempotencyKey": fmt.Sprintf("book-%d", i),
		"attendees": []any{map[string]any{"name": "Ana Ruiz", "email": "ana@example.org"}},
	})
	if err == nil && kind%2 == 1 {
		id, err = l.run(ctx, app, "MEETING_RESCHEDULED", moveChat, map[string]any{
			"meetingId": id, "start": start.AddDate(0, 6, 0), "idempotencyKey": fmt.Sprintf("move-%d", i),
		})
	}
	if err == nil && kind >= 2 {
		_, err = l.run(ctx, app, "MEETING_CANCELED", cancelChat, map[string]any{"meetingId": id})
	}
	return err
}

const (
	bookChat   = `mutation($in: BookMeetingInput!) { it: bookMeeting(input: $in) { meeting { id } } }`
	moveChat   = `mutation($in: RescheduleMeetingInput!) { it: rescheduleMeeting(input: $in) { meeting { id } } }`
	cancelChat = `mutation($in: CancelMeetingInput!) { meeting: cancelMeeting(input: $in) { id } }`
)

// run sends a command to any server, again and again until one answers. It
// returns the meeting's id.
func (l *load) run(ctx context.Context, app *chaosApp, trigger, mutation string, in map[string]any) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	type payload struct{ Meeting struct{ ID string } }
	for try := 0; ; try++ {
		var out struct {
			payload         // of a cancellation
			It      payload // of the others
		}
		err := app.any().Try(ctx, mutation, map[string]any{"in": in}, &out)
		if try > 0 && trigger == "MEETING_CANCELED" && apptest.HasCode(err, "CONFLICT") {
			out.Meeting.ID, err = in["meetingId"].(string), nil // the try before did it, and died before it could say so
		}
		if err == nil {
			id := out.Meeting.ID + out.It.Meeting.ID
			l.mu.Lock()
			l.made = append(l.made, command{trigger, id})
			l.mu.Unlock()
			return id, nil
		}
		if _, answered := errors.AsType[apptest.Errors](err); answered || ctx.Err() != nil {
			return "", err
		}
		select { // the server was killed: another one
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}
