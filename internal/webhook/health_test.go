package webhook_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// ledger writes deliveries of webhooks past the worker.
type ledger struct {
	db  *entdb.DB
	app app
	at  time.Time
}

// add writes the delivery of the n-th event to a webhook; of a sample n is 0.
func (l ledger) add(t *testing.T, hook string, n int, status domain.DeliveryStatus) string {
	t.Helper()
	return l.row(hook, n, 0, status).SaveX(viewer.System(t.Context())).ID
}

func (l ledger) row(hook string, n, after int, status domain.DeliveryStatus) *ent.DeliveryCreate {
	at := l.at.Add(time.Duration(n+after) * time.Second)
	event, _ := typeid.Bounds(typeid.Event, at)
	return l.db.Client.Delivery.Create().SetID(typeid.Derive(typeid.Delivery, event, hook, "")).SetAppID(l.app.Rows["App"]).
		SetWebhookID(hook).SetEventID(event).SetCreatedAt(at).SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(int64(n)).
		SetTest(n == 0).SetStatus(status)
}

// rate writes a rate as a text.
func rate(ctx context.Context, t *testing.T, s *webhook.Service, w *ent.Webhook) string {
	t.Helper()
	got, err := s.SuccessRate(ctx, w)
	if err != nil {
		t.Fatal(err)
	}
	if got == nil {
		return "none"
	}
	return fmt.Sprintf("%.3f", *got)
}

// TestSuccessRate is of the last 100 messages that came to an end, of which
// samples are none.
func TestSuccessRate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		l, n := ledger{db, mine, time.Now().Add(-time.Hour)}, 0
		add := func(count int, status domain.DeliveryStatus, want string) {
			t.Helper()
			for chunk := range slices.Chunk(make([]*ent.DeliveryCreate, count), 500) {
				for i := range chunk {
					n++
					chunk[i] = l.row(w.ID, n, 0, status)
				}
				db.Client.Delivery.CreateBulk(chunk...).ExecX(viewer.System(t.Context()))
			}
			if got := rate(mine.ctx, t, s, w); got != want {
				t.Errorf("the rate with %d more %s is %s, want %s", count, status, got, want)
			}
		}
		add(0, "", "none")
		l.add(t, w.ID, 0, domain.DeliveryDelivered)
		add(2, domain.DeliveryPending, "none")
		add(30, domain.DeliveryFailed, "0.000")
		add(90, domain.DeliveryDelivered, "0.900") // ten of the failed ones are among the last 100
		add(150, domain.DeliveryCancelled, "0.900")
		add(1, domain.DeliveryFailed, "0.900") // one came, and one went
		if got := rate(other.ctx, t, s, w); got != "none" {
			t.Errorf("another app sees the rate %s", got)
		}
		add(999, domain.DeliveryCancelled, "0.000") // of the newest 1,000 the one that failed is the last
		add(1, domain.DeliveryCancelled, "none")
	})
}

// TestLastDelivery is the newest by when it was owed, whatever was written last.
func TestLastDelivery(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		l := ledger{db, mine, time.Now().Add(-time.Hour)}
		last := func(want string) {
			t.Helper()
			got, err := s.LastDelivery(mine.ctx, w)
			if err != nil || got == nil && want != "" || got != nil && got.ID != want {
				t.Errorf("the last delivery is %v, %v, want %s", got, err, want)
			}
		}
		last("")
		last(l.add(t, w.ID, 0, domain.DeliveryDelivered))
		told := l.add(t, w.ID, 7, domain.DeliveryFailed)
		l.add(t, w.ID, 5, domain.DeliveryDelivered)
		l.add(t, other.Rows["Webhook"], 9, domain.DeliveryDelivered)
		last(told)
		sample := l.row(w.ID, 0, 8, domain.DeliveryPending).SaveX(viewer.System(t.Context())).ID
		last(sample)
		last(l.add(t, w.ID, 20, domain.DeliveryPending))
		if got, err := s.LastDelivery(other.ctx, w); got != nil || err != nil {
			t.Errorf("another app sees %v, %v", got, err)
		}
	})
}

// TestLatestDeliveries are the ten newest by when they were owed, samples among them.
func TestLatestDeliveries(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		l := ledger{db, mine, time.Now().Add(-time.Hour)}
		latest := func(ctx context.Context, want []string) {
			t.Helper()
			got, err := s.LatestDeliveries(ctx, w)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, d := range got {
				ids = append(ids, d.ID)
			}
			if !slices.Equal(ids, want) {
				t.Errorf("the latest deliveries are %v, want %v", ids, want)
			}
		}
		latest(mine.ctx, nil)
		var all []string // in the order of time
		for n := range 12 {
			if n%4 == 0 { // samples at 0, 4 and 8 seconds
				all = append(all, l.row(w.ID, 0, n, domain.DeliveryDelivered).SaveX(viewer.System(t.Context())).ID)
				continue
			}
			all = append(all, l.add(t, w.ID, n, domain.DeliveryPending))
			l.add(t, other.Rows["Webhook"], n, domain.DeliveryDelivered)
		}
		slices.Reverse(all)
		latest(mine.ctx, all[:10])
		latest(other.ctx, nil)
	})
}
