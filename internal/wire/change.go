package wire

import (
	"cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// cancellation is {} where nothing was cancelled: the fields of an embedded nil
// pointer are left out.
type cancellation struct{ *cancellationFields }

type cancellationFields struct {
	Time        string `json:"time"`
	Reason      string `json:"reason"`
	CancelledBy actor  `json:"cancelledBy"`
}

// reschedule is {} on all events but RESCHEDULE.
type reschedule struct{ *rescheduleFields }

type rescheduleFields struct {
	Time          string `json:"time"`
	Reason        string `json:"reason"`
	RescheduledBy actor  `json:"rescheduledBy"`
	NewMeetID     string `json:"newMeetId"`
}

type actor struct {
	Type string  `json:"type"`
	ID   *string `json:"_id"`
	Name *string `json:"name"`
}

// cancelled returns the cancellation that a CANCEL is about: the meeting's, or
// the seat's where the meeting goes on without it. For other events it is nil.
func cancelled(d *eventlog.Draft) *domain.Cancellation {
	if d.Trigger != domain.MeetingCanceled {
		return nil
	}
	if d.Meeting.Cancellation != nil {
		return d.Meeting.Cancellation
	}
	if a := seatOf(d.Meeting, d.AttendeeID); a != nil {
		return a.Cancellation
	}
	return nil
}

// rescheduled returns how a RESCHEDULE came about. A meeting keeps that, and
// its later events do not repeat it.
func rescheduled(t domain.Trigger, m *ent.Meeting) *domain.Reschedule {
	if t != domain.MeetingRescheduled {
		return nil
	}
	return m.Reschedule
}

func toCancellation(c *domain.Cancellation) cancellation {
	if c == nil {
		return cancellation{}
	}
	return cancellation{&cancellationFields{
		Time: instant(c.Time), Reason: c.Reason, CancelledBy: toActor(c.By),
	}}
}

func toReschedule(r *domain.Reschedule) reschedule {
	if r == nil {
		return reschedule{}
	}
	return reschedule{&rescheduleFields{
		Time: instant(r.Time), Reason: r.Reason, RescheduledBy: toActor(r.By), NewMeetID: r.NewMeetingID,
	}}
}

func toActor(a domain.Actor) actor {
	return actor{Type: string(a.Type), ID: orNull(a.ID), Name: orNull(a.Name)}
}

// actorName names somebody in a format that always has a text: programs and the
// server need not have a name.
func actorName(a domain.Actor) string { return cmp.Or(a.Name, string(a.Type)) }
