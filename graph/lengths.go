package graph

import "slotcast/internal/document"

const (
	slotsPerDay = 8
	maxDays     = 400 // that availability answers for
)

// lengths are the lists that are no pages, with the number of rows that they are
// taken to have, and the fields that take a statement of their own. A list that
// is not here keeps the server from starting.
func lengths() map[string]document.Length {
	rows := func(n int) document.Length { return document.Length{Rows: n} }
	return map[string]document.Length{
		"Attendee.answers":                rows(5),
		"Dashboard.points":                rows(168),
		"Dashboard.statuses":              rows(6),
		"Dashboard.triggers":              rows(5),
		"DateOverride.windows":            rows(2),
		"Delivery.body":                   {Rows: 1, Lookup: true},
		"Delivery.attempts":               {Rows: 5, Lookup: true},
		"Delivery.event":                  {Rows: 1, Lookup: true},
		"Delivery.webhook":                {Rows: 1, Lookup: true},
		"DeliveryExplanation.checks":      rows(6),
		"DeliveryExplanation.deliveries":  rows(2),
		"Webhook.behind":                  {Rows: 1, Lookup: true},
		"Webhook.successRate":             {Rows: 1, Lookup: true},
		"Webhook.lastDelivery":            {Rows: 1, Lookup: true},
		"Webhook.latestDeliveries":        {Rows: 10, Lookup: true},
		"Replay.webhook":                  {Rows: 1, Lookup: true},
		"SignatureCheck.steps":            rows(6),
		"EventType.agents":                rows(3),
		"EventType.questions":             rows(5),
		"EventType.reminders":             rows(3),
		"Meeting.agents":                  rows(3),
		"Meeting.attendees":               rows(3),
		"Meeting.history":                 {Rows: 10, Lookup: true},
		"Meeting.notes":                   rows(3),
		"Meeting.reminders":               rows(3),
		"FormRoute.conditions":            rows(2),
		"RoutingForm.questions":           rows(5),
		"RoutingForm.routes":              rows(5),
		"RoutingFormSubmission.answers":   rows(5),
		"RoutingFormSubmission.attendees": rows(1),
		"Payment.attendees":               rows(3),
		"Query.availability":              {Rows: slotsPerDay, PerDay: [2]string{"from", "to"}, Most: maxDays},
		"Query.node":                      {Rows: 1, Lookup: true},
		"Query.previewPayloadTemplate":    {Rows: 1, Lookup: true},
		"Query.nodes":                     {Rows: 1, PerElement: "ids", Most: maxPage + 1, LookupEach: true},
		"Schedule.dateOverrides":          rows(10),
		"Schedule.weeklyHours":            rows(7),
	}
}
