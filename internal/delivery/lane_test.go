package delivery_test

import (
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
)

func happened(number int64, series string, owed ...string) *eventlog.Event {
	e := &eventlog.Event{Owed: owed}
	e.ID, e.Number, e.SeriesID, e.OccurredAt = typeid.New(typeid.Event), number, series, time.Now()
	return e
}

func policy(order domain.OrderPolicy) *ent.Webhook {
	w := active()
	w.OrderPolicy = order
	return w
}

// STRICT is chosen while a message is ready and waits for the gate: then it is put
// off, and its line has nothing to send.
func TestStrictIsChosenWhileAMessageIsReady(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 0)
	l.See(policy(domain.OrderNone))
	l.Rest(time.Now().Add(time.Hour))
	l.Fail(happened(1, "mtg_1"), time.Now().Add(time.Hour))
	if !l.Offer(happened(2, "mtg_1")) || !l.Open("mtg_1") {
		t.Fatal("the second one is not ready")
	}
	l.See(policy(domain.OrderStrict))
	l.Tick(time.Now().Add(2 * time.Minute)) // it is put off
	l.Start()
	l.Rest(time.Time{})
	l.Tick(time.Now())
	if l.Open("mtg_1") {
		t.Error("it may go")
	}
}

// A message fails as its webhook's policy is by then.
func TestPolicyChangesInFlight(t *testing.T) {
	t.Parallel()
	for _, order := range []domain.OrderPolicy{domain.OrderNone, domain.OrderStrict} {
		l := delivery.NewLane("whk_x", 0)
		l.See(policy(domain.OrderBounded))
		l.See(policy(order))
		l.Fail(happened(1, "mtg_1"), time.Now().Add(time.Hour))
		l.Offer(happened(2, "mtg_1"))
		if open := l.Open("mtg_1"); open != (order == domain.OrderNone) {
			t.Errorf("%s: the next one may go: %t", order, open)
		}
	}
}

// A message that failed goes back into the table when its webhook is paused, and
// others wait for it as before.
func TestPauseKeepsWhatFailed(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 0)
	l.See(policy(domain.OrderStrict))
	l.ComeBack(happened(1, "mtg_1"))
	paused := policy(domain.OrderStrict)
	paused.State = domain.WebhookPaused
	l.Looked(paused)
	l.See(policy(domain.OrderStrict))
	l.Read(happened(2, "mtg_1"))
	if l.Open("mtg_1") {
		t.Error("the next one goes first")
	}
}

// What was read before the lane gave messages back is not taken.
func TestReadAcrossAPark(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 4)
	if settled := l.ReadAcrossAPark(happened(5, "mtg_2", "whk_x/0001", "whk_x/0002", "whk_x/0003"), "0001"); settled >= 5 {
		t.Errorf("settled up to %d while the third part has no row", settled)
	}
}

// A webhook that comes live while the table is asked is asked for too.
func TestTableIsAskedForThoseBehind(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 4)
	l.Behind(5)
	if got := l.Live(happened(5, "mtg_1", "whk_x", "whk_y")); !slices.Equal(got, []string{"whk_x", "whk_y"}) {
		t.Errorf("it is asked for %v", got)
	}
}

// A deleted webhook that is behind catches up with whatever comes for others.
func TestDeletedWebhookCatchesUp(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 4)
	for handed := int64(6); handed < 9; handed++ {
		l.Behind(handed)
		if l.See(nil); l.Position() != handed {
			t.Errorf("it is at %d of %d", l.Position(), handed)
		}
	}
}

// A lane is not forgotten while it knows of failures, or is to leave its receiver
// alone. One that is forgotten does nothing any more.
func TestLaneIsForgotten(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(30 * time.Minute)
	l := delivery.NewLane("whk_x", 0)
	l.See(active())
	if l.Rest(later.Add(time.Minute)); l.Tick(later) {
		t.Error("it forgets until when its receiver is left alone")
	}
	l.Rest(time.Time{})
	if !l.Tick(later) {
		t.Fatal("it is kept")
	}
	paused := active()
	paused.State = domain.WebhookPaused
	if l.Looked(paused); l.On() {
		t.Error("a lane that is forgotten fell behind")
	}
	failed := delivery.NewLane("whk_x", 0)
	failed.See(active())
	failed.Fail(happened(1, "mtg_1"), later)
	if failed.Wrote(); failed.Tick(later) {
		t.Error("it forgets a failure")
	}
}

// Who waits for long is woken when there is something to do sooner.
func TestLaneIsWokenSooner(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 0)
	long := l.Await(24 * time.Hour)
	if soon := l.Await(time.Millisecond); !soon.Before(long) {
		t.Errorf("it is woken at %s", soon)
	}
	eventually(t, "it is woken", l.Awake)
}

// However many receivers hang, as far as there are slots, some are left to others.
func TestHangingReceiversLeaveSlots(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 100, 130, 500, 1500} {
		if left := delivery.Crowd(lanes, 16); left < 1 {
			t.Errorf("%d receivers that hang leave %d requests to another one", lanes, left)
		}
	}
	if left := delivery.Crowd(10, 16); left < 16 {
		t.Errorf("10 receivers that hang leave %d requests to another one", left)
	}
}

// A lane whose cursor in the table is ahead of the watermark takes it back before
// that passes anything: what is in between was in the hands of the owner before.
func TestNextOwnerTakesTheCursorBack(t *testing.T) {
	t.Parallel()
	if !delivery.NewLane("whk_x", 10).Inherit(10, 10) {
		t.Error("the table does not remember what is behind the cursor")
	}
	if delivery.NewLane("whk_x", 10).Inherit(10, 20) {
		t.Error("the watermark may pass what is before the cursor")
	}
}
