package delivery_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// foreignHeader tells receivers that a body is of another format than NATIVE.
const foreignHeader = "X-Format"

// foreign makes a webhook of another format for all that happens to meetings and
// forms. Its events, if any, are those of the format that it chose.
func (e *env) foreign(url string, format domain.WebhookFormat, events ...string) *ent.Webhook {
	e.t.Helper()
	return e.db.Client.Webhook.Create().SetAppID(e.app.ID).SetAgentID(e.meeting.Edges.Agents[0].ID).
		SetSubscriberURL(url).SetScope(domain.ScopeOrganization).SetFormat(format).SetEvents(events).
		SetTriggers([]domain.Trigger{domain.MeetingBooked, domain.MeetingRescheduled, domain.RoutingFormSubmitted}).
		SetSecret(signing.NewSecret()).SetSecretHeader("X-Token").
		SetHeaders(map[string]string{foreignHeader: string(format)}).SaveX(viewer.System(e.t.Context()))
}

// seated makes a meeting with seats that is told about: a GROUP where there are
// several.
func (e *env) seated(seats int) *ent.Meeting {
	m := e.series()
	if seats > 1 {
		m.Type, m.MaxAttendees = domain.Group, seats
	}
	m.ActiveAttendees = seats
	for i := range seats {
		m.Edges.Attendees = append(m.Edges.Attendees, &ent.Attendee{
			ID: typeid.New(typeid.Attendee), AppID: m.AppID, MeetingID: m.ID, Position: i, Name: "Bob", Email: "bob@example.org",
			TimeZone: "Asia/Tokyo", Status: domain.AttendeeActive, CreatedAt: m.Start.Add(-time.Hour + time.Duration(i)),
		})
	}
	return m
}

// move replaces a meeting by one a day later, and appends the event about it: a
// CALENDLY webhook is owed two messages for each seat.
func (e *env) move(old *ent.Meeting) (*ent.Meeting, *eventlog.Event) {
	e.t.Helper()
	m, gone := *old, *old
	gone.Status = domain.Rescheduled
	m.ID, m.PreviousID, m.Sequence = typeid.New(typeid.Meeting), &old.ID, 1
	m.Start, m.End = m.Start.AddDate(0, 0, 1), m.End.AddDate(0, 0, 1)
	m.Edges.Attendees = nil
	for _, a := range old.Edges.Attendees {
		next := *a
		next.ID, next.MeetingID, next.PreviousID = typeid.New(typeid.Attendee), m.ID, &a.ID
		m.Edges.Attendees = append(m.Edges.Attendees, &next)
	}
	return &m, e.tell(&eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: &m, Previous: &gone})
}

// tell appends an event.
func (e *env) tell(d *eventlog.Draft) *eventlog.Event {
	e.t.Helper()
	events, err := e.log.InTx(e.t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{d}, nil
	})
	if err != nil {
		e.t.Fatalf("appending: %v", err)
	}
	return events[0]
}

// moves moves each of a number of meetings, and again.
func (e *env) moves(meetings, seats, rounds int) []*eventlog.Event {
	var all []*eventlog.Event
	moving := make([]*ent.Meeting, meetings)
	for range rounds {
		for i := range moving {
			if moving[i] == nil {
				moving[i] = e.seated(seats)
			}
			var ev *eventlog.Event
			moving[i], ev = e.move(moving[i])
			all = append(all, ev)
		}
	}
	return all
}

// owed lists the ids of the messages that a webhook is owed, in the order of the
// log.
func owed(hook *ent.Webhook, events ...*eventlog.Event) []string {
	var ids []string
	for _, ev := range events {
		for _, owing := range ev.Owed {
			if id, part := eventlog.OwedTo(owing); id == hook.ID {
				ids = append(ids, wire.MessageID(ev.ID, part))
			}
		}
	}
	return ids
}

// inTurn fails the test unless the messages of each series that a webhook is owed
// came first in the order of the log, all of them and no others.
func (rc *receiver) inTurn(t testing.TB, hook *ent.Webhook, events []*eventlog.Event) {
	t.Helper()
	series, want, got := map[string]string{}, map[string][]string{}, map[string][]string{}
	for _, ev := range events {
		for _, id := range owed(hook, ev) {
			series[id] = ev.SeriesID
			want[ev.SeriesID] = append(want[ev.SeriesID], id)
		}
	}
	for _, id := range rc.firsts() {
		got[series[id]] = append(got[series[id]], id)
	}
	for id := range got {
		if id == "" {
			t.Errorf("messages came that are not owed: %v", got[id])
		}
	}
	for id := range want {
		if !slices.Equal(got[id], want[id]) {
			t.Errorf("of series %s came\n%v\nwant\n%v", id, got[id], want[id])
		}
	}
}
