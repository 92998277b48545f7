package rest_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/booking"
)

func TestNoShow(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		_, m := f.past(f.member)
		seat := m.Edges.Attendees[0]
		uri := f.links.Invitee(m.ID, seat.ID)
		mark := func(p *person) answer {
			return f.call(p, http.MethodPost, "/invitee_no_shows", map[string]any{"invitee": uri})
		}
		for _, p := range []*person{f.member, f.admin, f.owner} {
			made := mark(p)
			want := map[string]any{"uri": f.links.NoShow(seat.ID), "invitee": uri, "created_at": made.resource()["created_at"]}
			if diff := cmp.Diff(want, made.resource()); made.status != http.StatusCreated || diff != "" {
				f.t.Fatalf("%s: %d (-want +got):\n%s", p.Name, made.status, diff)
			}
			read := f.call(p, http.MethodGet, f.links.NoShow(seat.ID), nil)
			if read.status != http.StatusOK || read.text != made.text {
				f.t.Errorf("read as %d %s, made as %s", read.status, read.text, made.text)
			}
			note, _ := f.call(p, http.MethodGet, uri, nil).resource()["no_show"].(map[string]any)
			if note["uri"] != want["uri"] || note["created_at"] != want["created_at"] {
				f.t.Errorf("the invitee has %v", note)
			}
			if again := mark(p); again.status != http.StatusBadRequest || !slices.Equal(again.parameters(), []string{"invitee"}) {
				f.t.Errorf("twice: %d %s", again.status, again.text)
			}
			if got := f.call(p, http.MethodDelete, f.links.NoShow(seat.ID), nil); got.status != http.StatusNoContent || got.text != "" {
				f.t.Errorf("deleting: %d %s", got.status, got.text)
			}
			for _, method := range []string{http.MethodGet, http.MethodDelete} {
				if got := f.call(p, method, f.links.NoShow(seat.ID), nil); got.status != http.StatusNotFound {
					f.t.Errorf("%s behind that: %d", method, got.status)
				}
			}
			if note := f.call(p, http.MethodGet, uri, nil).resource()["no_show"]; note != nil {
				f.t.Errorf("the invitee still has %v", note)
			}
		}
	})
}

func TestNoShowRefused(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		future, canceled, moved := f.meeting(f.member, 1), f.meeting(f.member, 2), f.meeting(f.member, 3)
		_, err := f.book.Cancel(f.as(f.member), booking.CancelInput{MeetingID: canceled.ID})
		f.must(err)
		_, _, err = f.book.Reschedule(f.as(f.member), booking.RescheduleInput{MeetingID: moved.ID, Start: hour(9)})
		f.must(err)
		book, gone := f.past(f.other)
		_, err = book.Cancel(f.as(f.other), booking.CancelInput{MeetingID: gone.ID})
		f.must(err)
		of := func(event, invitee string) string {
			return f.url + "/scheduled_events/" + event + "/invitees/" + invitee
		}
		seat := future.Edges.Attendees[0].ID
		for uri, want := range map[string]int{
			of(future.ID, seat):                             400,
			of(canceled.ID, canceled.Edges.Attendees[0].ID): 400,
			of(moved.ID, moved.Edges.Attendees[0].ID):       400,
			of(gone.ID, gone.Edges.Attendees[0].ID):         400,
			of(gone.ID, seat):                               404, // of another event
			of(future.ID, seat[:len(seat)-1]+"z"):           404,
			of(future.ID, "x"):                              400,
			of("x", seat):                                   400,
			of(future.ID, seat) + "/":                       400,
			f.links.ScheduledEvent(future.ID):               400,
			f.links.NoShow(seat):                            400,
			"https://example.org/scheduled_events/" + future.ID + "/invitees/" + seat: 400,
			seat: 400, "": 400,
		} {
			got := f.call(f.owner, http.MethodPost, "/invitee_no_shows", map[string]any{"invitee": uri})
			if got.status != want || want == 400 && !slices.Equal(got.parameters(), []string{"invitee"}) {
				f.t.Errorf("%s: %d %s, want %d", uri, got.status, got.text, want)
			}
		}
		for sent, parameter := range map[string]string{"": "body", "{}": "invitee", `{"invitee":null}`: "invitee", `{"invitee":1}`: "invitee"} {
			status, _, text := f.raw(http.MethodPost, "/invitee_no_shows", f.owner.token, sent)
			got := answer{status: status, text: string(text), body: unjson(text)}
			if status != http.StatusBadRequest || !slices.Equal(got.parameters(), []string{parameter}) {
				f.t.Errorf("%s: %d %s", sent, status, text)
			}
		}
	})
}
