package wire

import (
	"slices"

	"slotcast/internal/domain"
)

// EventNames are the events of the format CALENDLY that triggers bring; of no
// triggers, all there are.
func EventNames(triggers ...domain.Trigger) []string {
	if len(triggers) == 0 {
		triggers = every()
	}
	var names []string
	for _, t := range triggers {
		for _, name := range namesOf(t) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// TriggersOf are the triggers that bring events of the format CALENDLY, or more
// than those: a reschedule ends one invitee and makes another.
func TriggersOf(names []string) []domain.Trigger {
	return slices.DeleteFunc(every(), func(t domain.Trigger) bool {
		return !slices.ContainsFunc(namesOf(t), func(name string) bool { return slices.Contains(names, name) })
	})
}

func namesOf(t domain.Trigger) []string {
	switch t {
	case domain.MeetingBooked:
		return []string{InviteeCreated}
	case domain.MeetingCanceled:
		return []string{InviteeCanceled}
	case domain.MeetingRescheduled:
		return []string{InviteeCreated, InviteeCanceled}
	case domain.MeetingNoShow:
		return []string{NoShowCreated, NoShowDeleted}
	case domain.RoutingFormSubmitted:
		return []string{FormSubmissionCreated}
	}
	return nil
}

// TriggerEvent is what the format CALCOM calls a trigger.
func TriggerEvent(t domain.Trigger) string {
	switch t {
	case domain.MeetingBooked:
		return "BOOKING_CREATED"
	case domain.MeetingCanceled:
		return "BOOKING_CANCELLED"
	case domain.MeetingRescheduled:
		return "BOOKING_RESCHEDULED"
	case domain.MeetingNoShow:
		return "BOOKING_NO_SHOW_UPDATED"
	case domain.RoutingFormSubmitted:
		return "FORM_SUBMITTED"
	}
	return ""
}

// TriggerOf is the trigger that the format CALCOM calls by a name; empty where it
// has no such name.
func TriggerOf(event string) domain.Trigger {
	for _, t := range every() {
		if TriggerEvent(t) == event {
			return t
		}
	}
	return ""
}

func every() []domain.Trigger {
	return each(domain.Trigger("").Values(), func(name string) domain.Trigger { return domain.Trigger(name) })
}
