package redelivery_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/audit"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/safehttp"
	"slotcast/internal/wire"
)

// got is a request as a receiver has it.
type got struct {
	header http.Header
	body   string
}

// receiver answers as it is told, and keeps what it gets.
func receiver(t *testing.T, status int) (url string, requests chan got) {
	t.Helper()
	requests = make(chan got, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- got{r.Header.Clone(), string(body)}
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, requests
}

// deliver runs a worker until the test ends.
func (e *env) deliver() {
	e.t.Helper()
	logger := slog.New(slog.DiscardHandler)
	sender := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, UserAgent: "Slotcast/test"})
	tail := eventlog.NewTail(eventlog.TailConfig{Log: e.log, Source: memtail.New(false), Logger: logger})
	worker := delivery.New(delivery.Config{
		Client: e.db.Client, Log: e.log, Tail: tail, HTTP: sender, Keys: e.keys, Links: links(),
		Clock: e.db.Now, Alone: true, Logger: logger, Poll: 20 * time.Millisecond,
	})
	ctx, stop := context.WithCancel(e.t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = tail.Run(ctx) })
	running.Go(func() { _ = worker.Run(ctx) })
	e.t.Cleanup(func() { stop(); running.Wait(); sender.Close() })
}

// row waits for the row of a webhook's only delivery with an attempt.
func (e *env) row(w *ent.Webhook) *ent.Delivery {
	e.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		d, err := e.db.Client.Delivery.Query().Where(entdelivery.WebhookID(w.ID), entdelivery.AttemptCountGT(0)).Only(e.system)
		if err == nil {
			return d
		}
		select {
		case <-tick.C:
		case <-deadline:
			e.t.Fatalf("no attempt at webhook %s: %v", w.ID, err)
		}
	}
}

// TestHeadersAreThoseThatWereSent compares the request as its receiver has it with
// what is made of the row later, in each format, also where the attempt was made
// while one secret replaced another.
func TestHeadersAreThoseThatWereSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		e.deliver()
		for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalendly, domain.FormatCalcom} {
			e.shownAsSent(e.hook().SetFormat(format), "open sesame", 1)
			rotating := e.hook().SetFormat(format).SetSecretSince(time.Now().Add(-time.Minute))
			id, _ := rotating.Mutation().ID()
			previous, err := e.keys.Seal("open barley", id)
			must(t, err)
			e.shownAsSent(rotating.SetPreviousSecret(previous).SetPreviousSecretUntil(time.Now().Add(time.Hour)), "open barley", 2)
		}
	})
}

// shownAsSent sends a webhook a message, with a token and signed so often, and
// compares.
func (e *env) shownAsSent(hook *ent.WebhookCreate, token string, signatures int) {
	t := e.t
	t.Helper()
	url, requests := receiver(t, http.StatusTeapot)
	w := hook.SetSubscriberURL(url).SetTriggers([]domain.Trigger{domain.MeetingBooked}).
		SetSecretHeader("X-Token").SetHeaders(map[string]string{"x-team": "sales"}).SaveX(e.system)
	of := e.tell(e.meeting(), domain.MeetingBooked)
	sent, d := <-requests, e.row(w)
	attempts, err := e.Attempts(e.owner, d, true)
	must(t, err)
	if len(attempts) != 1 || *attempts[0].StatusCode != http.StatusTeapot || attempts[0].Address == nil {
		t.Fatalf("%s: attempts %+v", w.Format, attempts)
	}
	want := map[string]any{}
	for name := range sent.header {
		want[strings.ToLower(name)] = sent.header.Get(name)
	}
	delete(want, "accept-encoding")
	delete(want, "content-length")
	if want["x-token"] != token || want["x-team"] != "sales" || len(strings.Fields(sent.header.Get("webhook-signature"))) != signatures {
		t.Fatalf("%s: sent %v", w.Format, want)
	}
	want["x-token"], want["x-team"] = "[hidden]", "[hidden]"
	have := map[string]any{}
	for name, v := range attempts[0].RequestHeaders {
		have[strings.ToLower(name)] = v
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s: headers (-sent +shown):\n%s", w.Format, diff)
	}
	body, err := e.Body(e.owner, d)
	if err != nil || body == nil || *body != sent.body {
		t.Errorf("%s: body %v, %v, sent %s", w.Format, body, err, sent.body)
	}
	if event, err := e.Event(e.owner, d); err != nil || event.ID != of.ID {
		t.Errorf("%s: event %v, %v", w.Format, event, err)
	}
}

// TestHeadersOfTheLatestAttempts: the row holds the latest ones, and all count.
func TestHeadersOfTheLatestAttempts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.hook().SetSecretSince(time.Now().Add(-time.Hour)).SaveX(e.system)
		of := e.tell(e.meeting(), domain.MeetingBooked)
		at := time.Now().UTC().Truncate(time.Microsecond)
		d := e.delivery(w, of).SetAttemptCount(25).SetAttempts([]domain.Attempt{{At: at}, {At: at.Add(time.Second), Error: "no route"}}).SaveX(e.system)
		attempts, err := e.Attempts(e.owner, d, true)
		must(t, err)
		for i, want := range []string{"24", "25"} {
			if have := attempts[i].RequestHeaders["Slotcast-Attempt"]; have != want {
				t.Errorf("attempt %d of the row is number %v, want %s", i, have, want)
			}
		}
		if attempts[0].StatusCode != nil || attempts[0].Error != nil || *attempts[1].Error != "no route" {
			t.Errorf("attempts %+v, %+v", attempts[0], attempts[1])
		}
		plain, err := e.Attempts(e.owner, d, false)
		if err != nil || plain[0].RequestHeaders != nil {
			t.Errorf("headers nobody asked for: %v, %v", plain[0].RequestHeaders, err)
		}
	})
}

// TestHeadersThatAreNotKnownAnyMore: nothing is shown that was not so.
func TestHeadersThatAreNotKnownAnyMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.hook().SetSecretSince(time.Now().Add(-time.Hour)).SetHeaders(map[string]string{"X-Team": "sales"}).SaveX(e.system)
		of := e.tell(e.meeting(), domain.MeetingBooked)
		d := e.delivery(w, of).SetAttemptCount(1).SetAttempts([]domain.Attempt{{At: time.Now().UTC()}}).SaveX(e.system)
		show := func() map[string]any {
			attempts, err := e.Attempts(e.owner, d, true)
			must(t, err)
			return attempts[0].RequestHeaders
		}
		const replaced = "[signed with a secret that has been replaced]"
		if h := show(); h["Webhook-Signature"] == replaced || h["webhook-signature"] == replaced || h["X-Team"] != "[hidden]" {
			t.Errorf("before anything changes: %v", h)
		}
		e.change(w, nil, func(u *ent.WebhookUpdateOne) { u.SetDescription("other") })
		if h := show(); h == nil || h["webhook-signature"] == replaced {
			t.Errorf("with another description: %v", h)
		}
		e.change(w, nil, func(u *ent.WebhookUpdateOne) { u.SetSecretSince(time.Now().Add(time.Minute)) })
		if h := show(); h["webhook-signature"] != replaced || h["webhook-id"] != of.ID {
			t.Errorf("with another secret: %v", h)
		}
		e.change(w, audit.Changes{}.Move("headers", nil, nil), func(u *ent.WebhookUpdateOne) { u.SetHeaders(nil) })
		if h := show(); h != nil {
			t.Errorf("with other fixed headers: %v", h)
		}
		e.db.Client.Webhook.DeleteOne(w).ExecX(e.system)
		if h := show(); h != nil {
			t.Errorf("without its webhook: %v", h)
		}
		if body, err := e.Body(e.owner, d); body != nil || err != nil {
			t.Errorf("the body without its webhook: %v, %v", body, err)
		}
	})
}

// TestHeadersAroundAChange: for a second messages may be sent as before. With which
// secret those were signed nobody knows, nor what headers they had.
func TestHeadersAroundAChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		const unsure = "[signed while the secret was being replaced]"
		at := time.Now().UTC().Truncate(time.Microsecond)
		w := e.hook().SetCreatedAt(at).SetSecretSince(at).SetSecretHeader("X-Token").SaveX(e.system)
		of := e.tell(e.meeting(), domain.MeetingBooked)
		d := e.delivery(w, of).SetAttemptCount(2).
			SetAttempts([]domain.Attempt{{At: at.Add(900 * time.Millisecond)}, {At: at.Add(1100 * time.Millisecond)}}).SaveX(e.system)
		show := func(i int) map[string]any {
			attempts, err := e.Attempts(e.owner, d, true)
			must(t, err)
			return attempts[i].RequestHeaders
		}
		if h := show(0); h["webhook-signature"] == unsure || h["webhook-signature"] == nil {
			t.Errorf("of a new webhook: %v", h)
		}
		e.change(w, audit.Changes{}.Move("secret", audit.Hidden, audit.Hidden), func(u *ent.WebhookUpdateOne) { u.SetSecretSince(at) })
		if h := show(0); h["webhook-signature"] != unsure || h["X-Token"] != "[hidden]" {
			t.Errorf("just behind a change: %v", h)
		}
		if h := show(1); h["webhook-signature"] == unsure || h["webhook-signature"] == nil {
			t.Errorf("a second behind a change: %v", h)
		}
		e.db.Client.AuditEntry.Create().SetAppID(w.AppID).SetAction(domain.AuditWebhookUpdated).SetTargetID(w.ID).SetCreatedAt(at).
			SetActorType(domain.ActorSystem).SetChanges(audit.Changes{}.Move("headers", nil, nil)).ExecX(e.system)
		if h := show(0); h != nil {
			t.Errorf("just behind other headers: %v", h)
		}
		if h := show(1); h == nil {
			t.Error("a second behind other headers nothing is known")
		}
	})
}

// change changes a webhook, and the audit log tells of it.
func (e *env) change(w *ent.Webhook, told audit.Changes, do func(*ent.WebhookUpdateOne)) {
	e.t.Helper()
	u := e.db.Client.Webhook.UpdateOneID(w.ID)
	do(u)
	u.ExecX(e.system)
	if told != nil {
		e.db.Client.AuditEntry.Create().SetAppID(w.AppID).SetAction(domain.AuditWebhookUpdated).SetTargetID(w.ID).
			SetActorType(domain.ActorSystem).SetChanges(told).ExecX(e.system)
	}
}

// TestBodiesAreForTokensThatMayRead: what a body tells of has scopes of its own.
func TestBodiesAreForTokensThatMayRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.hook().SaveX(e.system)
		of := e.tell(e.meeting(), domain.MeetingBooked)
		d := e.delivery(w, of).SaveX(e.system)
		read := e.as(e.agent, domain.WebhooksRead)
		_, err := e.Body(read, d)
		refused(t, "body by a token for webhooks alone", err, "FORBIDDEN")
		_, err = e.Event(read, d)
		refused(t, "event by a token for webhooks alone", err, "FORBIDDEN")
		form := e.delivery(w, of).SetID("dlv_x").SetTrigger(domain.RoutingFormSubmitted).SetBody("{}").SaveX(e.system)
		_, err = e.Body(e.as(e.agent, domain.WebhooksRead, domain.MeetingsRead), form)
		refused(t, "a submission by a token for meetings", err, "FORBIDDEN")
		if body, err := e.Body(e.owner, form); err != nil || *body != "{}" {
			t.Errorf("a kept body: %v, %v", body, err)
		}
		member := e.person(e.app, domain.Member)
		if event, err := e.Event(e.as(member), d); err != nil || event != nil {
			t.Errorf("a member sees another's event: %v, %v", event, err)
		}
		e.db.Client.Event.Delete().ExecX(e.system)
		if body, err := e.Body(e.owner, d); body != nil || err != nil {
			t.Errorf("the body without its event: %v, %v", body, err)
		}
		if event, err := e.Event(e.owner, d); event != nil || err != nil {
			t.Errorf("the event that is gone: %v, %v", event, err)
		}
	})
}

// A message of several is found by its part.
func TestBodyOfAPart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.hook().SetFormat(domain.FormatCalendly).SaveX(e.system)
		m := e.meeting()
		m.Edges.Attendees = append(m.Edges.Attendees, &ent.Attendee{ID: "att_2", MeetingID: m.ID, Name: "Cleo", Email: "cleo@example.com", Status: domain.AttendeeActive})
		of := e.tell(m, domain.MeetingBooked)
		all, err := wire.Messages(links(), wire.Recipient{Format: w.Format, CreatedBy: w.AgentID}, of)
		must(t, err)
		d := e.delivery(w, of).SetPart("0002").SaveX(e.system)
		if body, err := e.Body(e.owner, d); err != nil || *body != string(all[1].Body) || !strings.Contains(*body, "Cleo") {
			t.Errorf("the second body: %v, %v", body, err)
		}
	})
}
