package delivery_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// by gives a webhook a template. Its bodies are under no schema of ours.
func (e *env) by(hook *ent.Webhook, template string) *ent.Webhook {
	e.t.Helper()
	return e.db.Client.Webhook.UpdateOneID(hook.ID).SetPayloadTemplate(template).
		SetHeaders(map[string]string{foreignHeader: "yes"}).SaveX(viewer.System(e.t.Context()))
}

// A body that a template makes is signed, and is valid JSON whatever the texts are.
// Webhooks without a template get what they always get.
func TestTemplatesMakeBodies(t *testing.T) {
	t.Parallel()
	const nasty = "Ana \"A\" \\ {{ eventType }} }} \u2028 😀 </script>"
	each(t, func(t *testing.T, e *env) {
		rc, plain := receive(t, nil), receive(t, nil)
		hook := e.by(e.webhook(rc.URL), `{"text": "{{ eventType }}: {{ meetData.eventName }}", "name": "{{ meetData.eventName }}", "n": "{{ meetData.duration }}"}`)
		other := e.webhook(plain.URL)
		e.start(nil)
		m := e.series()
		m.EventName = nasty
		e.append(m)
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		e.await(other, domain.DeliveryDelivered, 1)
		a := rc.arrivals()[0]
		var got struct {
			Text, Name string
			N          int
		}
		if err := json.Unmarshal(a.body, &got); err != nil || got.Text != "BOOK: "+nasty || got.Name != nasty || got.N != 30 {
			t.Errorf("%v: %s", err, a.body)
		}
		checkSignature(t, a, hook)
		if d.Body == nil || *d.Body != string(a.body) {
			t.Errorf("kept is %v", d.Body)
		}
		if d := e.deliveries(other)[0]; d.Body != nil || mustJSON(t, plain.arrivals()[0].body)["eventType"] != "BOOK" {
			t.Errorf("without a template: kept is %v, sent %s", d.Body, plain.arrivals()[0].body)
		}
	})
}

// Every attempt sends what the first one did, though the template is another one
// meanwhile, or none, and another process sends it.
func TestTemplateChangesBetweenAttempts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth <= 2 {
				return http.StatusInternalServerError
			}
			return http.StatusNoContent
		})
		hook := e.by(e.webhook(rc.URL), `{"first": "{{ meetData.eventName }}"}`)
		slow := func(c *delivery.Config) {
			c.Schedule = []time.Duration{1500 * time.Millisecond, 1500 * time.Millisecond}
		}
		first := e.start(slow)
		e.append(e.series())
		eventually(t, "the first attempt has failed", func() bool {
			rows := e.deliveries(hook)
			return len(rows) == 1 && rows[0].AttemptCount == 1 && rows[0].Body != nil
		})
		e.by(hook, `{"second": "{{ meetData.eventName }}"}`)
		eventually(t, "the second attempt has failed", func() bool { return e.deliveries(hook)[0].AttemptCount == 2 })
		first.stop()
		e.db.Client.Webhook.UpdateOneID(hook.ID).ClearPayloadTemplate().ExecX(viewer.System(t.Context()))
		e.start(slow)
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		all := rc.arrivals()
		if len(all) != 3 {
			t.Fatalf("%d arrived", len(all))
		}
		for i, a := range all {
			if string(a.body) != `{"first":"Call"}` || *d.Body != string(a.body) {
				t.Errorf("attempt %d sent %s, kept is %s", i+1, a.body, *d.Body)
			}
			checkSignature(t, a, hook)
		}
	})
}

// What a template cannot be made of fails at once, in words, is not sent in another
// form, and does not hold up what follows.
func TestTemplateThatFailsOnAnEvent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.by(e.webhook(rc.URL), "{\"note\":\n \"{{ meetData.notes[0].text }}\"}")
		broken := e.by(e.webhook(rc.URL), `{"note": "{{ nothing }}"}`)
		e.start(nil)
		m := e.series()
		e.append(m)
		m.Notes = []domain.Note{{Text: "bring it"}}
		e.append(m)
		e.await(broken, domain.DeliveryFailed, 2)
		eventually(t, "both are done", func() bool {
			return e.count(hook, domain.DeliveryFailed) == 1 && e.count(hook, domain.DeliveryDelivered) == 1
		})
		rows := e.deliveries(hook)
		d := rows[0]
		const words = "the message could not be made: the payload template, line 2, column 20: the list has 0 elements"
		if d.Status != domain.DeliveryFailed || len(d.Attempts) != 1 || !strings.HasPrefix(d.Attempts[0].Error, words) || d.NextAttemptAt != nil || d.Body != nil {
			t.Errorf("%+v", d)
		}
		if unmade, byTemplate := delivery.Unmade(d.Attempts[0]); !unmade || !byTemplate {
			t.Errorf("it is not told that nothing was sent because of the template: %v, %v", unmade, byTemplate)
		}
		if words := e.deliveries(broken)[0].Attempts[0].Error; !strings.Contains(words, "there is no nothing") {
			t.Errorf("the words are %q", words)
		}
		if all := rc.arrivals(); len(all) != 1 || string(all[0].body) != `{"note":"bring it"}` {
			t.Errorf("arrived: %+v", all)
		}
	})
}
