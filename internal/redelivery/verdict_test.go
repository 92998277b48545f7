package redelivery_test

import (
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/redelivery"
)

// TestExplainSaysWhatHelps: each row is a webhook, how far its message is, and what
// is said, and not said, of it.
func TestExplainSaysWhatHelps(t *testing.T) {
	t.Parallel()
	at := func(status int, words string) domain.Attempt {
		return domain.Attempt{At: time.Now().Add(-time.Minute), StatusCode: status, Error: words}
	}
	soon, past := time.Now().Add(time.Hour).UTC(), time.Now().Add(-time.Hour).UTC()
	by410 := func(w *ent.WebhookUpdateOne) { w.SetState(domain.WebhookDisabled).SetStateReason("answered 410 Gone") }
	degraded := func(w *ent.WebhookUpdateOne) { w.SetState(domain.WebhookDegraded).SetStateReason("it hurts") }
	for _, tt := range []struct {
		name     string
		now      func(*ent.WebhookUpdateOne) // what the webhook is by now
		status   domain.DeliveryStatus       // empty: it has no row
		attempts []domain.Attempt
		next     *time.Time
		verdict  redelivery.Verdict
		says     string
		never    string
	}{
		{name: "resent, under way", status: domain.DeliveryPending, attempts: []domain.Attempt{at(200, "")},
			verdict: redelivery.Pending, says: "It was delivered at", never: "in vain"},
		{name: "resent, and failing", status: domain.DeliveryPending, attempts: []domain.Attempt{at(200, ""), at(503, "")}, next: &soon,
			verdict: redelivery.Pending, says: "since then it was tried 1 time in vain (last at", never: "tried 2 times"},
		{name: "resent, and given up", status: domain.DeliveryFailed, attempts: []domain.Attempt{at(200, ""), at(503, ""), at(500, "")},
			verdict: redelivery.Failed, says: "since then it was tried 2 times in vain", never: "3 times"},
		{name: "due", status: domain.DeliveryPending, attempts: []domain.Attempt{at(503, "")}, next: &past,
			verdict: redelivery.Pending, says: "It is due since", never: "tried again at"},
		{name: "sent right now", status: domain.DeliveryPending, attempts: []domain.Attempt{at(503, "")},
			verdict: redelivery.Pending, says: "tried 1 time in vain", never: "tried again at"},
		{name: "of one that fails, tried", now: degraded, status: domain.DeliveryPending, attempts: []domain.Attempt{at(503, "")}, next: &past,
			verdict: redelivery.Waiting, says: "which is DEGRADED since", never: "tried again at"},
		{name: "of one that fails", now: degraded, verdict: redelivery.Waiting, says: "(it hurts)", never: "on its way"},
		{name: "gone", now: by410, status: domain.DeliveryFailed, attempts: []domain.Attempt{at(410, "it wants no more")},
			verdict: redelivery.Failed, says: "then resumeWebhook, for the webhook is switched off (answered 410 Gone), and then resendDelivery"},
		{name: "failed, and paused", now: func(w *ent.WebhookUpdateOne) { w.SetState(domain.WebhookPaused) }, status: domain.DeliveryFailed,
			attempts: []domain.Attempt{at(500, "")}, verdict: redelivery.Failed, says: "then resumeWebhook, for the webhook is paused, and then resendDelivery"},
		{name: "retried by one that is off", now: by410, status: domain.DeliveryPending, attempts: []domain.Attempt{at(503, "")}, next: &soon,
			verdict: redelivery.Cancelled, says: "so that it is cancelled", never: "tried again at"},
		{name: "cancelled, and on again", status: domain.DeliveryCancelled, verdict: redelivery.Cancelled, says: ": resendDelivery sends it", never: "resumeWebhook"},
		{name: "cancelled, and paused", now: func(w *ent.WebhookUpdateOne) { w.SetState(domain.WebhookPaused) }, status: domain.DeliveryCancelled,
			verdict: redelivery.Cancelled, says: "resumeWebhook comes first, then resendDelivery"},
		{name: "template", status: domain.DeliveryFailed, attempts: []domain.Attempt{at(0, "the message could not be made: the payload template, line 1, column 9: no")},
			verdict: redelivery.Failed, says: "correct the payloadTemplate with updateWebhook, then resendDelivery", never: "receiver"},
		{name: "unmade", status: domain.DeliveryFailed, attempts: []domain.Attempt{at(0, "the message could not be made: its event is no longer kept")},
			verdict: redelivery.Failed, says: "Nothing was sent (last at", never: "receiver"},
		{name: "rate limit", now: func(w *ent.WebhookUpdateOne) { w.SetRateLimitPerMinute(6) },
			verdict: redelivery.Pending, says: "At most 6 messages a minute"},
		{name: "Retry-After", now: func(w *ent.WebhookUpdateOne) { w.SetHeldUntil(soon) },
			verdict: redelivery.Pending, says: "asked to be left alone until"},
		{name: "Retry-After, over", now: func(w *ent.WebhookUpdateOne) { w.SetHeldUntil(past) },
			verdict: redelivery.Pending, never: "left alone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) {
				w := e.hook().SaveX(e.system)
				of := e.tell(e.meeting(), domain.MeetingBooked)
				if tt.status != "" {
					e.delivery(w, of).SetStatus(tt.status).SetAttempts(tt.attempts).SetAttemptCount(len(tt.attempts)).
						SetNillableNextAttemptAt(tt.next).ExecX(e.system)
				}
				if tt.now != nil {
					u := w.Update()
					tt.now(u)
					u.ExecX(e.system)
				}
				x, err := e.Explain(e.owner, of.ID, w.ID)
				must(t, err)
				if x.Verdict != tt.verdict || !strings.Contains(x.Reason, tt.says) || tt.never != "" && strings.Contains(x.Reason, tt.never) {
					t.Errorf("%s: %s", x.Verdict, x.Reason)
				}
			})
		})
	}
}

// TestExplainNamesWhatItWaitsBehind: the order policy keeps a message of a series
// behind one that fails.
func TestExplainNamesWhatItWaitsBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		m := e.meeting()
		for _, tt := range []struct {
			order  domain.OrderPolicy
			failed time.Duration // how long ago the first attempt failed
			says   string        // empty: it does not wait
		}{
			{domain.OrderBounded, 10 * time.Second, "BOUNDED has it wait until"},
			{domain.OrderBounded, 2 * time.Minute, ""},
			{domain.OrderStrict, 2 * time.Minute, "STRICT has it wait"},
			{domain.OrderNone, 10 * time.Second, ""},
		} {
			w := e.hook().SetOrderPolicy(tt.order).SaveX(e.system)
			first := e.tell(m, domain.MeetingBooked)
			failing := e.delivery(w, first).SetStatus(domain.DeliveryPending).SetAttemptCount(1).SetNextAttemptAt(time.Now().Add(time.Hour)).
				SetAttempts([]domain.Attempt{{At: time.Now().Add(-tt.failed), StatusCode: 500}}).SaveX(e.system)
			behind, other := e.tell(m, domain.MeetingCanceled), e.tell(e.meeting(), domain.MeetingBooked)
			put := e.tell(m, domain.MeetingRescheduled)
			e.delivery(w, put).SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now().Add(time.Hour)).ExecX(e.system)
			for _, of := range []*eventlog.Event{behind, other, put} {
				x, err := e.Explain(e.owner, of.ID, w.ID)
				must(t, err)
				waits := of != other && tt.says != ""
				if strings.Contains(x.Reason, failing.ID) != waits || waits && !strings.Contains(x.Reason, tt.says) {
					t.Errorf("%s, failing for %v, event %d: %s", tt.order, tt.failed, of.Number, x.Reason)
				}
			}
		}
	})
}

// TestBodyThatWasNeverMade: where the template could make nothing, nothing was sent,
// and there are no headers of it.
func TestBodyThatWasNeverMade(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.hook().SetPayloadTemplate(`{"a": "{{ meetData.notes[0] }}"}`).SaveX(e.system)
		unmade := domain.Attempt{At: time.Now(), Error: "the message could not be made: the payload template, line 1, column 8: no"}
		for _, tt := range []struct {
			attempts []domain.Attempt
			sent     bool
		}{{[]domain.Attempt{unmade}, false}, {[]domain.Attempt{{At: time.Now(), StatusCode: 500}, unmade}, true}} { // by what it was before
			d := e.delivery(w, e.tell(e.meeting(), domain.MeetingBooked)).SetStatus(domain.DeliveryFailed).
				SetAttempts(tt.attempts).SetAttemptCount(len(tt.attempts)).SaveX(e.system)
			body, err := e.Body(e.owner, d)
			if err != nil || (body != nil) != tt.sent {
				t.Errorf("sent %v: body %v, %v", tt.sent, body, err)
			}
			shown, err := e.Attempts(e.owner, d, true)
			must(t, err)
			for i, a := range shown {
				if (a.RequestHeaders != nil) != (tt.attempts[i].StatusCode > 0) {
					t.Errorf("headers of attempt %d: %v", i, a.RequestHeaders)
				}
			}
		}
	})
}
