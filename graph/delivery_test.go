package graph_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	entevent "slotcast/ent/event"
	"slotcast/internal/app/apptest"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire/wiretest"
)

// hooked makes a webhook and returns its id.
func (o *tenant) hooked(t *testing.T, changes vars) string {
	t.Helper()
	hook := vars{"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED", "MEETING_CANCELED"}}
	for field, v := range changes {
		hook[field] = v
	}
	return o.run(t, createWebhook, in(hook))["webhook"].(vars)["id"].(string)
}

// delivered makes the row of an event's message to a webhook, past the worker.
func (s *server) delivered(t *testing.T, e *ent.Event, webhookID string, change func(*ent.DeliveryCreate)) string {
	t.Helper()
	create := s.client.Delivery.Create().SetID(typeid.Derive(typeid.Delivery, e.ID, webhookID, "")).SetAppID(e.AppID).
		SetWebhookID(webhookID).SetEventID(e.ID).SetCreatedAt(e.OccurredAt).SetTrigger(e.Trigger).SetShard(e.Shard).SetNumber(e.Number).
		SetStatus(domain.DeliveryDelivered).SetStatusCode(200).SetAttemptCount(1).
		SetAttempts([]domain.Attempt{{At: time.Now(), StatusCode: 200, LatencyMS: 12, Address: "192.0.2.1:443", Response: "ok",
			ResponseHeaders: map[string]string{"Server": "x"}}})
	if change != nil {
		change(create)
	}
	d, err := create.Save(viewer.System(t.Context()))
	must(t, err)
	return d.ID
}

// logged are the app's events, the oldest first.
func (s *server) logged(t *testing.T, o *tenant) []*ent.Event {
	t.Helper()
	all, err := s.client.Event.Query().Where(entevent.AppID(o.app.ID)).Order(entevent.ByNumber()).All(viewer.System(t.Context()))
	must(t, err)
	return all
}

// TestDeliveriesAreFiltered by each of what integrators look for, also within not
// and or.
func TestDeliveriesAreFiltered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		one, two := o.hooked(t, nil), o.hooked(t, vars{"subscriberUrl": "https://example.com/two"})
		meeting := o.book(t, 1)
		o.book(t, 2)
		o.cancel(t, meeting)
		all := s.logged(t, o)
		rows := map[string]string{}
		for i, e := range all {
			name := string(rune('a' + i))
			rows[s.delivered(t, e, one, nil)] = name + "1"
			rows[s.delivered(t, e, two, func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryFailed).SetStatusCode(503) })] = name + "2"
		}
		middle := all[1].OccurredAt
		for _, tt := range []struct {
			where vars
			want  string
		}{
			{nil, "a1 a2 b1 b2 c1 c2"},
			{vars{"webhookID": one}, "a1 b1 c1"},
			{vars{"status": "FAILED"}, "a2 b2 c2"},
			{vars{"statusIn": []string{"FAILED", "PENDING"}}, "a2 b2 c2"},
			{vars{"trigger": "MEETING_CANCELED"}, "c1 c2"},
			{vars{"statusCode": 503, "trigger": "MEETING_BOOKED"}, "a2 b2"},
			{vars{"statusCodeGTE": 200, "statusCodeLT": 300}, "a1 b1 c1"},
			{vars{"eventID": all[1].ID}, "b1 b2"},
			{vars{"eventID": all[1].ID, "webhookID": two}, "b2"},
			{vars{"eventIDIn": []string{all[0].ID, all[2].ID, "x"}}, "a1 a2 c1 c2"},
			{vars{"eventID": "x"}, ""},
			{vars{"eventID": typeid.New(typeid.Event)}, ""},
			{vars{"meetingId": meeting}, "a1 a2 c1 c2"},
			{vars{"meetingId": meeting, "webhookID": one}, "a1 c1"},
			{vars{"meetingId": typeid.New(typeid.Meeting)}, ""},
			{vars{"not": vars{"meetingId": meeting}}, "b1 b2"},
			{vars{"or": []vars{{"meetingId": meeting, "status": "FAILED"}, {"eventID": all[1].ID}}}, "a2 b1 b2 c2"},
			{vars{"not": vars{"eventID": all[1].ID}}, "a1 a2 c1 c2"},
			{vars{"createdAtGTE": middle}, "b1 b2 c1 c2"},
			{vars{"createdAtLT": middle}, "a1 a2"},
			{vars{"createdAt": middle}, "b1 b2"},
			{vars{"createdAtGT": middle.Add(time.Hour)}, ""},
			{vars{"createdAtLTE": middle.Add(-time.Hour)}, ""},
			{vars{"test": true}, ""},
		} {
			var out struct {
				Deliveries struct {
					TotalCount int
					Edges      []struct{ Node struct{ ID string } }
				}
			}
			o.Do(t, `query($w: DeliveryWhereInput) { deliveries(where: $w) { totalCount edges { node { id } } } }`, vars{"w": tt.where}, &out)
			var got []string
			for _, edge := range out.Deliveries.Edges {
				got = append(got, rows[edge.Node.ID])
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want || out.Deliveries.TotalCount != len(got) {
				t.Errorf("where %v: %d: %v, want %s", tt.where, out.Deliveries.TotalCount, got, tt.want)
			}
		}
		many := vars{"eventIDIn": append(slices.Repeat([]string{all[0].ID}, 150), all[1].ID)}
		var out struct{ Deliveries struct{ TotalCount int } }
		o.Do(t, `query($w: DeliveryWhereInput) { deliveries(where: $w) { totalCount } }`, vars{"w": many}, &out)
		if out.Deliveries.TotalCount != 4 {
			t.Errorf("of many events: %d", out.Deliveries.TotalCount)
		}
	})
}

// TestDeliveriesOfAMeetingThatWasReplaced: its end, where that is a message of its own,
// is among its deliveries.
func TestDeliveriesOfAMeetingThatWasReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, nil)
		old := o.book(t, 1)
		next := o.reschedule(t, old, 2)
		all := s.logged(t, o)
		rows := map[string]string{s.delivered(t, all[0], hook, nil): "booked"}
		for _, part := range []string{"0001a", "0001b"} {
			id := typeid.Derive(typeid.Delivery, all[1].ID, hook, part)
			rows[s.delivered(t, all[1], hook, func(d *ent.DeliveryCreate) { d.SetID(id).SetPart(part) })] = part
		}
		for meeting, want := range map[string]string{old: "0001a booked", next: "0001a 0001b"} {
			var out struct {
				Deliveries struct {
					Edges []struct{ Node struct{ ID string } }
				}
			}
			o.Do(t, `query($w: DeliveryWhereInput) { deliveries(where: $w) { edges { node { id } } } }`, vars{"w": vars{"meetingId": meeting}}, &out)
			var got []string
			for _, edge := range out.Deliveries.Edges {
				got = append(got, rows[edge.Node.ID])
			}
			if slices.Sort(got); strings.Join(got, " ") != want {
				t.Errorf("of meeting %s: %v, want %s", meeting, got, want)
			}
		}
	})
}

// TestDelivery reads all that there is of one.
func TestDelivery(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, vars{"headers": vars{"X-Team": "sales"}, "secretHeader": "X-Token"})
		meeting := o.book(t, 1)
		e := s.logged(t, o)[0]
		id := s.delivered(t, e, hook, nil)
		got := o.run(t, `query($id: ID!) { delivery(id: $id) {
			id messageId trigger status statusCode test body webhook { id } event { id meeting { id } }
			attempts { statusCode latencyMs address response error responseHeaders requestHeaders }
		} }`, vars{"id": id})
		body, _ := got["body"].(string)
		wiretest.Valid(t, []byte(body))
		attempt := got["attempts"].([]any)[0].(vars)
		headers := attempt["requestHeaders"].(vars)
		for name, want := range map[string]string{
			"webhook-id": e.ID, "Slotcast-Sequence": "1", "Slotcast-Attempt": "1", "X-Team": "[hidden]", "X-Token": "[hidden]", "User-Agent": "Slotcast/test",
		} {
			if headers[name] != want {
				t.Errorf("%s is %v, want %s", name, headers[name], want)
			}
		}
		if signature, _ := headers["webhook-signature"].(string); !strings.HasPrefix(signature, "v1,") {
			t.Errorf("signed with %q", signature)
		}
		delete(got, "body")
		delete(attempt, "requestHeaders")
		want := vars{
			"id": id, "messageId": e.ID, "trigger": "MEETING_BOOKED", "status": "DELIVERED", "statusCode": 200.0, "test": false,
			"webhook": vars{"id": hook}, "event": vars{"id": e.ID, "meeting": vars{"id": meeting}},
			"attempts": []any{vars{"statusCode": 200.0, "latencyMs": 12.0, "address": "192.0.2.1:443", "response": "ok", "error": nil, "responseHeaders": vars{"Server": "x"}}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("delivery (-want +got):\n%s", diff)
		}
		o.Do(t, `mutation($id: ID!) { deleteWebhook(id: $id) }`, vars{"id": hook}, nil)
		gone := o.run(t, `query($id: ID!) { delivery(id: $id) { body webhook { id } attempts { requestHeaders } } }`, vars{"id": id})
		if diff := cmp.Diff(vars{"body": nil, "webhook": nil, "attempts": []any{vars{"requestHeaders": nil}}}, gone); diff != "" {
			t.Errorf("without its webhook (-want +got):\n%s", diff)
		}
	})
}

// TestDeliveriesByField: a list reads the columns that are asked for, and each
// field has what it needs all the same.
func TestDeliveriesByField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, nil)
		o.book(t, 1)
		s.delivered(t, s.logged(t, o)[0], hook, nil)
		o.run(t, replay, in(vars{"webhookId": hook, "from": time.Now().Add(-time.Hour)}))
		for field, of := range map[string]string{
			"attempts { requestHeaders }": "deliveries", "webhookId attempts { requestHeaders }": "deliveries", "body": "deliveries",
			"webhook { id }": "deliveries", "event { id }": "deliveries", "messageId": "deliveries", "progress": "replays", "replayed: webhook { id }": "replays",
		} {
			list := o.run(t, "{ "+of+" { edges { node { "+field+" } } } }", nil)
			if text := fmt.Sprint(list); !strings.Contains(text, "map[node:map[") || strings.Contains(text, "<nil>") {
				t.Errorf("%s of %s: %s", field, of, text)
			}
		}
	})
}

// TestDeliveryOfASubmission: what was submitted is for those who may read it.
func TestDeliveryOfASubmission(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, vars{"triggers": []string{"ROUTING_FORM_SUBMITTED"}})
		o.submit(t, s.form(t, o), "x")
		id := s.delivered(t, s.logged(t, o)[0], hook, nil)
		reader := s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksRead, domain.MeetingsRead})})
		for _, field := range []string{"body", "event { submission { id } }"} {
			query := `query($id: ID!) { delivery(id: $id) { ` + field + ` } }`
			reader.refused(t, badInput{field + " by a token for meetings", query, vars{"id": id}, "FORBIDDEN", ""})
			if got := o.run(t, query, vars{"id": id}); got["body"] == nil && got["event"] == nil {
				t.Errorf("the owner gets %v", got)
			}
		}
	})
}

// TestResendAndExplain is what an integrator does whose receiver was down.
func TestResendAndExplain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, nil)
		o.book(t, 1)
		e := s.logged(t, o)[0]
		id := s.delivered(t, e, hook, func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryFailed).SetStatusCode(503) })
		const explain = `query($e: ID!, $w: ID!) { explainDelivery(eventId: $e, webhookId: $w) { verdict reason checks { name passed detail } deliveries { id } } }`
		got := o.run(t, explain, vars{"e": e.ID, "w": hook})
		if got["verdict"] != "FAILED" || got["deliveries"].([]any)[0].(vars)["id"] != id || len(got["checks"].([]any)) != 2 {
			t.Errorf("explained as %v", got)
		}
		const resend = `mutation($id: ID!) { resendDelivery(id: $id) { id status nextAttemptAt } }`
		again := o.run(t, resend, vars{"id": id})
		if again["status"] != "PENDING" || again["nextAttemptAt"] == nil {
			t.Errorf("resent: %v", again)
		}
		if got = o.run(t, explain, vars{"e": e.ID, "w": hook}); got["verdict"] != "PENDING" {
			t.Errorf("explained as %v", got)
		}
		o.refused(t, badInput{"resending nothing", resend, vars{"id": typeid.New(typeid.Delivery)}, "NOT_FOUND", "id"})
		o.refused(t, badInput{"resending no id", resend, vars{"id": "x"}, "NOT_FOUND", "id"})
		o.refused(t, badInput{"explaining nothing", explain, vars{"e": "x", "w": hook}, "NOT_FOUND", "eventId"})
		o.refused(t, badInput{"explaining to nobody", explain, vars{"e": e.ID, "w": "x"}, "NOT_FOUND", "webhookId"})
	})
}

// TestWebhookIsTried by people, and not by scripts.
func TestWebhookIsTried(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, nil)
		const try = `mutation($id: ID!, $t: EventTrigger!) { testWebhook(id: $id, trigger: $t) { id test status number: messageId body event { id } } }`
		got := o.run(t, try, vars{"id": hook, "t": "MEETING_NO_SHOW"})
		if got["test"] != true || got["status"] != "PENDING" || got["event"] != nil || !strings.Contains(fmt.Sprint(got["body"]), `"NO_SHOW"`) {
			t.Errorf("made %v", got)
		}
		o.refused(t, badInput{"an unknown trigger", try, vars{"id": hook, "t": "MEETING_EATEN"}, "BAD_USER_INPUT", "t"})
		o.refused(t, badInput{"no webhook", try, vars{"id": "x", "t": "MEETING_BOOKED"}, "NOT_FOUND", "id"})
		for range 9 {
			o.run(t, try, vars{"id": hook, "t": "MEETING_BOOKED"})
		}
		o.refused(t, badInput{"once too often", try, vars{"id": hook, "t": "MEETING_BOOKED"}, string(apperr.RateLimited), ""})
	})
}

// again does something every few milliseconds until it is stopped.
func again(do func()) (stop func()) {
	tick, ended := time.NewTicker(5*time.Millisecond), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-tick.C:
				do()
			case <-ended:
				return
			}
		}
	})
	return func() { tick.Stop(); close(ended); group.Wait() }
}

// TestDeliveryUpdates: what changes comes as it is, of one webhook or of all.
func TestDeliveryUpdates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		hook, second, theirs := o.hooked(t, nil), o.hooked(t, vars{"subscriberUrl": "https://example.com/two"}), other.hooked(t, nil)
		o.book(t, 1)
		failed := func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryFailed).SetStatusCode(503) }
		e := s.logged(t, o)[0]
		id, beside := s.delivered(t, e, hook, failed), s.delivered(t, e, second, failed)
		const updates = `subscription($w: ID) { deliveryUpdates(webhookId: $w) { id status webhook { id } event { id } } }`
		type update struct {
			DeliveryUpdates struct {
				ID, Status     string
				Webhook, Event struct{ ID string }
			}
		}
		for _, open := range []func(context.Context, string, map[string]any) (*apptest.Stream, error){o.WebSocket, o.EventStream} {
			stream, err := open(t.Context(), updates, vars{"w": hook})
			must(t, err)
			var out update
			stop := again(func() { s.told.Tell(o.app.ID, beside, id) })
			stream.Receive(t, &out) // it runs
			stop()
			o.run(t, `mutation($id: ID!) { resendDelivery(id: $id) { id } }`, vars{"id": id})
			for out.DeliveryUpdates.Status != "PENDING" {
				stream.Receive(t, &out)
			}
			if got := out.DeliveryUpdates; got.ID != id || got.Webhook.ID != hook || got.Event.ID != e.ID {
				t.Errorf("changed is %+v", got)
			}
			stream.Cut()
			must(t, s.client.Delivery.UpdateOneID(id).SetStatus(domain.DeliveryFailed).Exec(viewer.System(t.Context())))
		}
		for name, w := range map[string]string{"another app's webhook": theirs, "no webhook": typeid.New(typeid.Webhook), "no id": "x"} {
			stream, err := o.WebSocket(t.Context(), updates, vars{"w": w})
			must(t, err)
			if err := stream.End(t); !apptest.HasCode(err, "NOT_FOUND") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
