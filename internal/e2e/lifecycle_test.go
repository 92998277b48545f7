package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"slotcast/internal/app/apptest"
)

// TestBookRescheduleCancel follows one meeting through its life, from the API to
// the webhook and to both kinds of subscribers.
func TestBookRescheduleCancel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		me := newOwner(t, apptest.Start(t, s), s)
		now := me.present(t)
		streams := map[string]*apptest.Stream{}
		for name, open := range openers(me.Client) {
			streams[name] = follow(t, open, now.Cursor)
		}
		receiver := apptest.NewReceiver(t)
		hook, secret := me.subscribe(t, receiver)

		first := me.book(t, 1)
		moved := me.reschedule(t, first, 2)
		cancelled := me.cancel(t, moved)

		example := golden{me, first, moved}
		want := []struct {
			trigger, body string
			meeting       string
			sequence      int
		}{
			{"MEETING_BOOKED", example.body(t, "book-free", first.Start, time.Time{}), first.ID, 1},
			{"MEETING_RESCHEDULED", example.body(t, "reschedule", moved.Start, moved.Reschedule.Time), moved.ID, 1},
			{"MEETING_CANCELED", example.body(t, "cancel", moved.Start, cancelled.Cancellation.Time), moved.ID, 2},
		}
		requests := receiver.Wait(t, len(want))
		for i, w := range want {
			got := requests[i]
			if diff := cmp.Diff(w.body, indent(t, got.Body)); diff != "" {
				t.Errorf("body of %s (-want +got):\n%s", w.trigger, diff)
			}
			verify(t, secret, got)
			if s := got.Header.Get("Slotcast-Sequence"); s != strconv.Itoa(w.sequence) || got.Header.Get("Slotcast-Attempt") != "1" {
				t.Errorf("%s: sequence %s, attempt %s", w.trigger, s, got.Header.Get("Slotcast-Attempt"))
			}
			for name, stream := range streams {
				e := receive(t, stream)
				if e.Trigger != w.trigger || e.Sequence != w.sequence || e.Meeting.ID != w.meeting || e.ID != got.ID() {
					t.Errorf("%s shows %+v, want %+v of id %s", name, e, w, got.ID())
				}
			}
		}
		me.settled(t, hook, len(want))
	})
}

// settled waits until a webhook has the given number of deliveries, all
// DELIVERED at the first attempt.
func (o owner) settled(t *testing.T, webhookID string, n int) {
	t.Helper()
	apptest.Until(t, func() error {
		var out struct{ All, Done struct{ TotalCount int } }
		o.Do(t, `query($id: ID!) {
			all: deliveries(where: {webhookID: $id}) { totalCount }
			done: deliveries(where: {webhookID: $id, status: DELIVERED, attemptCount: 1}) { totalCount }
		}`, map[string]any{"id": webhookID}, &out)
		if out.All.TotalCount != n || out.Done.TotalCount != n {
			return fmt.Errorf("%d of %d deliveries are done, want %d", out.Done.TotalCount, out.All.TotalCount, n)
		}
		return nil
	})
}

func verify(t *testing.T, secret string, r apptest.Request) {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatalf("the secret is no Standard Webhooks one: %v", err)
	}
	if err := hook.Verify(r.Body, r.Header); err != nil {
		t.Errorf("message %s: %v", r.ID(), err)
	}
}

// golden makes the golden bodies into what this test must see.
type golden struct {
	me           owner
	first, moved meeting
}

var (
	payment = regexp.MustCompile(`(?s)"payment": \{.*?\n    \}`)
	instant = regexp.MustCompile(`"time": "[^"]+"`)
)

// The ids in the golden bodies.
const (
	firstMeeting  = "mtg_01jh0m2y8wfxvv5t9k4b6n1c2d"
	firstAttendee = "att_01jh0m2y8we8nr4t6v9x1z3k5m"
	movedMeeting  = "mtg_01jh1p6q0rfz8s4e2a7x9g5m3k"
	movedAttendee = "att_01jh1p6q0rfbbt3v5x7z9k2m4n"
)

// body returns an example without its payment, under the names of this test: a
// meeting at start that was changed at the given time. The example of a
// cancellation is of the first meeting, and here it is of the moved one.
func (g golden) body(t *testing.T, example string, start, changed time.Time) string {
	t.Helper()
	text, err := os.ReadFile("../wire/testdata/" + example + ".json")
	if err != nil {
		t.Fatal(err)
	}
	body := payment.ReplaceAllString(string(text), `"payment": null`)
	at := start
	body = instant.ReplaceAllStringFunc(body, func(string) string {
		key := `"time": "` + at.UTC().Format("2006-01-02T15:04:05.000Z") + `"`
		at = changed
		return key
	})
	if example == "cancel" {
		body = strings.NewReplacer(firstMeeting, movedMeeting, firstAttendee, movedAttendee,
			`"prevMeetId": null`, `"prevMeetId": "`+firstMeeting+`"`).Replace(body)
	}
	return indent(t, []byte(strings.NewReplacer(
		"app_01jgzy7k3cf4pr8t2v6x0m5n9q", g.me.AppID,
		"ety_01jgzy9p5dfehs3w7y1z4k8m2r", g.me.EventTypeID,
		"agt_01jgzy8m4cf9zt6v1x3y5k7n0p", g.me.AgentID,
		firstMeeting, g.first.ID, firstAttendee, g.first.Attendees[0].ID,
		movedMeeting, g.moved.ID, movedAttendee, g.moved.Attendees[0].ID,
		"jo@example.org", "owner@example.org", "Europe/Berlin", "UTC", "ROUNDROBIN", "SOLO",
	).Replace(body)))
}

func indent(t *testing.T, text []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(text), "", "  "); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out.String()
}
