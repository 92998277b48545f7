package delivery_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/viewer"
)

func TestDeliversSigned(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		e.start(nil)
		m := e.series()
		ev := e.append(m)
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		e.settled()

		if d.EventID != ev.ID || d.AppID != e.app.ID || d.AttemptCount != 1 || d.NextAttemptAt != nil {
			t.Errorf("delivery = %+v", d)
		}
		if a := d.Attempts[0]; a.StatusCode != http.StatusNoContent || a.Error != "" || a.Address != rc.Listener.Addr().String() {
			t.Errorf("attempt = %+v", a)
		}
		if n := len(rc.arrivals()); n != 1 {
			t.Fatalf("%d requests arrived, want 1", n)
		}
		a := rc.arrivals()[0]
		checkSignature(t, a, hook)
		for name, want := range map[string]string{
			"Webhook-Id": ev.ID, "Content-Type": "application/json", "User-Agent": "Slotcast/test",
			"Slotcast-Sequence": "1", "Slotcast-Attempt": "1", "Slotcast-Attendee": "",
			"X-Token": hook.Secret, "X-Fixed": "yes",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("header %s = %q, want %q", name, got, want)
			}
		}
		body := mustJSON(t, a.body)
		if data, _ := body["meetData"].(map[string]any); body["eventType"] != "BOOK" || data["_id"] != m.ID {
			t.Errorf("body = %s", a.body)
		}
	})
}

func checkSignature(t *testing.T, a arrival, hook *ent.Webhook) {
	t.Helper()
	seconds, err := strconv.ParseInt(a.header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		t.Fatalf("webhook-timestamp: %v", err)
	}
	at := time.Unix(seconds, 0)
	if age := time.Since(at); age < 0 || age > time.Minute {
		t.Errorf("the timestamp is %v old", age)
	}
	secret, err := signing.ParseSecret(hook.Secret)
	if err != nil {
		t.Fatal(err)
	}
	if !signing.VerifyStandard(secret, a.header.Get("webhook-signature"), a.id, at, a.body) {
		t.Errorf("the signature %q is not right", a.header.Get("webhook-signature"))
	}
}

func TestTriesAgainUntilSuccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth <= 2 {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		e.start(nil)
		ev := e.append(e.series())
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		if d.AttemptCount != 3 || len(d.Attempts) != 3 || d.Attempts[0].StatusCode != http.StatusInternalServerError || d.Attempts[2].StatusCode != http.StatusOK {
			t.Errorf("delivery = %+v", d)
		}
		for i, a := range rc.arrivals() {
			if a.id != ev.ID || a.header.Get("Slotcast-Attempt") != strconv.Itoa(i+1) {
				t.Errorf("attempt %d: id %s, header %s", i+1, a.id, a.header.Get("Slotcast-Attempt"))
			}
			checkSignature(t, a, hook)
		}
	})
}

// A retry that falls into another second is signed for that second.
func TestSignsEachAttemptAnew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int { return 500 - 300*min(a.nth-1, 1) })
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.Schedule = []time.Duration{1500 * time.Millisecond} })
		e.append(e.series())
		e.await(hook, domain.DeliveryDelivered, 1)
		first, second := rc.arrivals()[0], rc.arrivals()[1]
		if first.header.Get("webhook-timestamp") == second.header.Get("webhook-timestamp") ||
			first.header.Get("webhook-signature") == second.header.Get("webhook-signature") {
			t.Error("the second attempt carries the first one's timestamp or signature")
		}
		checkSignature(t, second, hook)
	})
}

func TestFinalOutcomes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		answer   int
		url      string // instead of the receiver's
		status   domain.DeliveryStatus
		attempts int
	}{
		{"the schedule is exhausted", 500, "", domain.DeliveryFailed, 4},
		{"a redirect is not followed", 302, "", domain.DeliveryFailed, 4},
		{"a refused address is final", 0, "http://10.0.0.1/", domain.DeliveryFailed, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) {
				rc := receive(t, func(r *http.Request, _ arrival) int {
					if r.URL.Path != "/" {
						t.Errorf("%s was requested", r.URL.Path)
					}
					return test.answer
				})
				url := rc.URL
				if test.url != "" {
					url = test.url
				}
				hook := e.webhook(url)
				e.start(nil)
				e.append(e.series())
				d := e.await(hook, test.status, 1)[0]
				e.settled()
				if d.AttemptCount != test.attempts || len(d.Attempts) != test.attempts || d.NextAttemptAt != nil {
					t.Errorf("delivery = %+v", d)
				}
				if a := d.Attempts[0]; a.StatusCode != test.answer || (test.answer == 500) != (a.Error == "") {
					t.Errorf("attempt = %+v", a)
				}
			})
		})
	}
}

// What a webhook was owed before it was deleted, or switched off, is not sent.
func TestNothingIsSentBehindTheEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(e *env, hook *ent.Webhook){
		"deleted": func(e *env, hook *ent.Webhook) { e.db.Client.Webhook.DeleteOne(hook).ExecX(viewer.System(t.Context())) },
		"disabled": func(e *env, hook *ent.Webhook) {
			hook.Update().SetState(domain.WebhookDisabled).ExecX(viewer.System(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) {
				rc := receive(t, nil)
				hook := e.webhook(rc.URL)
				e.append(e.series())
				end(e, hook)
				e.start(nil)
				e.await(hook, domain.DeliveryCancelled, 1)
				e.settled()
				if n := len(rc.arrivals()); n != 0 {
					t.Errorf("%d requests arrived, want none", n)
				}
			})
		})
	}
}

// What an answer holds must not keep it out of the table.
func TestHostileAnswerIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		rc.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("a\x00b\xff\xfe" + "ü"))
		})
		broken := receive(t, nil)
		broken.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nno colon \x00\xff\r\n\r\n"))
			_ = conn.Close()
		})
		good, bad := e.webhook(rc.URL), e.webhook(broken.URL)
		e.start(nil)
		e.append(e.series())
		if got := e.await(good, domain.DeliveryDelivered, 1)[0].Attempts[0].Response; got != "ab\uFFFDü" {
			t.Errorf("response = %q", got)
		}
		if got := e.await(bad, domain.DeliveryFailed, 1)[0].Attempts[0].Error; got == "" {
			t.Error("the attempt has no error")
		}
	})
}

// A message that cannot be made fails at once, and holds up nothing.
func TestUnmadeMessageFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		ev := e.append(e.series())
		if _, err := e.db.SQL.ExecContext(t.Context(), "UPDATE events SET snapshot = '{', body = NULL WHERE id = $1", ev.ID); err != nil {
			t.Fatal(err)
		}
		e.start(nil)
		if d := e.await(hook, domain.DeliveryFailed, 1)[0]; d.AttemptCount != 1 || d.Attempts[0].Error == "" {
			t.Errorf("delivery = %+v", d)
		}
		e.settled()
	})
}

// Events that nobody is owed move the watermark too.
func TestWatermarkPassesWhatIsOwedToNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		e.start(nil)
		m := e.series()
		for range 5 {
			e.append(m)
		}
		e.settled()
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		e.append(m)
		e.await(hook, domain.DeliveryDelivered, 1)
		e.settled()
	})
}

func TestLoopbackIsRefusedUnlessAllowed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		strict := safehttp.New(safehttp.Config{})
		t.Cleanup(strict.Close)
		e.start(func(c *delivery.Config) { c.HTTP = strict })
		e.append(e.series())
		if d := e.await(hook, domain.DeliveryFailed, 1)[0]; d.AttemptCount != 1 {
			t.Errorf("delivery = %+v", d)
		}
	})
}
