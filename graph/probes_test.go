package graph_test

import (
	"slotcast/internal/domain"
	"slotcast/internal/viewer"

	"time"
)

// probe asks one field of the root about the rows of our app. Its decisions are
// in the order of columns: ok, empty (no error, and nothing of ours), NF
// (NOT_FOUND), FB (FORBIDDEN), UN (UNAUTHENTICATED), CF (CONFLICT: the caller may,
// the row does not let him).
type probe struct {
	query string
	vars  func(w *world) vars
	shows string       // the row whose id is in the answer to who may see it
	first func(*world) // prepares
	while func(*world) // done again and again while a subscription waits for its first message; nil: nothing
	want  string
}

// of are variables with the id of one of our rows.
func of(row string) func(*world) vars {
	return func(w *world) vars { return vars{"id": w.ours[row]} }
}

// input is the variable of a mutation.
func input(from func(w *world) vars) func(*world) vars {
	return func(w *world) vars { return in(from(w)) }
}

// changing is input with the id of one of our rows beside.
func changing(row string, input vars) func(*world) vars {
	return func(w *world) vars { return vars{"id": w.ours[row], "in": input} }
}

// soon is a Monday at ten, when our agent works.
func soon() time.Time {
	at := time.Now().UTC().Truncate(24 * time.Hour).Add(7*24*time.Hour + 10*time.Hour)
	for at.Weekday() != time.Monday {
		at = at.Add(24 * time.Hour)
	}
	return at
}

func one(field, row, want string) probe {
	return probe{query: "query($id: ID!) { " + field + "(id: $id) { id } }", vars: of(row), shows: row, want: want}
}

func list(field, row, want string) probe {
	return probe{query: "{ " + field + " { edges { node { id } } } }", shows: row, want: want}
}

func probes() map[string]probe {
	all := map[string]probe{}
	for _, group := range []map[string]probe{queries(), commands(), forms(), administration(), redeliveries()} {
		for name, p := range group {
			all[name] = p
		}
	}
	return all
}

func queries() map[string]probe {
	//                 owner admin self other page attendee invited none foreign
	return map[string]probe{
		"Query.viewer": {query: "{ viewer { app { id } } }", shows: "App", want: "ok ok ok ok ok ok ok UN empty"},
		"Query.node":   one("node", "Meeting", "ok ok ok NF FB FB FB UN NF"),
		"Query.nodes": {
			query: "query($id: ID!) { nodes(ids: [$id]) { id } }", vars: of("Webhook"), shows: "Webhook",
			want: "ok ok ok NF FB FB FB UN NF",
		},
		"Query.meeting":    one("meeting", "Meeting", "ok ok ok NF FB ok FB UN NF"),
		"Query.meetings":   list("meetings", "Meeting", "ok ok ok empty FB FB FB UN empty"),
		"Query.attendee":   one("attendee", "Attendee", "ok ok ok NF FB ok FB UN NF"),
		"Query.attendees":  list("attendees", "Attendee", "ok ok ok empty FB FB FB UN empty"),
		"Query.payment":    one("payment", "Payment", "ok ok ok NF FB ok FB UN NF"),
		"Query.payments":   list("payments", "Payment", "ok ok ok empty FB FB FB UN empty"),
		"Query.eventType":  one("eventType", "EventType", "ok ok ok ok ok ok FB UN NF"),
		"Query.eventTypes": list("eventTypes", "EventType", "ok ok ok ok ok ok FB UN empty"),
		"Query.availability": {
			query: "query($id: ID!, $from: Time!, $to: Time!) { availability(eventTypeId: $id, from: $from, to: $to) { agentIds } }",
			vars: func(w *world) vars {
				return vars{"id": w.ours["EventType"], "from": soon(), "to": soon().Add(24 * time.Hour)}
			},
			shows: "Agent", want: "ok ok ok ok ok ok FB UN NF",
		},
		"Query.agent":   one("agent", "Agent", "ok ok ok ok FB FB FB UN NF"),
		"Query.agents":  list("agents", "Agent", "ok ok ok ok FB FB FB UN empty"),
		"Query.webhook": one("webhook", "Webhook", "ok ok ok NF FB FB FB UN NF"),
		"Query.checkSignature": {
			query: `query($secret: String!) { checkSignature(input: {headers: {}, body: "", secret: $secret}) { valid } }`,
			vars:  func(*world) vars { return vars{"secret": "x"} }, want: "ok ok ok ok FB FB FB UN ok",
		},
		"Query.webhooks": list("webhooks", "Webhook", "ok ok ok empty FB FB FB UN empty"),
		"Query.previewPayloadTemplate": {
			query: `query($in: PreviewPayloadTemplateInput!) { previewPayloadTemplate(input: $in) { eventId body } }`,
			vars: input(func(w *world) vars {
				return vars{"payloadTemplate": `{"id": "{{ meetData._id }}"}`, "eventId": w.told}
			}),
			shows: "Meeting", want: "ok ok ok NF FB FB FB UN NF",
		},
		"Query.deliveries":        list("deliveries", "Delivery", "ok ok ok empty FB FB FB UN empty"),
		"Query.accessToken":       one("accessToken", "AccessToken", "ok ok ok NF FB FB FB UN NF"),
		"Query.accessTokens":      list("accessTokens", "AccessToken", "ok ok ok empty FB FB FB UN empty"),
		"Query.publishableKey":    one("publishableKey", "PublishableKey", "ok ok FB FB FB FB FB UN NF"),
		"Query.publishableKeys":   list("publishableKeys", "PublishableKey", "ok ok FB FB FB FB FB UN empty"),
		"Query.identityProvider":  one("identityProvider", "IdentityProvider", "ok FB FB FB FB FB FB UN NF"),
		"Query.identityProviders": list("identityProviders", "IdentityProvider", "ok FB FB FB FB FB FB UN empty"),
		"Query.auditEntries":      list("auditEntries", "AuditEntry", "ok FB FB FB FB FB FB UN empty"),
		"Subscription.dashboard": { // who has nothing to do with a meeting has a dashboard of nothing
			query: "subscription { dashboard(window: WEEK) { triggers { trigger count } upcomingToday } }",
			want:  "ok ok ok ok FB FB FB UN ok",
		},
		"Subscription.meetingEvents": {
			query: "subscription($id: ID!, $after: Cursor) { meetingEvents(after: $after, where: {meetingId: $id}) { meeting { id } } }",
			vars:  func(w *world) vars { return vars{"id": w.ours["Meeting"], "after": w.after} },
			shows: "Meeting", want: "ok ok ok NF FB FB FB UN NF",
		},
	}
}

func commands() map[string]probe {
	//                 owner admin self other page attendee invited none foreign
	return map[string]probe{
		"Mutation.bookMeeting": {
			query: "mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { manageToken } }",
			vars: input(func(w *world) vars {
				return vars{"eventTypeId": w.ours["EventType"], "start": soon(), "attendees": []vars{{"name": "Ana", "email": "ana@example.org"}}}
			}),
			want: "ok ok ok ok ok FB FB UN NF",
		},
		"Mutation.rescheduleMeeting": {
			query: "mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) { previous { id } } }",
			vars:  input(func(w *world) vars { return vars{"meetingId": w.ours["Meeting"], "start": soon()} }),
			want:  "ok ok ok NF FB ok FB UN NF",
		},
		"Mutation.cancelMeeting": {
			query: "mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) { id } }",
			vars:  input(func(w *world) vars { return vars{"meetingId": w.ours["Meeting"]} }),
			want:  "ok ok ok NF FB ok FB UN NF",
		},
		"Mutation.cancelAttendee": {
			query: "mutation($in: CancelAttendeeInput!) { cancelAttendee(input: $in) { id } }",
			vars:  input(func(w *world) vars { return vars{"attendeeId": w.ours["Attendee"]} }),
			want:  "CF CF CF NF FB CF FB UN NF",
		},
		"Mutation.recordPayment": {
			query: "mutation($in: RecordPaymentInput!) { recordPayment(input: $in) { id } }",
			vars: input(func(w *world) vars {
				return vars{"paymentId": w.ours["Payment"], "status": "DONE", "method": "STRIPE", "externalPaymentId": w.ours["Payment"]}
			}),
			want: "CF CF CF NF CF FB FB UN NF",
		},
		"Mutation.markNoShow": {
			query: "mutation($id: ID!) { markNoShow(attendeeId: $id) { id } }", vars: of("Attendee"),
			want: "CF CF CF NF FB FB FB UN NF",
		},
		"Mutation.unmarkNoShow": {
			query: "mutation($id: ID!) { unmarkNoShow(attendeeId: $id) { id } }", vars: of("Attendee"),
			want: "CF CF CF NF FB FB FB UN NF",
		},
		"Mutation.reassignMeeting": {
			query: "mutation($in: ReassignMeetingInput!) { reassignMeeting(input: $in) { id } }",
			vars:  input(func(w *world) vars { return vars{"meetingId": w.ours["Meeting"], "agentId": w.agents["spare"]} }),
			want:  "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.createEventType": {
			query: "mutation($in: CreateEventTypeInput!) { createEventType(input: $in) { id } }",
			vars: input(func(w *world) vars {
				return vars{"name": "New", "durationMinutes": 30, "agentIds": []string{w.ours["Agent"]}}
			}),
			want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.updateEventType": {
			query: "mutation($id: ID!, $in: UpdateEventTypeInput!) { updateEventType(id: $id, input: $in) { id } }",
			vars:  changing("EventType", vars{"name": "New"}), want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.archiveEventType": {
			query: "mutation($id: ID!) { archiveEventType(id: $id) { id } }", vars: of("EventType"),
			want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.createWebhook": {
			query: "mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }",
			vars: input(func(w *world) vars {
				return vars{"subscriberUrl": "https://93.184.216.34/", "triggers": []string{"MEETING_BOOKED"}, "eventTypeIds": []string{w.ours["EventType"]}}
			}),
			want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.updateWebhook": {
			query: "mutation($id: ID!, $in: UpdateWebhookInput!) { updateWebhook(id: $id, input: $in) { id } }",
			vars:  changing("Webhook", vars{"description": "new"}), want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.pauseWebhook": {
			query: "mutation($id: ID!) { pauseWebhook(id: $id) { id state } }", vars: of("Webhook"), shows: "Webhook", want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.resumeWebhook": {
			query: "mutation($id: ID!) { resumeWebhook(id: $id) { id state } }", vars: of("Webhook"), shows: "Webhook", want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.rotateWebhookSecret": {
			query: "mutation($id: ID!) { rotateWebhookSecret(id: $id) { webhook { id } } }", vars: of("Webhook"), shows: "Webhook",
			want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.deleteWebhook": {
			query: "mutation($id: ID!) { deleteWebhook(id: $id) }", vars: of("Webhook"), want: "ok ok ok NF FB FB FB UN NF",
		},
	}
}

func forms() map[string]probe {
	//                 owner admin self other page attendee invited none foreign
	return map[string]probe{
		"Query.routingForm":            one("routingForm", "RoutingForm", "ok ok ok ok FB FB FB UN NF"),
		"Query.routingForms":           list("routingForms", "RoutingForm", "ok ok ok ok FB FB FB UN empty"),
		"Query.routingFormSubmission":  one("routingFormSubmission", "RoutingFormSubmission", "ok ok ok NF FB FB FB UN NF"),
		"Query.routingFormSubmissions": list("routingFormSubmissions", "RoutingFormSubmission", "ok ok ok empty FB FB FB UN empty"),
		"Mutation.createRoutingForm": {
			query: "mutation($in: CreateRoutingFormInput!) { createRoutingForm(input: $in) { id fallback { value } } }",
			vars: input(func(w *world) vars {
				return vars{"name": "New", "questions": []vars{{"question": "Why?"}}, "fallback": vars{"type": "EVENT_TYPE", "value": w.ours["EventType"]}}
			}),
			shows: "EventType", want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.updateRoutingForm": {
			query: "mutation($id: ID!, $in: UpdateRoutingFormInput!) { updateRoutingForm(id: $id, input: $in) { id } }",
			vars:  changing("RoutingForm", vars{"name": "New"}), shows: "RoutingForm", want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.submitRoutingForm": {
			query: "mutation($in: SubmitRoutingFormInput!) { submitRoutingForm(input: $in) { id result { value } } }",
			vars:  input(func(w *world) vars { return vars{"routingFormId": w.ours["RoutingForm"], "answers": []vars{}} }),
			shows: "EventType", want: "ok ok ok ok ok FB FB UN NF",
		},
	}
}

func administration() map[string]probe {
	deactivated := func(w *world) {
		must(w.t, w.s.client.Agent.UpdateOneID(w.ours["Agent"]).SetStatus(domain.AgentDeactivated).Exec(viewer.System(w.t.Context())))
	}
	//                 owner admin self other page attendee invited none foreign
	return map[string]probe{
		"Mutation.createAgent": {
			query: "mutation($in: CreateAgentInput!) { createAgent(input: $in) { id } }",
			vars:  input(func(*world) vars { return vars{"name": "New", "email": "new@example.org"} }),
			want:  "ok ok FB FB FB FB FB UN ok",
		},
		"Mutation.inviteAgent": {
			query: "mutation($in: InviteAgentInput!) { inviteAgent(input: $in) { token } }",
			vars:  input(func(*world) vars { return vars{"email": "new@example.org"} }),
			want:  "ok ok FB FB FB FB FB UN ok",
		},
		"Mutation.acceptInvitation": {
			query: "mutation { acceptInvitation { token } }", want: "FB FB FB FB FB FB ok UN FB",
		},
		"Mutation.updateAgent": {
			query: "mutation($id: ID!, $in: UpdateAgentInput!) { updateAgent(id: $id, input: $in) { id } }",
			vars:  changing("Agent", vars{"name": "New"}), want: "ok ok ok FB FB FB FB UN NF",
		},
		"Mutation.deactivateAgent": {
			query: "mutation($id: ID!) { deactivateAgent(id: $id) { id } }", vars: of("Agent"), want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.reactivateAgent": {
			query: "mutation($id: ID!) { reactivateAgent(id: $id) { id } }", vars: of("Agent"), first: deactivated,
			want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.createAccessToken": {
			query: "mutation($in: CreateAccessTokenInput!) { createAccessToken(input: $in) { token } }",
			vars:  input(func(w *world) vars { return vars{"name": "New", "agentId": w.ours["Agent"]} }),
			want:  "ok ok ok FB FB FB FB UN NF",
		},
		"Mutation.revokeAccessToken": {
			query: "mutation($id: ID!) { revokeAccessToken(id: $id) }", vars: of("AccessToken"), want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.createPublishableKey": {
			query: "mutation($in: CreatePublishableKeyInput!) { createPublishableKey(input: $in) { id } }",
			vars:  input(func(*world) vars { return vars{"name": "New", "allowedOrigins": []string{"*"}} }),
			want:  "ok ok FB FB FB FB FB UN ok",
		},
		"Mutation.updatePublishableKey": {
			query: "mutation($id: ID!, $in: UpdatePublishableKeyInput!) { updatePublishableKey(id: $id, input: $in) { id } }",
			vars:  changing("PublishableKey", vars{"name": "New"}), want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.deletePublishableKey": {
			query: "mutation($id: ID!) { deletePublishableKey(id: $id) }", vars: of("PublishableKey"), want: "ok ok FB FB FB FB FB UN NF",
		},
		"Mutation.createIdentityProvider": {
			query: "mutation($in: CreateIdentityProviderInput!) { createIdentityProvider(input: $in) { id } }",
			vars: input(func(w *world) vars {
				return vars{"name": "New", "issuer": "https://new.example.org/" + w.ours["App"], "audience": "slotcast", "secret": "a secret of more than 32 bytes, as HS256 wants"}
			}),
			want: "ok FB FB FB FB FB FB UN ok",
		},
		"Mutation.updateIdentityProvider": {
			query: "mutation($id: ID!, $in: UpdateIdentityProviderInput!) { updateIdentityProvider(id: $id, input: $in) { id } }",
			vars:  changing("IdentityProvider", vars{"name": "New"}), want: "ok FB FB FB FB FB FB UN NF",
		},
		"Mutation.deleteIdentityProvider": {
			query: "mutation($id: ID!) { deleteIdentityProvider(id: $id) }", vars: of("IdentityProvider"), want: "ok FB FB FB FB FB FB UN NF",
		},
	}
}
