package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
)

// TestResend is what an integrator goes through whose receiver fails: it asks why,
// puts the receiver right, and has the message sent again.
func TestResend(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		o, receiver := newOwner(t, p, s), apptest.NewReceiver(t)
		receiver.Answer(func(apptest.Request) int { return http.StatusInternalServerError })
		hook, _ := o.subscribe(t, receiver)
		o.book(t, 1)
		event := receiver.Wait(t, 1)[0].ID()
		var got explained
		apptest.Until(t, func() error {
			got = o.explain(t, event, hook)
			if len(got.Deliveries) == 0 || len(got.Deliveries[0].Attempts) == 0 {
				return fmt.Errorf("%+v", got)
			}
			return nil
		})
		if got.Verdict != "PENDING" || !strings.Contains(got.Reason, "500") {
			t.Errorf("explained as %+v", got)
		}
		attempt := got.Deliveries[0].Attempts[0]
		if sent := receiver.Requests()[0].Header.Get("webhook-signature"); attempt.RequestHeaders["webhook-signature"] != sent {
			t.Errorf("signed with %s, and shown is %v", sent, attempt.RequestHeaders)
		}

		receiver.Answer(func(apptest.Request) int { return http.StatusNoContent })
		o.Do(t, `mutation($id: ID!) { resendDelivery(id: $id) { id } }`, map[string]any{"id": got.Deliveries[0].ID}, nil)
		again := receiver.Wait(t, 2)[1]
		if again.ID() != event || string(again.Body) != got.Deliveries[0].Body {
			t.Errorf("sent again as %s: %s, want %s", again.ID(), again.Body, got.Deliveries[0].Body)
		}
		apptest.Until(t, func() error {
			if got = o.explain(t, event, hook); got.Verdict != "DELIVERED" {
				return fmt.Errorf("%+v", got)
			}
			return nil
		})
	})
}

// explained is an answer of explainDelivery.
type explained struct {
	Verdict, Reason string
	Deliveries      []struct {
		ID, Body string
		Attempts []struct{ RequestHeaders map[string]string }
	}
}

func (o owner) explain(t *testing.T, event, hook string) explained {
	t.Helper()
	var out struct{ ExplainDelivery explained }
	o.Do(t, `query($e: ID!, $w: ID!) { explainDelivery(eventId: $e, webhookId: $w) {
		verdict reason deliveries { id body attempts { requestHeaders } }
	} }`, map[string]any{"e": event, "w": hook}, &out)
	return out.ExplainDelivery
}

// TestReplayByCommand: beside a running server the command has a webhook sent
// what it has had, and what was before it, under the same ids and in order.
func TestReplayByCommand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		o, receiver := newOwner(t, p, s), apptest.NewReceiver(t)
		m := o.book(t, 1)
		hook, _ := o.subscribe(t, receiver)
		o.cancel(t, o.reschedule(t, m, 3))
		first := receiver.Wait(t, 2)
		r := apptest.Run(t, s, "replay", "--webhook", hook, "--from", "1h")
		if r.Code != 0 || !strings.Contains(r.Stdout, "events to go through: 3") || !strings.Contains(r.Stdout, "Done: 3 messages sent") {
			t.Fatalf("replay: %+v", r)
		}
		all := receiver.Wait(t, 5)
		if all[3].ID() != first[0].ID() || all[4].ID() != first[1].ID() || all[2].ID() == first[0].ID() {
			t.Errorf("sent %v", ids(all))
		}
		var out struct {
			Replay struct {
				Status   string
				Progress float64
				Sent     int
			}
		}
		o.Do(t, `query($id: ID!) { replay(id: $id) { status progress sent } }`,
			map[string]any{"id": regexp.MustCompile(`rpl_\w+`).FindString(r.Stdout)}, &out)
		if out.Replay.Status != "DONE" || out.Replay.Progress != 1 || out.Replay.Sent != 3 {
			t.Errorf("it is %+v", out.Replay)
		}
		if r := apptest.Run(t, s, "replay", "--webhook", hook, "--from", "tomorrow"); r.Code == 0 || !strings.Contains(r.Stderr, "--from") {
			t.Errorf("from tomorrow: %+v", r)
		}
		p.Stop()
		if r := apptest.Run(t, s, "replay", "--webhook", hook, "--from", "1h"); r.Code == 0 || !strings.Contains(r.Stderr, "no server runs") {
			t.Errorf("without a server: %+v", r)
		}
	})
}

func ids(all []apptest.Request) (out []string) {
	for _, r := range all {
		out = append(out, r.ID())
	}
	return out
}

// TestSampleIsSent through the same pipeline, with a header that says what it is.
func TestSampleIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		o, receiver := newOwner(t, p, s), apptest.NewReceiver(t)
		hook, _ := o.subscribe(t, receiver)
		var out struct{ TestWebhook struct{ ID, Body string } }
		o.Do(t, `mutation($id: ID!) { testWebhook(id: $id, trigger: MEETING_NO_SHOW) { id body } }`, map[string]any{"id": hook}, &out)
		sent := receiver.Wait(t, 1)[0]
		if string(sent.Body) != out.TestWebhook.Body || sent.Header.Get("Slotcast-Test") != "true" || sent.Header.Get("webhook-signature") == "" {
			t.Errorf("sent %v %s, want %s", sent.Header, sent.Body, out.TestWebhook.Body)
		}
		apptest.Until(t, func() error {
			var read struct{ Delivery struct{ Status string } }
			o.Do(t, `query($id: ID!) { delivery(id: $id) { status } }`, map[string]any{"id": out.TestWebhook.ID}, &read)
			if read.Delivery.Status != "DELIVERED" {
				return errors.New(read.Delivery.Status)
			}
			return nil
		})
	})
}
