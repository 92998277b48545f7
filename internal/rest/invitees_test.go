package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// bookInput asks for a meeting with Ana.
func bookInput(et *ent.EventType, start time.Time) booking.BookInput {
	return booking.BookInput{
		EventTypeID: et.ID, Start: start, CreateByContact: true,
		Attendees: []booking.AttendeeInput{{Name: "Ana Ruiz", Email: "ana@example.org", TimeZone: new("Europe/Madrid")}},
	}
}

// pay says that a payment is made.
func (f *fixture) paid(book *booking.Service, id string) {
	f.t.Helper()
	_, err := book.RecordPayment(f.as(f.owner), booking.PaymentInput{
		PaymentID: id, Status: domain.PaymentDone, Method: "STRIPE", ExternalPaymentID: "pi_" + id,
	})
	f.must(err)
}

// checkInvitees lists the invitees of each meeting by random filters, and reads
// each of them.
func (w *world) checkInvitees(all []*ent.Meeting) {
	w.t.Helper()
	next := map[string]*ent.Attendee{}
	for _, m := range all {
		for _, a := range m.Edges.Attendees {
			if a.PreviousID != nil {
				next[*a.PreviousID] = a
			}
		}
	}
	for _, m := range all {
		status, email := []string{"", "active", "canceled"}[w.rnd.IntN(3)], ""
		if w.rnd.IntN(3) == 0 {
			email = emails()[w.rnd.IntN(4)]
		}
		want := []string{}
		for _, a := range m.Edges.Attendees {
			invitee := w.links.InviteeOf(m, a, next[a.ID])
			if (status == "" || invitee.Status == status) && (email == "" || a.Email == email) {
				want = append(want, invitee.URI)
			}
			w.checkInvitee(plain(invitee))
		}
		values := url.Values{"count": {fmt.Sprint(1 + w.rnd.IntN(3))}}
		if status != "" {
			values.Set("status", status)
		}
		if email != "" {
			values.Set("email", email)
		}
		if w.rnd.IntN(2) == 0 {
			values.Set("sort", "created_at:desc")
			slices.Reverse(want)
		}
		path := w.links.ScheduledEvent(m.ID) + "/invitees?" + values.Encode()
		if diff := cmp.Diff(want, urisOf(w.walk(w.owner, path))); diff != "" {
			w.t.Errorf("GET %s (-want +got):\n%s", path, diff)
		}
	}
}

// checkInvitee reads an invitee, and what its URIs name.
func (w *world) checkInvitee(want map[string]any) {
	w.t.Helper()
	got := w.call(w.owner, http.MethodGet, want["uri"].(string), nil)
	if diff := cmp.Diff(want, got.resource()); got.status != http.StatusOK || diff != "" {
		w.t.Errorf("invitee %s: %d (-want +got):\n%s", want["uri"], got.status, diff)
	}
	others := []any{want["event"], want["old_invitee"], want["new_invitee"], want["invitee_scheduled_by"]}
	if note, ok := want["no_show"].(map[string]any); ok {
		others = append(others, note["uri"])
	}
	for _, uri := range others {
		if uri == nil {
			continue
		}
		if got := w.call(w.owner, http.MethodGet, uri.(string), nil); got.status != http.StatusOK || got.resource()["uri"] != uri {
			w.t.Errorf("GET %v, of %v: %d %s", uri, want["uri"], got.status, got.text)
		}
	}
}

// TestRescheduled follows an invitee through two reschedules.
func TestRescheduled(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		m := f.meeting(f.member, 1)
		chain := []*ent.Meeting{m}
		for n := range 2 {
			next, _, err := f.book.Reschedule(f.as(f.member), booking.RescheduleInput{MeetingID: m.ID, Start: hour(10 + n), Reason: "travel"})
			f.must(err)
			m = next
			chain = append(chain, m)
		}
		var uri []string
		for _, m := range chain {
			uri = append(uri, f.links.Invitee(m.ID, m.Edges.Attendees[0].ID))
		}
		for i := range chain {
			got := f.call(f.member, http.MethodGet, uri[i], nil).resource()
			var before, after any
			status, moved := "active", false
			if i > 0 {
				before = uri[i-1]
			}
			if i < len(chain)-1 {
				after, status, moved = uri[i+1], "canceled", true
			}
			if got["old_invitee"] != before || got["new_invitee"] != after || got["status"] != status || got["rescheduled"] != moved ||
				(got["cancellation"] != nil) != moved {
				f.t.Errorf("%d of the chain: %v", i, got)
			}
			list := f.walk(f.member, f.links.ScheduledEvent(chain[i].ID)+"/invitees")
			if diff := cmp.Diff([]map[string]any{got}, list); diff != "" {
				f.t.Errorf("%d of the chain (-one +list):\n%s", i, diff)
			}
		}
	})
}

// TestNewInviteeIsNamedToHisOldHost: who hosted a meeting that another agent has
// taken over is told the URI, and no more.
func TestNewInviteeIsNamedToHisOldHost(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		pool := f.eventType([]*person{f.member, f.other}, func(c *ent.EventTypeCreate) { c.SetType(domain.RoundRobin) })
		in := bookInput(pool, hour(1))
		in.AgentIDs = []string{f.member.ID}
		b, err := f.book.Book(f.as(f.owner), in)
		f.must(err)
		f.meeting(f.member, 5)
		next, _, err := f.book.Reschedule(f.as(f.owner), booking.RescheduleInput{MeetingID: b.Meeting.ID, Start: hour(5)})
		f.must(err)
		if next.Edges.Agents[0].ID != f.other.ID {
			t.Fatal("the other one is to host it")
		}
		old := f.call(f.member, http.MethodGet, f.links.Invitee(b.Meeting.ID, b.Meeting.Edges.Attendees[0].ID), nil)
		uri := f.links.Invitee(next.ID, next.Edges.Attendees[0].ID)
		if old.resource()["new_invitee"] != uri {
			f.t.Errorf("old invitee: %s", old.text)
		}
		for p, want := range map[*person]int{f.member: http.StatusForbidden, f.other: http.StatusOK, f.owner: http.StatusOK} {
			if got := f.call(p, http.MethodGet, uri, nil); got.status != want {
				f.t.Errorf("%s: %d, want %d", p.Name, got.status, want)
			}
		}
	})
}

// TestGroup: seats that are not paid are not counted, and each has its own
// payment and tracking.
func TestGroup(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		w := newWorld(f, 1)
		w.clock = time.Now().UTC()
		book := func(source string) *booking.Booking {
			in := bookInput(w.paidGroup, hour(1))
			in.Tracking = map[string]any{"utm_source": source}
			b, err := w.book.Book(f.as(f.owner), in)
			f.must(err)
			return b
		}
		first, second, third := book("one"), book("two"), book("three")
		f.paid(w.book, first.Payment.ID)
		f.paid(w.book, third.Payment.ID)
		event := f.links.ScheduledEvent(first.Meeting.ID)
		counter := f.call(f.other, http.MethodGet, event, nil).resource()["invitees_counter"]
		if diff := cmp.Diff(any(map[string]any{"total": 2.0, "active": 2.0, "limit": 5.0}), counter); diff != "" {
			f.t.Errorf("counter (-want +got):\n%s", diff)
		}
		list := f.walk(f.other, event+"/invitees?count=1")
		var sources []any
		for _, e := range list {
			tracking, _ := e["tracking"].(map[string]any)
			sources = append(sources, tracking["utm_source"])
		}
		if diff := cmp.Diff([]any{"one", "three"}, sources); diff != "" {
			f.t.Errorf("invitees (-want +got):\n%s", diff)
		}
		w.unpaidMoves(first.Meeting, second)
	})
}

// unpaidMoves reschedules a group with a seat that has yet to be paid: it is not
// there before the move nor behind it, and both are when it is paid.
func (w *world) unpaidMoves(old *ent.Meeting, unpaid *booking.Booking) {
	w.t.Helper()
	m, _, err := w.book.Reschedule(w.as(w.owner), booking.RescheduleInput{MeetingID: old.ID, Start: hour(30)})
	w.must(err)
	before := w.links.Invitee(old.ID, unpaid.Meeting.Edges.Attendees[1].ID)
	behind := w.links.Invitee(m.ID, m.Edges.Attendees[1].ID)
	for n, want := range []int{http.StatusNotFound, http.StatusOK} {
		for _, uri := range []string{before, behind} {
			if got := w.call(w.owner, http.MethodGet, uri, nil); got.status != want {
				w.t.Errorf("%s: %d, want %d", uri, got.status, want)
			}
		}
		for _, m := range []*ent.Meeting{old, m} {
			got := w.call(w.owner, http.MethodGet, w.links.ScheduledEvent(m.ID), nil).resource()["invitees_counter"]
			if counter, _ := got.(map[string]any); counter["total"] != float64(2+n) {
				w.t.Errorf("counter of %s: %v, want %d", m.ID, got, 2+n)
			}
		}
		w.paid(w.book, unpaid.Payment.ID)
	}
	if got := w.call(w.owner, http.MethodGet, before, nil).resource(); got["new_invitee"] != behind || got["status"] != "canceled" {
		w.t.Errorf("the old invitee: %v", got)
	}
}
