package rest_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/booking"
)

// denied expects a 403 with the message.
func (f *fixture) denied(what string, got answer, message string) {
	f.t.Helper()
	if got.status != http.StatusForbidden || got.body["message"] != message {
		f.t.Errorf("%s: %d %s, want 403 %q", what, got.status, got.text, message)
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for n, p := range []*person{f.owner, f.admin, f.member} {
			m := f.meeting(f.member, n)
			event := f.links.ScheduledEvent(m.ID)
			f.denied("another's", f.call(f.other, http.MethodPost, event+"/cancellation", nil), "You are not allowed to cancel this event")
			got := f.call(p, http.MethodPost, event+"/cancellation", map[string]any{"reason": "späť <3"})
			want := map[string]any{"canceled_by": p.Name, "reason": "späť <3", "canceler_type": "host", "created_at": got.resource()["created_at"]}
			if diff := cmp.Diff(want, got.resource()); got.status != http.StatusCreated || diff != "" {
				f.t.Errorf("%s: %d (-want +got):\n%s", p.Name, got.status, diff)
			}
			read := f.call(p, http.MethodGet, event, nil).resource()
			if diff := cmp.Diff(any(got.resource()), read["cancellation"]); read["status"] != "canceled" || diff != "" {
				f.t.Errorf("the event is %v (-answer +event):\n%s", read["status"], diff)
			}
			f.denied("again", f.call(p, http.MethodPost, event+"/cancellation", nil), "Event is already canceled")
		}
	})
}

func TestCancellationBodies(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for n, sent := range []string{"", " ", "{}", `{"reason":null}`, `{"reason":""}`, `{"more":1}`} {
			path := "/scheduled_events/" + f.meeting(f.member, n).ID + "/cancellation"
			status, _, text := f.raw(http.MethodPost, path, f.member.token, sent)
			if status != http.StatusCreated || !strings.Contains(string(text), `"reason":""`) {
				f.t.Errorf("%q: %d %s", sent, status, text)
			}
		}
		longest := f.call(f.member, http.MethodPost, "/scheduled_events/"+f.meeting(f.member, 20).ID+"/cancellation",
			map[string]any{"reason": strings.Repeat("é", 10_000)})
		if longest.status != http.StatusCreated {
			f.t.Errorf("10,000 characters: %d %s", longest.status, longest.text)
		}
		open := "/scheduled_events/" + f.meeting(f.member, 30).ID + "/cancellation"
		for sent, parameter := range map[string]string{
			`{"reason":1}`: "reason", `{"reason":["x"]}`: "reason", `{"reason":"a\u0000"}`: "reason", "[]": "body", "null": "body", "{": "body", `"x"`: "body",
			`{"reason":"` + strings.Repeat("x", 10_001) + `"}`: "reason", `{"REASON":1}`: "body", `{"reason":"` + strings.Repeat("x", 300<<10) + `"}`: "body",
		} {
			status, _, text := f.raw(http.MethodPost, open, f.member.token, sent)
			if status != http.StatusBadRequest || !strings.Contains(string(text), `"parameter":"`+parameter+`"`) {
				f.t.Errorf("%.40s: %d %s, want %s", sent, status, text, parameter)
			}
		}
	})
}

// TestCancellationTooLate: what has begun, is over, or has moved.
func TestCancellationTooLate(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		cancel := func(m *ent.Meeting) answer {
			return f.call(f.member, http.MethodPost, "/scheduled_events/"+m.ID+"/cancellation", nil)
		}
		book, begun := f.past(f.member)
		f.denied("begun", cancel(begun), "Event in the past")
		_, err := book.Sweep(f.system())
		f.must(err)
		f.denied("completed", cancel(begun), "Event in the past")

		moved := f.meeting(f.member, 1)
		_, _, err = f.book.Reschedule(f.as(f.member), booking.RescheduleInput{MeetingID: moved.ID, Start: hour(2)})
		f.must(err)
		f.denied("rescheduled", cancel(moved), "Event is already canceled")

		now := time.Now().UTC().AddDate(0, 0, -3)
		earlier := f.bookings(func() time.Time { return now })
		b, err := earlier.Book(f.as(f.owner), bookInput(f.member.eventType, now.Add(time.Hour)))
		f.must(err)
		_, err = earlier.Cancel(f.as(f.owner), booking.CancelInput{MeetingID: b.Meeting.ID})
		f.must(err)
		f.denied("canceled and past", cancel(b.Meeting), "Event is already canceled")
	})
}

// TestCancellationAtOnce: of many one is first, the others are told so.
func TestCancellationAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		path := "/scheduled_events/" + f.meeting(f.member, 1).ID + "/cancellation"
		answers := make([]answer, 6)
		var done sync.WaitGroup
		for i := range answers {
			done.Go(func() { answers[i] = f.call(f.member, http.MethodPost, path, nil) })
		}
		done.Wait()
		made := 0
		for _, got := range answers {
			if got.status == http.StatusCreated {
				made++
				continue
			}
			f.denied("a later one", got, "Event is already canceled")
		}
		if made != 1 {
			f.t.Errorf("%d were first", made)
		}
	})
}
