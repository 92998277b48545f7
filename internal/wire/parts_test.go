package wire_test

import (
	"slices"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

func TestParts(t *testing.T) {
	t.Parallel()
	created, canceled := []string{wire.InviteeCreated}, []string{wire.InviteeCanceled}
	noShows := []string{wire.NoShowCreated}
	tests := []struct {
		name   string
		format domain.WebhookFormat
		events []string
		event  func(t *testing.T) *eventlog.Draft
		want   []string
	}{
		{"NATIVE has one", domain.FormatNative, nil, rescheduleGroup, []string{""}},
		{"CALCOM has one", domain.FormatCalcom, nil, bookCollective, []string{""}},
		{"one invitee", domain.FormatCalendly, nil, book, []string{""}},
		{"one invitee, chosen", domain.FormatCalendly, created, book, []string{""}},
		{"one invitee, not chosen", domain.FormatCalendly, canceled, book, nil},
		{"one seat of two", domain.FormatCalendly, nil, bookSeat, []string{""}},
		{"two invitees", domain.FormatCalendly, nil, bookCollective, []string{"0001", "0002"}},
		{"one seat of three goes", domain.FormatCalendly, nil, cancelSeat, []string{""}},
		{"who left before is not told of", domain.FormatCalendly, nil, cancelGroup, []string{"0001", "0002"}},
		{"a reschedule", domain.FormatCalendly, nil, reschedule, []string{"0001a", "0001b"}},
		{"only its end", domain.FormatCalendly, canceled, reschedule, []string{"=0001a"}},
		{"only its beginning", domain.FormatCalendly, created, reschedule, []string{"=0001b"}},
		{"of a group", domain.FormatCalendly, nil, rescheduleGroup, []string{"0001a", "0001b", "0002a", "0002b"}},
		{"of a group, only its beginning", domain.FormatCalendly, created, rescheduleGroup, []string{"0001b", "0002b"}},
		{"of a group, of one seat of which the past is not known", domain.FormatCalendly, nil, rescheduleOneAnew, []string{"0001", "0002a", "0002b"}},
		{"whose past is not known", domain.FormatCalendly, nil, rescheduleOnceUponATime, []string{""}},
		{"a no-show", domain.FormatCalendly, noShows, noShow, []string{""}},
		{"a no-show undone", domain.FormatCalendly, noShows, noShowUndone, nil},
		{"a form", domain.FormatCalendly, nil, routingForm, []string{""}},
		{"a form that was not chosen", domain.FormatCalendly, created, routingForm, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := wire.Parts(wire.Recipient{Format: tt.format, Events: tt.events}, tt.event(t)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// rescheduleOnceUponATime: the old meeting was not kept with the event.
func rescheduleOnceUponATime(t *testing.T) *eventlog.Draft {
	t.Helper()
	d := reschedule(t)
	d.Previous = nil
	return d
}

// rescheduleOneAnew: the first seat has replaced none.
func rescheduleOneAnew(t *testing.T) *eventlog.Draft {
	t.Helper()
	d := rescheduleGroup(t)
	about := d.Meeting.Edges.Attendees
	about[slices.IndexFunc(about, func(a *ent.Attendee) bool { return a.PreviousID != nil })].PreviousID = nil
	return d
}

// TestManyParts: they sort as they are sent, and leave room for what is said of
// the webhook.
func TestManyParts(t *testing.T) {
	t.Parallel()
	d := rescheduleGroup(t)
	d.Meeting.Edges.Attendees, d.Previous.Edges.Attendees = nil, nil
	for range 600 {
		seat, old := second(t), third(t)
		seat.PreviousID = &old.ID
		d.Meeting.Edges.Attendees = append(d.Meeting.Edges.Attendees, seat)
		d.Previous.Edges.Attendees = []*ent.Attendee{old}
	}
	parts := wire.Parts(wire.Recipient{Format: domain.FormatCalendly}, d)
	if len(parts) != 1200 || !slices.IsSorted(parts) || parts[1199] != "0600b" {
		t.Errorf("%d parts, the last is %s", len(parts), parts[len(parts)-1])
	}
}

// What ends the invitees of a meeting that is replaced is numbered within that one,
// and is its last event; all else has the event's own number.
func TestSequenceIsThatOfTheMeetingToldOf(t *testing.T) {
	t.Parallel()
	d := rescheduleGroup(t)
	d.Previous.Sequence, d.Meeting.Sequence = 7, 1
	var got []int
	for _, m := range messages(t, domain.FormatCalendly, logged(t, d)) {
		got = append(got, m.Sequence)
	}
	if !slices.Equal(got, []int{8, 0, 8, 0}) {
		t.Errorf("the numbers are %v", got)
	}
	for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalcom} {
		if m := messages(t, format, logged(t, d))[0]; m.Sequence != 0 {
			t.Errorf("%s: number %d", format, m.Sequence)
		}
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	all := []wire.Message{{Part: "0001", Attendee: "a"}, {Part: "0002a", Attendee: "b"}, {Part: "0002b", Attendee: "c"}}
	for part, want := range map[string]string{"0001": "a", "=0001": "a", "0002a": "b", "=0002b": "c"} {
		if got, err := wire.Pick(all, part); err != nil || got.Attendee != want {
			t.Errorf("part %q: %q, %v", part, got.Attendee, err)
		}
	}
	for _, part := range []string{"", "0002", "=0002", "0003", "0001a", "0001b", "001", "x", "=", "==0001"} {
		if got, err := wire.Pick(all, part); err == nil {
			t.Errorf("part %q: %q", part, got.Attendee)
		}
	}
	if got, err := wire.Pick(all[2:], ""); err != nil || got.Attendee != "c" {
		t.Errorf("the only part: %q, %v", got.Attendee, err)
	}
	if _, err := wire.Pick(nil, ""); err == nil {
		t.Error("there is a part of nothing")
	}
}

func TestMessageID(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]string{"": "evt_1", "=0002": "evt_1", "0001": "evt_1-0001", "0012": "evt_1-0012", "0003b": "evt_1-0003b", "=0001b": "evt_1"} {
		if got := wire.MessageID("evt_1", part); got != want {
			t.Errorf("part %q: %q, want %q", part, got, want)
		}
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]string{"0001b": "0001a", "0450b": "0450a", "0001a": "", "0001": "", "": "", "=0001b": ""} {
		if got := wire.Before(part); got != want {
			t.Errorf("before %q: %q, want %q", part, got, want)
		}
	}
}
