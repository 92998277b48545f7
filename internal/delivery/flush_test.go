package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// journal is what is logged.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write is of [io.Writer].
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

// String is what has been logged so far.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// writer returns a worker that holds the lease of the app's shard and does nothing
// by itself, and what it logs.
func (e *env) writer() (*delivery.Worker, *ent.Lease, *journal) {
	return e.writerTelling(nil)
}

// writerTelling is writer of a worker that tells what it has changed.
func (e *env) writerTelling(changes delivery.Changes) (*delivery.Worker, *ent.Lease, *journal) {
	logged := &journal{}
	w := delivery.New(delivery.Config{Client: e.db.Client, Changes: changes, Logger: slog.New(slog.NewJSONHandler(logged, nil))})
	return w, e.lease().Update().SetOwner(w.Process()).AddEpoch(1).SaveX(viewer.System(e.t.Context())), logged
}

// tried is an attempt that was answered with a text.
func tried(text string) []domain.Attempt {
	return []domain.Attempt{{At: time.Now().UTC().Truncate(time.Microsecond), StatusCode: 200, Response: text}}
}

// refuse has the database refuse the rows of deliveries for which a condition holds.
func (e *env) refuse(condition string) {
	e.t.Helper()
	statement := "ALTER TABLE deliveries ADD CONSTRAINT refuses CHECK (NOT (" + condition + "))"
	if e.db.Dialect == dialect.SQLite {
		statement = "CREATE TRIGGER refuses BEFORE INSERT ON deliveries WHEN " +
			strings.NewReplacer("event_id", "NEW.event_id", "attempts", "CAST(NEW.attempts AS TEXT)").Replace(condition) +
			" BEGIN SELECT RAISE(ABORT, 'refuses'); END"
	}
	if _, err := e.db.SQL.ExecContext(e.t.Context(), statement); err != nil {
		e.t.Fatal(err)
	}
}

// Two results about one message in a batch are one row, which has the later word.
func TestOneMessageTwiceInAFlush(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		hook, ev := e.webhook("https://example.org"), e.append(e.series())
		for _, first := range []bool{true, false} { // it has no row, it has one
			w, l, _ := e.writer()
			var transactions atomic.Int64
			e.db.Client.Lease.Use(func(next ent.Mutator) ent.Mutator {
				return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
					transactions.Add(1)
					return next.Mutate(ctx, m)
				})
			})
			w.Flush(viewer.System(t.Context()), l,
				delivery.Word{Event: ev, Webhook: hook.ID, Status: domain.DeliveryFailed, Count: 1, First: first},
				delivery.Word{Event: ev, Webhook: hook.ID, Status: domain.DeliveryDelivered, Count: 2})
			if rows := e.deliveries(hook); len(rows) != 1 || rows[0].Status != domain.DeliveryDelivered || rows[0].AttemptCount != 2 {
				t.Errorf("rows = %v", rows)
			}
			if n := transactions.Load(); n != 1 {
				t.Errorf("it took %d transactions", n)
			}
		}
		if l := e.lease(); l.Settled != ev.Number {
			t.Errorf("it is settled up to %d, want %d", l.Settled, ev.Number)
		}
	})
}

// What is written in the hope that it is the first word of its message, and is not,
// takes nothing with it.
func TestRowsThatAreThereAlready(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		hook, m := e.webhook("https://example.org"), e.series()
		w, l, logged := e.writer()
		var words []delivery.Word
		for i := range 250 {
			ev := e.append(m)
			if i%100 == 7 {
				e.row(hook, ev, "").SetStatus(domain.DeliveryFailed).SetStatusCode(500).SetAttemptCount(1).SetBody("as it was sent").
					SetAttempts([]domain.Attempt{{At: time.Now().UTC(), StatusCode: 500}}).ExecX(ctx)
			}
			words = append(words, delivery.Word{Event: ev, Webhook: hook.ID, Status: domain.DeliveryDelivered, Count: 1, Attempts: tried("ok"), First: true})
		}
		w.Flush(ctx, l, words...)
		rows := e.deliveries(hook)
		for i, d := range rows {
			if d.Status != domain.DeliveryDelivered || *d.StatusCode != 200 || len(d.Attempts) != 1 || d.Attempts[0].Response != "ok" || d.EventID != words[i].Event.ID {
				t.Errorf("row %d = %v", i, d)
			}
			if kept := d.Body != nil && *d.Body == "as it was sent"; kept != (i%100 == 7) {
				t.Errorf("row %d has the body that was sent: %t", i, kept)
			}
		}
		if settled := e.lease().Settled; len(rows) != len(words) || settled != words[249].Event.Number || logged.String() != "" {
			t.Errorf("there are %d rows, settled up to %d, and the log says %s", len(rows), settled, logged)
		}
	})
}

// Of a batch with rows that the database refuses all others are written, and one of
// which it refuses what a receiver said without that.
func TestRefusedRows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		hook, m := e.webhook("https://example.org"), e.series()
		changes := newOnlooker(e)
		w, l, logged := e.writerTelling(changes)
		var events []*eventlog.Event
		var words []delivery.Word
		for range 120 {
			ev := e.append(m)
			events = append(events, ev)
			words = append(words, delivery.Word{Event: ev, Webhook: hook.ID, Status: domain.DeliveryDelivered, Count: 1, Attempts: tried("fine"), First: true})
		}
		words[3].Attempts = tried("poison")
		e.refuse(fmt.Sprintf("attempts LIKE '%%poison%%' OR event_id = '%s' OR event_id = '%s'", events[70].ID, events[119].ID))
		w.Flush(ctx, l, words...)
		written := map[string]*ent.Delivery{}
		for _, d := range e.deliveries(hook) {
			written[d.EventID] = d
		}
		if len(changes.last) != 118 {
			t.Errorf("%d rows are told of, want all that are written", len(changes.last))
		}
		for i, ev := range events {
			d, refused := written[ev.ID], i == 70 || i == 119
			if refused != (d == nil) || d != nil && (d.Status != domain.DeliveryDelivered || d.AttemptCount != 1 || len(d.Attempts) != 1) {
				t.Errorf("the row of event %d is %v", i, d)
			}
			if says := strings.Count(logged.String(), `"event_id":"`+ev.ID); says != map[bool]int{true: 1}[refused || i == 3] {
				t.Errorf("the log names event %d %d times", i, says)
			}
		}
		if d := written[events[3].ID]; d.StatusCode != nil || !strings.Contains(d.Attempts[0].Error, "refused") || strings.Contains(logged.String(), "poison") {
			t.Errorf("what remains is %v; the log: %s", d, logged)
		}
		if settled := e.lease().Settled; settled != events[119].Number {
			t.Errorf("it is settled up to %d, want %d", settled, events[119].Number)
		}
	})
}

// A database that is away for a moment is asked again, until the rows are there.
func TestFlushIsTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		hook, ev := e.webhook("https://example.org"), e.append(e.series())
		w, l, logged := e.writer()
		if _, err := e.db.SQL.ExecContext(t.Context(), "ALTER TABLE deliveries RENAME TO away"); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.Flush(ctx, l, delivery.Word{Event: ev, Webhook: hook.ID, Status: domain.DeliveryDelivered, Count: 1, First: true})
		}()
		eventually(t, "it was tried in vain", func() bool { return strings.Contains(logged.String(), `"msg":"flush"`) })
		other := e.open()
		if _, err := other.SQL.ExecContext(t.Context(), "ALTER TABLE away RENAME TO deliveries"); err != nil {
			t.Fatal(err)
		}
		<-ended
		e.await(hook, domain.DeliveryDelivered, 1)
		if strings.Contains(logged.String(), "delivery_refused") {
			t.Errorf("the log says %s", logged)
		}
	})
}

// A commit of which nobody knows whether it happened is written once more: a replay
// counts a message once.
func TestProgressTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		hook := e.webhook("https://example.org")
		events := e.appendRounds(10, 1)
		p := e.replay(hook, events, func(c *ent.ReplayCreate) { c.SetNumber(events[0].Number + 1).SetSent(2).SetDelivered(1) })
		w, l, _ := e.writer()
		if err := w.Told(ctx, l, p, 5, 3); err != nil {
			t.Fatal(err)
		}
		if p = e.db.Client.Replay.GetX(ctx, p.ID); p.Sent != 7 || p.Delivered != 6 || p.Number != events[0].Number+6 {
			t.Errorf("replay = %+v", p)
		}
	})
}

// A message that has been sent as often as its row can count is sent once more when
// somebody asks for it, and others with it.
func TestRowThatCountsNoFurther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		rc, most := receive(t, nil), 1<<15-1
		hook, other := e.webhook(rc.URL), e.webhook(rc.URL)
		ev := e.append(e.series())
		e.row(hook, ev, "").SetAttemptCount(most).SetAttemptsBefore(most).SetNextAttemptAt(time.Now().UTC()).ExecX(ctx)
		e.db.Client.Lease.UpdateOneID(ev.Shard).SetSettled(ev.Number).ExecX(ctx)
		e.start(nil)
		e.append(e.series())
		e.await(other, domain.DeliveryDelivered, 1)
		if d := e.await(hook, domain.DeliveryDelivered, 2)[0]; d.AttemptCount != most || len(d.Attempts) != 1 {
			t.Errorf("its row = %v", d)
		}
	})
}
