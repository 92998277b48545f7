package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/attendee"
	"slotcast/internal/domain"
)

// urisOf are the URIs of entries.
func urisOf(entries []map[string]any) []string {
	out := []string{}
	for _, e := range entries {
		uri, _ := e["uri"].(string)
		out = append(out, uri)
	}
	return out
}

// plain is a value as it reads back from JSON.
func plain(v any) (out map[string]any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of strings and numbers
	}
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}

// meetings are all that others were told of, in the order of their start, with
// the seats that count: the same, counted the simple way.
func (w *world) meetings() []*ent.Meeting {
	w.t.Helper()
	all, err := w.client.Meeting.Query().WithEventType().WithPayment().
		WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByID()) }).
		WithAttendees(func(q *ent.AttendeeQuery) { q.WithPayment().Order(attendee.ByPosition()) }).
		All(w.system())
	w.must(err)
	seats := map[string]*ent.Attendee{} // by the id of the one before
	for _, m := range all {
		for _, a := range m.Edges.Attendees {
			if a.PreviousID != nil {
				seats[*a.PreviousID] = a
			}
		}
	}
	all = slices.DeleteFunc(all, func(m *ent.Meeting) bool { return m.Sequence == 0 })
	for _, m := range all {
		m.Edges.Attendees = slices.DeleteFunc(m.Edges.Attendees, func(a *ent.Attendee) bool { return !counts(a, seats[a.ID]) })
	}
	slices.SortFunc(all, func(a, b *ent.Meeting) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return cmpText(a.ID, b.ID)
	})
	return all
}

func cmpText(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func counts(a, next *ent.Attendee) bool {
	if p := a.Edges.Payment; p != nil {
		return p.MeetCreatedAt != nil && (a.Cancellation == nil || !a.Cancellation.Time.Before(*p.MeetCreatedAt))
	}
	return next == nil || next.Edges.Payment == nil || next.Edges.Payment.MeetCreatedAt != nil
}

// eventFilter is what is asked for of the list.
type eventFilter struct {
	who, user   *person
	email       string
	status      string
	from, until time.Time
	desc        bool
	count       int
}

func (w *world) eventFilter(all []*ent.Meeting) eventFilter {
	some := func() time.Time {
		return all[w.rnd.IntN(len(all))].Start.Add(time.Duration(w.rnd.IntN(3)-1) * time.Millisecond)
	}
	q := eventFilter{desc: w.rnd.IntN(2) == 0, count: 1 + w.rnd.IntN(9)}
	q.who = []*person{w.owner, w.admin, w.member, w.other}[w.rnd.IntN(4)]
	q.user = []*person{nil, w.owner, w.member, w.other}[w.rnd.IntN(4)]
	if !q.who.viewer.Leads() {
		q.user = q.who
	}
	if w.rnd.IntN(3) == 0 {
		q.email = append(emails(), "nobody@example.org")[w.rnd.IntN(5)]
	}
	q.status = []string{"", "active", "canceled"}[w.rnd.IntN(3)]
	if w.rnd.IntN(2) == 0 {
		q.from = some()
	}
	if w.rnd.IntN(2) == 0 {
		q.until = some()
	}
	return q
}

func (w *world) path(q eventFilter) string {
	values := url.Values{"count": {fmt.Sprint(q.count)}}
	set := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	set("invitee_email", q.email)
	set("status", q.status)
	if q.user != nil {
		set("user", w.links.User(q.user.ID))
	}
	if q.user == nil || q.who.viewer.Leads() && w.rnd.IntN(2) == 0 {
		set("organization", w.links.Organization(w.app.ID))
	}
	if !q.from.IsZero() {
		set("min_start_time", q.from.In(time.FixedZone("", 3600)).Format(time.RFC3339Nano))
	}
	if !q.until.IsZero() {
		set("max_start_time", q.until.Format("2006-01-02T15:04:05.000000Z"))
	}
	if q.desc {
		set("sort", "start_time:desc")
	} else {
		set("sort", []string{"", "start_time", "start_time:asc"}[w.rnd.IntN(3)])
	}
	return "/scheduled_events?" + values.Encode()
}

// matches is the filter, said the simple way.
func (q eventFilter) matches(m *ent.Meeting) bool {
	hosts := func(p *person) bool {
		return slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == p.ID })
	}
	status := "active"
	if m.Status == domain.Cancelled || m.Status == domain.Rescheduled {
		status = "canceled"
	}
	return (q.user == nil || hosts(q.user)) && (q.status == "" || q.status == status) &&
		(q.from.IsZero() || !m.Start.Before(q.from)) && (q.until.IsZero() || !m.Start.After(q.until)) &&
		(q.email == "" || slices.ContainsFunc(m.Edges.Attendees, func(a *ent.Attendee) bool { return a.Email == q.email }))
}

// TestEventsAgainstNaiveFilter lists what has happened at random, and reads it
// one by one.
func TestEventsAgainstNaiveFilter(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		w := newWorld(f, 7)
		w.happen(250)
		all := w.meetings()
		byStatus, seats := map[domain.MeetingStatus]int{}, 0
		for _, m := range all {
			byStatus[m.Status]++
			seats += len(m.Edges.Attendees)
			want := plain(f.links.ScheduledEventOf(m))
			got := f.call(f.owner, http.MethodGet, f.links.ScheduledEvent(m.ID), nil)
			if diff := cmp.Diff(want, got.resource()); got.status != http.StatusOK || diff != "" {
				f.t.Errorf("event %s: %d (-want +got):\n%s", m.ID, got.status, diff)
			}
		}
		f.t.Logf("%d meetings: %v, with %d of %d seats", len(all), byStatus, seats, w.client.Attendee.Query().CountX(w.system()))
		for range 60 {
			q := w.eventFilter(all)
			want := []string{}
			for _, m := range all {
				if q.matches(m) {
					want = append(want, f.links.ScheduledEvent(m.ID))
				}
			}
			if q.desc {
				slices.Reverse(want)
			}
			path := w.path(q)
			if diff := cmp.Diff(want, urisOf(f.walk(q.who, path))); diff != "" {
				f.t.Errorf("GET %s as %s (-want +got):\n%s", path, q.who.Name, diff)
			}
		}
		w.checkInvitees(all)
	})
}

// TestEventsEntriesAreTheEvents: the list shows what each URI does.
func TestEventsEntriesAreTheEvents(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for n := range 3 {
			f.meeting(f.member, n)
		}
		for _, e := range f.walk(f.member, "/scheduled_events?count=2&user="+f.links.User(f.member.ID)) {
			got := f.call(f.member, http.MethodGet, e["uri"].(string), nil)
			if diff := cmp.Diff(e, got.resource()); diff != "" {
				f.t.Errorf("entry (-list +event):\n%s", diff)
			}
		}
	})
}

// TestHeldIsNotThere: what nobody was told of has no event, and no invitees.
func TestHeldIsNotThere(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		w := newWorld(f, 1)
		w.clock = time.Now().UTC()
		for _, et := range []*ent.EventType{w.priced, w.paidGroup} {
			b, err := w.book.Book(f.as(f.owner), bookInput(et, hour(1)))
			f.must(err)
			m, seat := b.Meeting, b.Meeting.Edges.Attendees[0]
			event, invitee := f.links.ScheduledEvent(m.ID), f.links.Invitee(m.ID, seat.ID)
			for _, uri := range []string{event, event + "/invitees", invitee} {
				for _, p := range []*person{f.owner, f.member} {
					if got := f.call(p, http.MethodGet, uri, nil); got.status != http.StatusNotFound {
						f.t.Errorf("%s of a HELD one: %d", uri, got.status)
					}
				}
			}
			if got := f.call(f.owner, http.MethodPost, event+"/cancellation", nil); got.status != http.StatusNotFound {
				f.t.Errorf("cancelling a HELD one: %d", got.status)
			}
			if got := f.call(f.owner, http.MethodPost, "/invitee_no_shows", map[string]any{"invitee": invitee}); got.status != http.StatusNotFound {
				f.t.Errorf("no-show of a HELD one: %d", got.status)
			}
			f.paid(w.book, b.Payment.ID)
			got := f.call(f.owner, http.MethodGet, invitee, nil)
			paid, _ := got.resource()["payment"].(map[string]any)
			if got.status != http.StatusOK || paid["amount"] != 12.5 || paid["currency"] != "EUR" || paid["provider"] != "stripe" || paid["successful"] != true {
				f.t.Errorf("paid: %d %s", got.status, got.text)
			}
			if got := f.call(f.owner, http.MethodGet, event, nil); got.status != http.StatusOK {
				f.t.Errorf("the event of a paid one: %d", got.status)
			}
		}
	})
}
