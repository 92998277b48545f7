package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/app/apptest"
)

// trafficPace is between the commands of one of the two who make them.
const trafficPace = 40 * time.Millisecond

// traffic books meetings, moves some and calls all of them off, over any server,
// for as long as it is let.
type traffic struct {
	me      owner
	servers cluster
	ctx     context.Context // of the requests: those under way are finished
	stop    context.CancelFunc
	group   *errgroup.Group
}

func startTraffic(t *testing.T, me owner, servers cluster) *traffic {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &traffic{me: me, servers: servers, ctx: t.Context(), stop: stop, group: &errgroup.Group{}}
	for worker := range 2 {
		r.group.Go(func() error { return r.work(ctx, worker) })
	}
	t.Cleanup(func() {
		stop()
		_ = r.group.Wait() // end says what it is
	})
	return r
}

// end stops it when the commands under way are done.
func (r *traffic) end(t *testing.T) {
	t.Helper()
	r.stop()
	if err := r.group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// work goes through half hours of its own, each of which is free again at the end.
func (r *traffic) work(ctx context.Context, worker int) error {
	pace := time.NewTicker(trafficPace)
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		if err := r.one(worker, i, pace.C); err != nil {
			return fmt.Errorf("meeting %d of %d: %w", i, worker, err)
		}
	}
	return nil
}

// one books a meeting, moves it twice out of three times, and calls it off.
func (r *traffic) one(worker, i int, pace <-chan time.Time) error {
	start, key := hour(24+worker*1000+i%500), fmt.Sprintf("-%d-%d", worker, i)
	id, err := r.run(bookChat, map[string]any{
		"eventTypeId": r.me.EventTypeID, "start": start, "idempotencyKey": "book" + key,
		"attendees": []any{map[string]any{"name": "Ana Ruiz", "email": "ana@example.org"}},
	})
	<-pace
	if err == nil && i%3 > 0 {
		id, err = r.run(moveChat, map[string]any{
			"meetingId": id, "start": start.Add(500 * time.Hour), "idempotencyKey": "move" + key,
		})
		<-pace
	}
	if err == nil {
		_, err = r.run(cancelChat, map[string]any{"meetingId": id})
		<-pace
	}
	return err
}

// run sends a command to any server, again and again until one answers, and
// returns the meeting's id.
func (r *traffic) run(mutation string, in map[string]any) (string, error) {
	ctx, cancel := context.WithTimeout(r.ctx, time.Minute)
	defer cancel()
	type payload struct{ Meeting struct{ ID string } }
	for try := 0; ; try++ {
		var out struct {
			payload         // of a cancellation
			It      payload // of the others
		}
		client := apptest.Client{URL: r.servers[rand.IntN(len(r.servers))].URL(), Token: r.me.Token, HTTP: r.me.HTTP}
		err := client.Try(ctx, mutation, map[string]any{"in": in}, &out)
		if mutation == cancelChat && try > 0 && apptest.HasCode(err, "CONFLICT") {
			return "", nil // the try before did it, and its answer was lost
		}
		_, answered := errors.AsType[apptest.Errors](err)
		if err == nil || answered || ctx.Err() != nil {
			return out.Meeting.ID + out.It.Meeting.ID, err
		}
		select { // the server has been ended: another one, or the same again
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}
