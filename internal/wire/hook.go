package wire

import (
	"slotcast/ent"
	"slotcast/internal/domain"
)

// Hook is a webhook of the format CALCOM as Cal.com shows it.
type Hook struct {
	ID              string   `json:"id"`
	SubscriberURL   string   `json:"subscriberUrl"`
	Active          bool     `json:"active"`
	Triggers        []string `json:"triggers"`
	PayloadTemplate *string  `json:"payloadTemplate"`
	Secret          *string  `json:"secret"` // null, whether it has one or not
}

// HookOf shows a webhook of the format CALCOM.
func HookOf(w *ent.Webhook) Hook {
	return Hook{
		ID: w.ID, SubscriberURL: w.SubscriberURL, Active: on(w), Triggers: each(w.Triggers, TriggerEvent), PayloadTemplate: w.PayloadTemplate,
	}
}

// HookUser is an agent as Cal.com shows him.
type HookUser struct {
	ID             string `json:"id"`
	Email          string `json:"email"`
	Name           string `json:"name"`
	Username       string `json:"username"`
	TimeZone       string `json:"timeZone"`
	OrganizationID string `json:"organizationId"`
}

// HookUserOf shows an agent.
func HookUserOf(a *ent.Agent) HookUser {
	return HookUser{
		ID: a.ID, Email: a.Email, Name: a.Name, Username: slugOf(a.Name, a.ID), TimeZone: a.TimeZone, OrganizationID: a.AppID,
	}
}

// HookEventType is an event type as Cal.com shows it.
type HookEventType struct {
	ID                     string  `json:"id"`
	Title                  string  `json:"title"`
	Slug                   string  `json:"slug"`
	LengthInMinutes        int     `json:"lengthInMinutes"`
	LengthInMinutesOptions []int   `json:"lengthInMinutesOptions"`
	SchedulingType         *string `json:"schedulingType"`   // roundRobin or collective
	SeatsPerTimeSlot       *int    `json:"seatsPerTimeSlot"` // of groups
	Hidden                 bool    `json:"hidden"`           // booking pages do not offer it
	BookingURL             string  `json:"bookingUrl"`
}

// HookEventTypeOf shows an event type.
func (l Links) HookEventTypeOf(et *ent.EventType) HookEventType {
	out := HookEventType{
		ID: et.ID, Title: et.Name, Slug: et.Slug,
		LengthInMinutes: et.DurationMinutes, LengthInMinutesOptions: each(et.Durations, func(n int) int { return n }),
		Hidden: !et.Public || !et.Active, BookingURL: l.Scheduling(et.Slug),
	}
	switch et.Type {
	case domain.Group:
		out.SeatsPerTimeSlot = &et.MaxAttendees
	case domain.RoundRobin:
		out.SchedulingType = new("roundRobin")
	case domain.Collective:
		out.SchedulingType = new("collective")
	case domain.Solo:
	}
	return out
}
