package delivery_test

import (
	"context"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	entgo "entgo.io/ent"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Whatever is read or written, the database has a bounded time to answer.
func TestEveryQueryHasADeadline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		db := e.open()
		var mu sync.Mutex
		unbounded, asked := map[string]string{}, 0
		note := func(ctx context.Context, what string) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if _, bounded := ctx.Deadline(); bounded {
				return
			}
			// who opens the log, and begins to follow it, fails where the server starts
			if stack := string(debug.Stack()); !strings.Contains(stack, "eventlog.Open(") && !strings.Contains(stack, "(*Tail).Run(") {
				unbounded[what] = stack
			}
		}
		db.Client.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier {
			return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
				if of := entgo.QueryFromContext(ctx); of != nil {
					note(ctx, of.Type+" "+strings.Join(of.Fields, ","))
				}
				return next.Query(ctx, q)
			})
		}))
		db.Client.Use(func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				note(ctx, m.Type()+" "+m.Op().String())
				return next.Mutate(ctx, m)
			})
		})
		var n atomic.Int64
		rc := receive(t, func(*http.Request, arrival) int {
			if n.Add(1) <= 15 {
				return 500
			}
			return 200
		})
		hook, m := e.webhook(rc.URL), e.series()
		before := e.append(m)
		ctx := viewer.System(t.Context())
		e.row(hook, before, "").SetAttemptCount(1).SetNextAttemptAt(time.Now().UTC()).
			SetAttempts([]domain.Attempt{{At: time.Now().UTC(), StatusCode: 500}}).ExecX(ctx)
		events := append(e.appendRounds(20, 3), before)
		p := e.startOn(db, func(c *delivery.Config) { c.Schedule = slices.Repeat(backoff.Schedule{200 * time.Millisecond}, 50) })
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		e.keepsUp(hook)
		e.replayed(e.replay(hook, events[:3], nil))
		p.stop()
		mu.Lock()
		defer mu.Unlock()
		for what, stack := range unbounded {
			t.Errorf("%s has no deadline, in %s", what, stack)
		}
		if asked < 20 {
			t.Errorf("%d queries were seen", asked)
		}
	})
}

// A shard whose owner is not told what it has to know, as on a connection that is
// cut off, is started anew.
func TestRecoveryThatHangs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook, db := e.webhook(rc.URL), e.open()
		var hung atomic.Bool
		db.Client.Backlog.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier {
			return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
				if hung.CompareAndSwap(false, true) {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return next.Query(ctx, q)
			})
		}))
		e.append(e.series())
		e.startOn(db, func(c *delivery.Config) { c.Lease = 3 * time.Second })
		eventually(t, "it hangs", hung.Load)
		e.await(hook, domain.DeliveryDelivered, 1)
	})
}
