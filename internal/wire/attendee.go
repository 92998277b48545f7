package wire

import (
	"slotcast/ent"
	"slotcast/internal/domain"
)

type attendee struct {
	ID           string       `json:"_id"`
	Name         string       `json:"name"`
	Email        string       `json:"email"`
	Phone        *string      `json:"phone"`
	Timezone     string       `json:"timezone"`
	Status       string       `json:"status"`
	MarkAsNoShow bool         `json:"markAsNoShow"`
	Answers      []answer     `json:"answers"`
	Cancellation cancellation `json:"cancellation"`
	Reschedule   struct{}     `json:"reschedule"` // reserved, always {}
}

type answer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Position int    `json:"position"`
}

// listed are the seats that a body names. Cancelled ones belong to CANCEL: the
// other bodies have no place to say when and by whom, and all their attendees
// take part.
func listed(t domain.Trigger, seats []*ent.Attendee) []*ent.Attendee {
	if t == domain.MeetingCanceled {
		return seats
	}
	var out []*ent.Attendee
	for _, a := range seats {
		if a.Status != domain.AttendeeCancelled {
			out = append(out, a)
		}
	}
	return out
}

func toAttendee(t domain.Trigger, a *ent.Attendee) attendee {
	gone := a.Status == domain.AttendeeCancelled
	out := attendee{
		ID: a.ID, Name: a.Name, Email: a.Email, Phone: a.Phone, Timezone: a.TimeZone,
		Status:       status(gone),
		MarkAsNoShow: a.Status == domain.AttendeeNoShow,
		Answers:      each(a.Answers, func(x domain.Answer) answer { return answer(x) }),
	}
	if gone && t == domain.MeetingCanceled {
		out.Cancellation = toCancellation(a.Cancellation)
	}
	return out
}
