package retention_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/retention"
)

// story is a random life of a server: hours are counted from the first partition.
type story struct {
	Events   []told
	Settled  int
	Behind   []int // of each webhook, -1 where it is not
	States   []domain.WebhookState
	Replay   [2]int
	Days     int
	Few      int
	Batch    int
	AheadFor int
	Now      int
}

type told struct {
	Hour, Webhook, Part int
	Status              domain.DeliveryStatus // of its delivery; empty: none
	Test                bool
}

const hooks = 3

func stories() *rapid.Generator[story] {
	return rapid.Custom(func(t *rapid.T) story {
		s := story{
			Days: rapid.IntRange(1, 12).Draw(t, "days"), Few: rapid.SampledFrom([]int{-1, 1, 3, 1000}).Draw(t, "few"),
			Batch: rapid.IntRange(1, 9).Draw(t, "batch"), AheadFor: rapid.IntRange(0, 12).Draw(t, "ahead for"),
		}
		s.Now = rapid.IntRange(s.AheadFor*24, 20*24).Draw(t, "now")
		hours := rapid.SliceOfN(rapid.IntRange(-48, s.Now), 0, 30).Draw(t, "hours")
		slices.Sort(hours)
		for _, h := range hours {
			e := told{Hour: h, Webhook: rapid.IntRange(-1, hooks-1).Draw(t, "webhook"), Part: rapid.IntRange(0, 1).Draw(t, "part"), Test: rapid.Bool().Draw(t, "test")}
			if e.Webhook >= 0 {
				e.Status = rapid.SampledFrom([]domain.DeliveryStatus{"", domain.DeliveryPending, domain.DeliveryDelivered, domain.DeliveryFailed}).Draw(t, "status")
			}
			s.Events = append(s.Events, e)
		}
		n := len(s.Events)
		s.Settled = rapid.SampledFrom([]int{n, n, n, n / 2}).Draw(t, "settled")
		for range hooks {
			s.Behind = append(s.Behind, rapid.IntRange(-1, n).Draw(t, "behind"))
			s.States = append(s.States, rapid.SampledFrom([]domain.WebhookState{
				domain.WebhookActive, domain.WebhookDegraded, domain.WebhookPaused, domain.WebhookDisabled,
			}).Draw(t, "state"))
		}
		s.Replay = [2]int{rapid.IntRange(0, n).Draw(t, "number"), rapid.IntRange(0, n).Draw(t, "end")}
		return s
	})
}

// owed is what the story says of its i-th event, counted from 1.
func (s *story) owed(i int) bool {
	e := s.Events[i-1]
	switch {
	case i > s.Settled, e.Status == domain.DeliveryPending && !e.Test, i > s.Replay[0] && i <= s.Replay[1]:
		return true
	}
	return e.Webhook >= 0 && s.States[e.Webhook] != domain.WebhookDisabled && s.Behind[e.Webhook] >= 0 && i > s.Behind[e.Webhook]
}

// Of a random world, what is owed or young is there afterwards, and what is
// neither is gone; where partitions are dropped, when it is older by one of them.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		for seed := range 40 {
			s := stories().Example(seed)
			epoch := begin.AddDate(seed, 0, 0) // the partitions of those before are in the past
			w := newWorld(t, db)
			w.ids = seed * 1000
			for _, table := range []string{"events", "deliveries", "webhooks", "backlogs", "replays"} {
				_, err := db.SQL.ExecContext(w.ctx, "DELETE FROM "+table)
				must(w, 0, err)
			}
			w.now = epoch
			for range s.AheadFor {
				w.worker(retention.Config{Days: s.Days}).Prepare(w.ctx)
				w.now = w.now.Add(day)
			}
			pending := s.tell(w, epoch)
			w.now = epoch.Add(time.Duration(s.Now) * time.Hour)
			w.run(retention.Config{Days: s.Days, Few: s.Few, Batch: s.Batch})
			s.compare(t, w, fmt.Sprintf("seed %d", seed), pending)
			if t.Failed() {
				t.Fatalf("seed %d: %+v", seed, s)
			}
		}
	})
}

// tell makes the rows, and returns the ids of each event's delivery.
func (s *story) tell(w *world, epoch time.Time) map[string]int {
	var ids []string
	for i, state := range s.States {
		ids = append(ids, w.webhook(state))
		if s.Behind[i] >= 0 {
			w.behind(ids[i], int64(s.Behind[i]))
		}
	}
	of := map[string]int{}
	for i, e := range s.Events {
		var owed []string
		if e.Webhook >= 0 {
			owed = []string{ids[e.Webhook] + []string{"", "/0001"}[e.Part]}
		}
		row := w.event(epoch.Add(time.Duration(e.Hour)*time.Hour), owed...)
		if e.Status != "" {
			of[w.delivery(row, ids[e.Webhook], e.Status, e.Test).ID] = i + 1
		}
	}
	w.settle(int64(s.Settled))
	w.replay(app, domain.ReplayRunning, int64(s.Replay[0]), int64(s.Replay[1]))
	return of
}

func (s *story) compare(t *testing.T, w *world, name string, of map[string]int) {
	t.Helper()
	young := func(i, hours int) bool { return s.Events[i-1].Hour >= s.Now-s.Days*24-hours }
	margin := 0
	if w.db.Dialect == "postgres" {
		margin = 24 * max(1, (s.Days+9)/10)
	}
	events, left := w.events(), w.deliveries()
	for i := 1; i <= len(s.Events); i++ {
		there := slices.Contains(events, int64(i))
		if !there && (s.owed(i) || young(i, 0)) {
			t.Errorf("%s: event %d is gone", name, i)
		}
		if there && !s.owed(i) && !young(i, margin) {
			t.Errorf("%s: event %d is still there", name, i)
		}
	}
	for id, i := range of {
		there, pending := slices.Contains(left, id), s.Events[i-1].Status == domain.DeliveryPending
		if !there && (pending || young(i, 0)) {
			t.Errorf("%s: the delivery of event %d is gone", name, i)
		}
		if there && !pending && !young(i, margin) {
			t.Errorf("%s: the delivery of event %d is still there", name, i)
		}
	}
}
