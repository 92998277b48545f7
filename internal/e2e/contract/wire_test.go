package contract_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// message is what a receiver got.
type message struct {
	apptest.Request
	body any
}

func (m message) text(path string) string {
	if v := at(m.body, path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// messages are those that have come, as soon as there are so many.
func messages(t *testing.T, from *apptest.Receiver, n int) []message {
	t.Helper()
	var out []message
	for _, r := range from.Wait(t, n) {
		m := message{Request: r}
		if err := json.Unmarshal(r.Body, &m.body); err != nil {
			t.Fatalf("%s is not JSON: %v", r.Body, err)
		}
		out = append(out, m)
	}
	if len(out) > n {
		t.Errorf("%d messages came, want %d", len(out), n)
	}
	return out
}

const signingKey = "just a text"

// receive subscribes to everything in the way of the facade.
func (o *office) receive(who *person, scope string, events ...string) *apptest.Receiver {
	o.t.Helper()
	receiver := apptest.NewReceiver(o.t)
	user := who
	if scope == "organization" {
		user = nil
	}
	in := o.subscription(receiver.URL(), scope, user, events...)
	in["signing_key"] = signingKey
	o.post(who, "/webhook_subscriptions", in).want(http.StatusCreated)
	return receiver
}

// signed checks the signature as strict receivers do.
func signed(t *testing.T, m message, key string) {
	t.Helper()
	header := m.Header["Calendly-Webhook-Signature"]
	if len(header) != 1 {
		t.Fatalf("the signatures are %v", header)
	}
	stamp, signature, ok := strings.Cut(strings.TrimPrefix(header[0], "t="), ",v1=")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if !ok || err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 3*time.Minute {
		t.Errorf("the signature %q is not of now", header[0])
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(stamp + "." + string(m.Body)))
	if want := hex.EncodeToString(mac.Sum(nil)); signature != want {
		t.Errorf("signed %q, want %q", signature, want)
	}
	if standard := m.Header.Get("webhook-signature"); !strings.HasPrefix(standard, "v1,") || m.ID() == "" {
		t.Errorf("the standard headers are %q, %q", m.ID(), standard)
	}
}

// TestDeliveryBody follows one meeting: booked, rescheduled, cancelled.
func TestDeliveryBody(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		all, mine, onlyNew := o.receive(o.owner, "organization"), o.receive(o.member, "user"), o.receive(o.owner, "organization", "invitee.created")
		others := o.receive(o.other, "user")
		first := o.book(o.member, 9)
		second := o.reschedule(first, 10)
		o.cancel(second)

		got := messages(o.t, all, 4)
		for _, m := range got {
			signed(o.t, m, signingKey)
		}
		for i, want := range []object{
			{"event": "invitee.created", "payload.uri": first.invitee, "payload.event": first.uri, "payload.status": "active", "payload.old_invitee": nil},
			{
				"event": "invitee.canceled", "payload.uri": first.invitee, "payload.status": "canceled", "payload.rescheduled": true,
				"payload.new_invitee": second.invitee, "payload.scheduled_event.uri": first.uri, "payload.cancellation.reason": "travel",
				"payload.cancellation.canceler_type": "invitee",
			},
			{
				"event": "invitee.created", "payload.uri": second.invitee, "payload.old_invitee": first.invitee, "payload.rescheduled": false,
				"payload.new_invitee": nil, "payload.status": "active",
			},
			{
				"event": "invitee.canceled", "payload.uri": second.invitee, "payload.rescheduled": false, "payload.cancellation.canceler_type": "host",
				"payload.cancellation.reason": "ill", "payload.cancellation.canceled_by": "Jo Park",
				"payload.scheduled_event.status": "canceled", "payload.scheduled_event.cancellation.reason": "ill",
				"payload.scheduled_event.invitees_counter.active": 0.0, "payload.scheduled_event.invitees_counter.total": 1.0,
			},
		} {
			want["created_by"] = o.owner.uri
			for path, v := range want {
				if has := at(got[i].body, path); has != v {
					o.t.Errorf("message %d: %s is %v, want %v", i, path, has, v)
				}
			}
		}
		o.sameKeys(got)
		created := []string{got[0].text("payload.created_at"), got[2].text("payload.created_at")}
		if created[0] >= created[1] {
			o.t.Errorf("the invitees were created at %v", created)
		}
		if ids := idsOf(got); len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 4 {
			o.t.Errorf("the messages' ids are %v", ids)
		}
		o.logged(got)
		if mine := messages(o.t, mine, 4); mine[0].text("created_by") != o.member.uri {
			o.t.Errorf("made by %s", mine[0].text("created_by"))
		}
		if ids := idsOf(messages(o.t, onlyNew, 2)); strings.Contains(ids[1], "-") {
			o.t.Errorf("of the only message of its event the id is %s", ids[1])
		}
		if n := len(others.Requests()); n != 0 {
			o.t.Errorf("somebody else heard of %d events", n)
		}
		o.readsTheSame(got, first, second)
	})
}

func idsOf(all []message) []string {
	var ids []string
	for _, m := range all {
		ids = append(ids, m.ID())
	}
	return ids
}

// logged: the log of deliveries has each message under its id.
func (o *office) logged(sent []message) {
	o.t.Helper()
	apptest.Until(o.t, func() error {
		var log struct {
			Deliveries struct {
				Edges []struct{ Node struct{ MessageID string } }
			}
		}
		o.owner.Do(o.t, `{ deliveries(first: 100) { edges { node { messageId } } } }`, nil, &log)
		known := map[string]bool{}
		for _, e := range log.Deliveries.Edges {
			known[e.Node.MessageID] = true
		}
		for _, id := range idsOf(sent) {
			if !known[id] {
				return fmt.Errorf("the log has no %s: %v", id, known)
			}
		}
		return nil
	})
}

// sameKeys: every key of the contract's example, and no other.
func (o *office) sameKeys(all []message) {
	o.t.Helper()
	payload := strings.Fields(`cancel_url created_at email event first_name invitee_scheduled_by last_name name new_invitee no_show old_invitee
		payment questions_and_answers reconfirmation reschedule_url rescheduled routing_form_submission scheduled_event scheduling_method
		status text_reminder_number timezone tracking updated_at uri`)
	event := strings.Fields(`created_at end_time event_guests event_memberships event_type invitees_counter location meeting_notes_html
		meeting_notes_plain name start_time status updated_at uri`)
	for i, m := range all {
		for path, want := range map[string][]string{
			"payload": payload, "payload.scheduled_event": event,
			"payload.tracking": strings.Fields("salesforce_uuid utm_campaign utm_content utm_medium utm_source utm_term"),
		} {
			if m.text("event") == "invitee.canceled" && !strings.HasSuffix(path, "tracking") {
				want = append(slices.Clone(want), "cancellation")
				slices.Sort(want)
			}
			if got := keysOf(at(m.body, path)); !slices.Equal(got, want) {
				o.t.Errorf("message %d: %s has %v, want %v", i, path, got, want)
			}
		}
		if got := keysOf(m.body); !slices.Equal(got, []string{"created_at", "created_by", "event", "payload"}) {
			o.t.Errorf("the envelope has %v", got)
		}
		if location := m.text("payload.scheduled_event.location"); location != "map[location:Video type:custom]" {
			o.t.Errorf("the location is %s", location)
		}
	}
}

// readsTheSame: what was sent last of an invitee, the facade answers as well.
func (o *office) readsTheSame(sent []message, first, second meeting) {
	o.t.Helper()
	for i, uri := range map[int]string{1: first.invitee, 3: second.invitee} {
		body, _ := at(sent[i].body, "payload").(object)
		event := body["scheduled_event"]
		delete(body, "scheduled_event")
		if read := o.get(o.owner, uri).at("resource"); fmt.Sprint(read) != fmt.Sprint(body) {
			o.t.Errorf("sent:\n%v\nread:\n%v", body, read)
		}
		if read := o.get(o.owner, uri[:strings.Index(uri, "/invitees/")]).at("resource"); fmt.Sprint(read) != fmt.Sprint(event) {
			o.t.Errorf("the event was sent as:\n%v\nread:\n%v", event, read)
		}
	}
}

// TestCalcomBody: what clients of the other shape get.
func TestCalcomBody(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		receiver := apptest.NewReceiver(o.t)
		o.post(o.owner, "/v2/webhooks", object{
			"subscriberUrl": receiver.URL(), "triggers": []string{"BOOKING_CREATED", "BOOKING_CANCELLED", "BOOKING_RESCHEDULED"}, "active": true, "secret": "word",
		}).want(http.StatusCreated)
		first := o.book(o.member, 9)
		second := o.reschedule(first, 10)
		o.cancel(second)
		got := messages(o.t, receiver, 3)
		for i, want := range []object{
			{"triggerEvent": "BOOKING_CREATED", "payload.uid": first.id, "payload.length": 30.0, "payload.eventTypeId": o.member.eventTypeID},
			{"triggerEvent": "BOOKING_RESCHEDULED", "payload.uid": second.id, "payload.rescheduleUid": first.id},
			{"triggerEvent": "BOOKING_CANCELLED", "payload.uid": second.id, "payload.cancellationReason": "ill"},
		} {
			want["payload.organizer.email"], want["payload.attendees.0.email"] = "mia@example.org", "ana@example.org"
			for path, v := range want {
				if has := at(got[i].body, path); has != v {
					o.t.Errorf("message %d: %s is %v, want %v", i, path, has, v)
				}
			}
			mac := hmac.New(sha256.New, []byte("word"))
			mac.Write(got[i].Body)
			if header := got[i].Header.Get("X-Cal-Signature-256"); header != hex.EncodeToString(mac.Sum(nil)) {
				o.t.Errorf("message %d is signed %q", i, header)
			}
		}
	})
}
