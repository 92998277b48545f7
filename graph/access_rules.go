package graph

import (
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// roots says who may ask for the fields of the root: the one table of decisions.
func roots() map[string]rule {
	page, attendee := viewer.Page, viewer.Attendee
	to := func(scope domain.TokenScope, visitors ...viewer.Kind) rule {
		return rule{scope: scope, visitors: visitors}
	}
	return map[string]rule{
		"Query.viewer": to("", page, attendee, viewer.Invited),
		"Query.node":   to(""), // the data layer knows what a token is for
		"Query.nodes":  to(""),

		"Query.meeting":      to(domain.MeetingsRead, attendee),
		"Query.meetings":     to(domain.MeetingsRead),
		"Query.attendee":     to(domain.MeetingsRead, attendee),
		"Query.attendees":    to(domain.MeetingsRead),
		"Query.payment":      to(domain.MeetingsRead, attendee),
		"Query.payments":     to(domain.MeetingsRead),
		"Query.availability": to(domain.MeetingsRead, page, attendee),
		"Query.eventType":    to(domain.EventTypesRead, page, attendee),
		"Query.eventTypes":   to(domain.EventTypesRead, page, attendee),
		"Query.agent":        to(domain.AgentsRead),
		"Query.agents":       to(domain.AgentsRead),

		"Query.webhook":                to(domain.WebhooksRead),
		"Query.webhooks":               to(domain.WebhooksRead),
		"Query.deliveries":             to(domain.WebhooksRead),
		"Query.delivery":               to(domain.WebhooksRead),
		"Query.explainDelivery":        to(domain.WebhooksRead),
		"Query.replay":                 to(domain.WebhooksRead),
		"Query.replays":                to(domain.WebhooksRead),
		"Query.checkSignature":         to(domain.WebhooksRead),
		"Query.events":                 to(domain.MeetingsRead),
		"Query.previewPayloadTemplate": to(domain.WebhooksRead),
		"Query.accessToken":            to(domain.AccessRead),
		"Query.accessTokens":           to(domain.AccessRead),
		"Query.publishableKey":         to(domain.AccessRead),
		"Query.publishableKeys":        to(domain.AccessRead),
		"Query.identityProvider":       to(domain.AccessRead),
		"Query.identityProviders":      to(domain.AccessRead),
		"Query.auditEntries":           to(domain.AccessRead),

		"Query.routingForm":            to(domain.RoutingFormsRead),
		"Query.routingForms":           to(domain.RoutingFormsRead),
		"Query.routingFormSubmission":  to(domain.RoutingFormsRead),
		"Query.routingFormSubmissions": to(domain.RoutingFormsRead),
		"Mutation.createRoutingForm":   to(domain.RoutingFormsWrite),
		"Mutation.updateRoutingForm":   to(domain.RoutingFormsWrite),
		"Mutation.submitRoutingForm":   to(domain.RoutingFormsWrite, page),

		"Mutation.bookMeeting":       to(domain.MeetingsWrite, page),
		"Mutation.rescheduleMeeting": to(domain.MeetingsWrite, attendee),
		"Mutation.cancelMeeting":     to(domain.MeetingsWrite, attendee),
		"Mutation.cancelAttendee":    to(domain.MeetingsWrite, attendee),
		"Mutation.recordPayment":     to(domain.MeetingsWrite, page),
		"Mutation.markNoShow":        to(domain.MeetingsWrite),
		"Mutation.unmarkNoShow":      to(domain.MeetingsWrite),
		"Mutation.reassignMeeting":   to(domain.MeetingsWrite),

		"Mutation.createEventType":  to(domain.EventTypesWrite),
		"Mutation.updateEventType":  to(domain.EventTypesWrite),
		"Mutation.archiveEventType": to(domain.EventTypesWrite),
		"Mutation.createAgent":      to(domain.AgentsWrite),
		"Mutation.updateAgent":      to(domain.AgentsWrite),
		"Mutation.inviteAgent":      to(domain.AgentsWrite),
		"Mutation.acceptInvitation": {visitors: []viewer.Kind{viewer.Invited}, closed: true},
		"Mutation.deactivateAgent":  to(domain.AgentsWrite),
		"Mutation.reactivateAgent":  to(domain.AgentsWrite),

		"Mutation.createWebhook":          to(domain.WebhooksWrite),
		"Mutation.updateWebhook":          to(domain.WebhooksWrite),
		"Mutation.deleteWebhook":          to(domain.WebhooksWrite),
		"Mutation.pauseWebhook":           to(domain.WebhooksWrite),
		"Mutation.resumeWebhook":          to(domain.WebhooksWrite),
		"Mutation.rotateWebhookSecret":    to(domain.WebhooksWrite),
		"Mutation.testWebhook":            to(domain.WebhooksWrite),
		"Mutation.resendDelivery":         to(domain.WebhooksWrite),
		"Mutation.replayEvents":           to(domain.WebhooksWrite),
		"Mutation.cancelReplay":           to(domain.WebhooksWrite),
		"Mutation.createAccessToken":      to(domain.AccessWrite),
		"Mutation.revokeAccessToken":      to(domain.AccessWrite),
		"Mutation.createPublishableKey":   to(domain.AccessWrite),
		"Mutation.updatePublishableKey":   to(domain.AccessWrite),
		"Mutation.deletePublishableKey":   to(domain.AccessWrite),
		"Mutation.createIdentityProvider": to(domain.AccessWrite),
		"Mutation.updateIdentityProvider": to(domain.AccessWrite),
		"Mutation.deleteIdentityProvider": to(domain.AccessWrite),

		"Subscription.meetingEvents":   to(domain.MeetingsRead),
		"Subscription.dashboard":       to(domain.MeetingsRead),
		"Subscription.deliveryUpdates": to(domain.WebhooksRead),
		"Subscription.replayProgress":  to(domain.WebhooksRead),
	}
}

// visitors lists what booking pages and attendees may ask for below the root, by
// type. A field that is not here is closed to them: notes and
// references of others in a GROUP, say, and the agents' addresses.
func visitors() map[string]string {
	return map[string]string{
		"Viewer":    "kind app agent role scopes expiresAt accessTokenId meeting",
		"App":       "id name",
		"Agent":     "id name timeZone",
		"EventType": "id name slug type durationMinutes durations slotIntervalMinutes minimumNoticeMinutes horizonDays maxAttendees questions mode modeNote currencyCode amountOnDuration holdMinutes refundNoticeMinutes manageNoticeMinutes agents",
		"Question":  "question type required choices",
		"Slot":      "start end durationMinutes seats agentIds",

		"EventTypeConnection": "edges pageInfo totalCount",
		"EventTypeEdge":       "node cursor",
		"PageInfo":            "hasNextPage hasPreviousPage startCursor endCursor",

		"Meeting":      "id start end durationMinutes timeZone status type eventType eventName eventSlug modifiedEventName agents attendees payment maxAttendees modeNote cancellation reschedule previous next history createdAt updatedAt",
		"Attendee":     "id name email phone timeZone status answers payment meeting cancellation",
		"Answer":       "question answer position",
		"Payment":      "id orderId status amount currencyCode heldUntil paymentTime amountOnDuration createdAt updatedAt",
		"Cancellation": "time reason cancelledBy",
		"Reschedule":   "time reason rescheduledBy newMeetingId",
		"Actor":        "type name",

		"RoutingFormSubmission": "id result createdAt",
		"FormDestination":       "type value",

		"BookMeetingPayload":       "meeting payment manageToken",
		"RescheduleMeetingPayload": "meeting previous",
	}
}
