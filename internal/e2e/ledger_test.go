package e2e_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// ledger is the log as the database has it: what everybody must have been told.
type ledger struct {
	events []*ent.Event // by shard and number
	byID   map[string]*ent.Event
	owing  map[string]*owed // by the messages' ids: the webhooks of one format have the same
}

// owed is a message of an event, whichever webhooks it is for.
type owed struct {
	*ent.Event
	part string
}

func readLedger(t *testing.T, db *entdb.DB) *ledger {
	t.Helper()
	rows, err := db.Client.Event.Query().Order(event.ByShard(), event.ByNumber()).All(viewer.System(t.Context()))
	must(t, err)
	l := &ledger{events: rows, byID: map[string]*ent.Event{}, owing: map[string]*owed{}}
	last := map[int]int64{}
	for _, e := range rows {
		last[e.Shard]++
		if e.Number != last[e.Shard] {
			t.Fatalf("shard %d has number %d where %d is expected", e.Shard, e.Number, last[e.Shard])
		}
		l.byID[e.ID] = e
		for _, owing := range e.Owed {
			_, part := eventlog.OwedTo(owing)
			l.owing[wire.MessageID(e.ID, part)] = &owed{e, part}
		}
	}
	return l
}

// of lists the events of an app in order.
func (l *ledger) of(appID string) []string {
	var ids []string
	for _, e := range l.events {
		if e.AppID == appID {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (l *ledger) owed() (n int) {
	for _, e := range l.events {
		n += len(e.Owed)
	}
	return n
}

// check compares the log with what the API said was done. The bookings made to
// find the present are in the log alone.
func (l *ledger) check(t *testing.T, done []command) {
	t.Helper()
	logged := map[command]int{}
	for _, e := range l.events {
		logged[command{string(e.Trigger), e.MeetingID}]++
	}
	for _, c := range done {
		if n := logged[c]; n != 1 {
			t.Errorf("%s of %s was acknowledged, and is in the log %d times", c.trigger, c.meetingID, n)
		}
		delete(logged, c)
	}
	for c := range maps.Keys(logged) {
		if c.trigger != string(domain.MeetingBooked) || len(logged) > 20*chaosApps {
			t.Errorf("%s of %s is in the log, and nobody was told that it was done", c.trigger, c.meetingID)
		}
	}
}

// delivered waits until each message owed has its one row, and that says so.
func (l *ledger) delivered(t *testing.T, db *entdb.DB) {
	t.Helper()
	ctx := viewer.System(t.Context())
	apptest.Within(t, 90*time.Second, func() error {
		n, err := db.Client.Delivery.Query().Where(delivery.StatusEQ(domain.DeliveryDelivered)).Count(ctx)
		if err != nil {
			return err
		}
		return expect("deliveries done", n, l.owed())
	})
	rows, err := db.Client.Delivery.Query().All(ctx)
	must(t, err)
	if err := expect("deliveries in all", len(rows), l.owed()); err != nil {
		t.Error(err)
	}
	for _, d := range rows {
		if e := l.byID[d.EventID]; e == nil || !slices.Contains(e.Owed, eventlog.Owing(d.WebhookID, d.Part)) {
			t.Errorf("delivery %s is of part %q of event %s, which is not owed to %s", d.ID, d.Part, d.EventID, d.WebhookID)
		}
	}
}

// received checks what arrived: each message owed, nothing else, copies equal to
// the byte, and the first copies of a series in its order.
func (l *ledger) received(t *testing.T, requests []apptest.Request, apps []*chaosApp) (repeats, most int) {
	t.Helper()
	secrets := map[string]string{}
	for _, a := range apps {
		secrets[a.AppID] = a.secret
	}
	first, copies, latest := map[string][]byte{}, map[string]int{}, map[string]*owed{}
	for _, r := range requests {
		id := r.ID()
		e := l.owing[id]
		if e == nil {
			t.Errorf("message %s is none that is owed", id)
			continue
		}
		verify(t, secrets[e.AppID], r)
		copies[id]++
		most = max(most, copies[id])
		if body, again := first[id]; again {
			repeats++
			if !bytes.Equal(body, r.Body) {
				t.Errorf("message %s came with two bodies:\n%s\n%s", id, body, r.Body)
			}
			continue
		}
		first[id] = r.Body
		if last := latest[e.SeriesID]; last != nil && cmp.Or(cmp.Compare(e.Number, last.Number), cmp.Compare(e.part, last.part)) < 0 {
			t.Errorf("part %q of event %d of series %s came behind part %q of event %d", e.part, e.Number, e.SeriesID, last.part, last.Number)
		}
		latest[e.SeriesID] = e
	}
	for id, e := range l.owing {
		if copies[id] == 0 {
			t.Errorf("message %s of event %d of shard %d never came", id, e.Number, e.Shard)
		}
	}
	return repeats, most
}

func expect[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: %v, want %v", what, got, want)
	}
	return nil
}

// sameFrom compares two lists from where the first one begins in the second.
func sameFrom(got, all []string) error {
	at := slices.Index(all, got[0])
	if at < 0 {
		return fmt.Errorf("%s is not in the log", got[0])
	}
	want := all[at:]
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Errorf("event %d is %s, want %s", i, got[i], want[i])
		}
	}
	return expect("number of events", len(got), len(want))
}
