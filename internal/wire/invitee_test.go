package wire_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// inviteeBody is what tests ask about of a body about an invitee.
type inviteeBody struct {
	Event   string
	Payload struct {
		URI, Event, Email, Name, Status string
		CreatedAt                       string `json:"created_at"`
		Rescheduled                     bool
		OldInvitee                      *string         `json:"old_invitee"`
		NewInvitee                      *string         `json:"new_invitee"`
		NoShow                          *struct{}       `json:"no_show"`
		Payment                         json.RawMessage `json:"payment"`
		InviteeScheduledBy              *string         `json:"invitee_scheduled_by"`
		ScheduledEvent                  struct {
			URI, Status string
			StartTime   string                             `json:"start_time"`
			EventType   string                             `json:"event_type"`
			Counter     struct{ Total, Active, Limit int } `json:"invitees_counter"`
			Location    struct{ Type, Location string }    `json:"location"`
			Hosts       []struct{ User string }            `json:"event_memberships"`
			Cancel      *struct {
				CreatedAt string `json:"created_at"`
			} `json:"cancellation"`
		} `json:"scheduled_event"`
	}
}

func invitees(rt rapid.TB, all []wire.Message) []inviteeBody {
	out := make([]inviteeBody, len(all))
	for i, m := range all {
		read(rt, m.Body, &out[i])
	}
	return out
}

var invitee = regexp.MustCompile(`^(https://api\.example\.org/scheduled_events/mtg_[0-9a-z]{26})/invitees/att_[0-9a-z]{26}$`)

// TestInvitees: each names himself and his event, at a time of his own.
func TestInvitees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDraft(rt)
		if d.Meeting == nil {
			return
		}
		seen := map[string]bool{}
		all := invitees(rt, messages(rt, domain.FormatCalendly, logged(rt, d)))
		for i, b := range all {
			p := b.Payload
			match := invitee.FindStringSubmatch(p.URI)
			if match == nil || match[1] != p.Event || p.Event != p.ScheduledEvent.URI {
				rt.Errorf("%s of %s, and the event is %s", p.URI, p.Event, p.ScheduledEvent.URI)
			}
			if seen[p.CreatedAt] || seen[p.URI] {
				rt.Errorf("%s, or %s, twice", p.CreatedAt, p.URI)
			}
			seen[p.CreatedAt], seen[p.URI] = true, true
			if (b.Event == wire.InviteeCanceled) != (p.Status == "canceled") || (b.Event == wire.NoShowCreated) != (p.NoShow != nil) {
				rt.Errorf("%s of somebody %s, no-show %v", b.Event, p.Status, p.NoShow)
			}
			checkPair(rt, d, all, i)
		}
	})
}

// checkPair: the two of a reschedule name each other.
func checkPair(rt *rapid.T, d *eventlog.Draft, all []inviteeBody, i int) {
	p := all[i].Payload
	switch {
	case p.Rescheduled:
		next := all[i+1].Payload
		if all[i].Event != wire.InviteeCanceled || p.NewInvitee == nil || *p.NewInvitee != next.URI || p.ScheduledEvent.Status != "canceled" ||
			p.ScheduledEvent.Cancel == nil || p.ScheduledEvent.Counter.Active != 0 || p.Event == next.Event || p.Email != next.Email {
			rt.Errorf("%+v was rescheduled to %+v", p, next)
		}
		if next.OldInvitee == nil || *next.OldInvitee != p.URI || next.Rescheduled || all[i+1].Event != wire.InviteeCreated {
			rt.Errorf("%+v was rescheduled from %+v", next, p)
		}
	case d.Trigger == domain.MeetingRescheduled:
		if p.OldInvitee == nil || (d.Previous != nil) != (i > 0 && all[i-1].Payload.NewInvitee != nil) {
			rt.Errorf("%+v is not known to replace somebody", p)
		}
	default:
		if p.OldInvitee != nil || p.NewInvitee != nil {
			rt.Errorf("%+v is of no reschedule", p)
		}
	}
}

// TestCounters: an event counts those who are left, after what is told of.
func TestCounters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDraft(rt)
		if d.Meeting == nil {
			return
		}
		for _, b := range invitees(rt, messages(rt, domain.FormatCalendly, logged(rt, d))) {
			m := d.Meeting
			if b.Payload.Rescheduled {
				m = d.Previous
			}
			total, active := len(m.Edges.Attendees), 0
			for _, a := range m.Edges.Attendees {
				if a.Status != domain.AttendeeCancelled && m.Status != domain.Rescheduled {
					active++
				}
			}
			got := b.Payload.ScheduledEvent.Counter
			if got.Total != total || got.Active != active || got.Limit != m.MaxAttendees {
				rt.Errorf("counted %+v, want %d of %d", got, active, total)
			}
			if whole := active == 0; whole != (b.Payload.ScheduledEvent.Status == "canceled") || whole != (b.Payload.ScheduledEvent.Cancel != nil) {
				rt.Errorf("with %d left the event is %s", active, b.Payload.ScheduledEvent.Status)
			}
		}
	})
}

// TestOwnSeat: in a GROUP each seat has its own payment and tracking, and names
// itself in the header; elsewhere they are the meeting's.
func TestOwnSeat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDraft(rt)
		if d.Meeting == nil {
			return
		}
		seats := map[string]*ent.Attendee{}
		for _, m := range []*ent.Meeting{d.Meeting, d.Previous} {
			for _, a := range seatsOf(m) {
				seats[a.ID] = a
			}
		}
		all := messages(rt, domain.FormatCalendly, logged(rt, d))
		for i, b := range invitees(rt, all) {
			a, paid := seats[lastOf(b.Payload.URI)], d.Meeting.Edges.Payment
			header := ""
			if d.Meeting.Type == domain.Group {
				paid, header = a.Edges.Payment, a.ID
			} else if b.Payload.Rescheduled {
				paid = nil
			}
			if all[i].Attendee != header || (paid != nil) != (string(b.Payload.Payment) != "null") {
				rt.Errorf("header %q, want %q; payment %s, want %v", all[i].Attendee, header, b.Payload.Payment, paid)
			}
		}
	})
}

func seatsOf(m *ent.Meeting) []*ent.Attendee {
	if m == nil {
		return nil
	}
	return m.Edges.Attendees
}

func lastOf(uri string) string { return uri[strings.LastIndex(uri, "/")+1:] }

func read(t rapid.TB, body []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
}
