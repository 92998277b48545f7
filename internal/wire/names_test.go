package wire_test

import (
	"slices"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/wire"
)

// The triggers of names bring those names at least, and no trigger is there for
// nothing.
func TestNamesAndTriggers(t *testing.T) {
	t.Parallel()
	booked, canceled, moved := domain.MeetingBooked, domain.MeetingCanceled, domain.MeetingRescheduled
	for _, tt := range []struct {
		names    []string
		triggers []domain.Trigger
		brought  []string
	}{
		{[]string{wire.InviteeCreated}, []domain.Trigger{booked, moved}, []string{wire.InviteeCreated, wire.InviteeCanceled}},
		{[]string{wire.InviteeCanceled}, []domain.Trigger{canceled, moved}, []string{wire.InviteeCanceled, wire.InviteeCreated}},
		{
			[]string{wire.InviteeCanceled, wire.InviteeCreated},
			[]domain.Trigger{booked, canceled, moved}, []string{wire.InviteeCreated, wire.InviteeCanceled},
		},
		{[]string{wire.NoShowDeleted}, []domain.Trigger{domain.MeetingNoShow}, []string{wire.NoShowCreated, wire.NoShowDeleted}},
		{[]string{wire.FormSubmissionCreated}, []domain.Trigger{domain.RoutingFormSubmitted}, []string{wire.FormSubmissionCreated}},
		{[]string{"invitee.unknown"}, nil, wire.EventNames()},
	} {
		triggers := wire.TriggersOf(tt.names)
		if !slices.Equal(triggers, tt.triggers) {
			t.Errorf("%v need %v, want %v", tt.names, triggers, tt.triggers)
		}
		if brought := wire.EventNames(triggers...); !slices.Equal(brought, tt.brought) {
			t.Errorf("%v bring %v, want %v", triggers, brought, tt.brought)
		}
	}
	if all := wire.EventNames(); len(all) != 5 {
		t.Errorf("all names are %v", all)
	}
}

func TestTriggerEvents(t *testing.T) {
	t.Parallel()
	for _, name := range domain.Trigger("").Values() {
		event := wire.TriggerEvent(domain.Trigger(name))
		if event == "" || string(wire.TriggerOf(event)) != name {
			t.Errorf("%s is %q, which is %q", name, event, wire.TriggerOf(event))
		}
	}
	if wire.TriggerOf("MEETING_STARTED") != "" || wire.TriggerOf("") != "" {
		t.Error("a name that there is not has a trigger")
	}
}
