package graph_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"slotcast/internal/typeid"
)

// badInput is an operation that must be refused with a code and, for bad input,
// the field that it is about.
type badInput struct {
	name      string
	query     string
	variables vars
	code      string
	field     string
}

const (
	createWebhook = `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }`
	reschedule    = `mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) { meeting { id } } }`
	cancel        = `mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) { id } }`
)

// with returns a copy of an input with one field changed; a nil value leaves the
// field out.
func with(input vars, field string, value any) vars {
	out := maps.Clone(input)
	out[field] = value
	if value == nil {
		delete(out, field)
	}
	return out
}

func badWebhooks(other *tenant) []badInput {
	good := vars{"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED"}}
	of := func(name, field string, value any, code, at string) badInput {
		return badInput{"webhook " + name, createWebhook, in(with(good, field, value)), code, at}
	}
	return []badInput{
		of("half a second", "retrySchedule", []any{5, 0.5}, "BAD_USER_INPUT", "retrySchedule.1"),
		of("unknown trigger", "triggers", []string{"MEETING_EATEN"}, "BAD_USER_INPUT", "triggers.0"),
		of("no trigger", "triggers", []string{}, "BAD_USER_INPUT", "triggers"),
		of("null among triggers", "triggers", []any{nil}, "BAD_USER_INPUT", "triggers.0"),
		of("relative URL", "subscriberUrl", "/hook", "BAD_USER_INPUT", "subscriberUrl"),
		of("URL without a host", "subscriberUrl", "https:///hook", "BAD_USER_INPUT", "subscriberUrl"),
		of("FTP", "subscriberUrl", "ftp://example.com/hook", "BAD_USER_INPUT", "subscriberUrl"),
		of("javascript", "subscriberUrl", "javascript:alert(1)", "BAD_USER_INPUT", "subscriberUrl"),
		of("user in the URL", "subscriberUrl", "https://a:b@example.com/", "BAD_USER_INPUT", "subscriberUrl"),
		of("private target", "subscriberUrl", "http://10.0.0.1/hook", "BAD_USER_INPUT", "subscriberUrl"),
		of("loopback target", "subscriberUrl", "http://127.0.0.1:8080/hook", "BAD_USER_INPUT", "subscriberUrl"),
		of("metadata target", "subscriberUrl", "http://169.254.169.254/", "BAD_USER_INPUT", "subscriberUrl"),
		of("mapped target", "subscriberUrl", "http://[::ffff:10.0.0.1]/", "BAD_USER_INPUT", "subscriberUrl"),
		of("no URL", "subscriberUrl", nil, "BAD_USER_INPUT", "subscriberUrl"),
		of("URL of another type", "subscriberUrl", 7, "BAD_USER_INPUT", "subscriberUrl"),
		of("headers that are no object", "headers", "x", "BAD_USER_INPUT", "headers"),
		of("header that is no text", "headers", vars{"X-A": 1}, "BAD_USER_INPUT", "headers.X-A"),
		of("header with a line break", "headers", vars{"X-A": "a\r\nB: c"}, "BAD_USER_INPUT", "headers.X-A"),
		of("header of the server's", "headers", vars{"webhook-id": "1"}, "BAD_USER_INPUT", "headers.webhook-id"),
		of("unknown event type", "eventTypeIds", []string{typeid.New(typeid.EventType)}, "NOT_FOUND", "eventTypeIds.0"),
		of("event type of another app", "eventTypeIds", []string{other.eventType.ID}, "NOT_FOUND", "eventTypeIds.0"),
		of("unknown scope", "scope", "GALAXY", "BAD_USER_INPUT", "scope"),
		of("unknown format", "format", "XML", "BAD_USER_INPUT", "format"),
		of("unknown meeting type", "meetingTypes", []string{"DUEL"}, "BAD_USER_INPUT", "meetingTypes.0"),
		of("unknown field", "appId", other.app.ID, "BAD_USER_INPUT", "appId"),
		of("NUL in the description", "description", "a\x00b", "BAD_USER_INPUT", "description"),
		{"webhook to change, unknown", `mutation($id: ID!) { updateWebhook(id: $id, input: {}) { id } }`,
			vars{"id": typeid.New(typeid.Webhook)}, "NOT_FOUND", "id"},
		of("unknown order policy", "orderPolicy", "LOOSE", "BAD_USER_INPUT", "orderPolicy"),
		of("wait that is too long", "retrySchedule", []int{5, 86_401}, "BAD_USER_INPUT", "retrySchedule.1"),
		of("too many waits", "retrySchedule", slices.Repeat([]int{5}, 21), "BAD_USER_INPUT", "retrySchedule"),
		of("rate of 0", "rateLimitPerMinute", 0, "BAD_USER_INPUT", "rateLimitPerMinute"),
		of("certificate that is none", "clientCertificate", vars{"certificate": "x", "key": "x"}, "BAD_USER_INPUT", "clientCertificate.certificate"),
		of("certificate without a key", "clientCertificate", vars{"certificate": "x"}, "BAD_USER_INPUT", "clientCertificate.key"),
		of("template that is too long", "payloadTemplate", strings.Repeat("x", 20_001), "BAD_USER_INPUT", "payloadTemplate"),
		{"webhook to pause, unknown", `mutation { pauseWebhook(id: "x") { id } }`, nil, "NOT_FOUND", "id"},
		{"webhook to resume, NUL", `mutation($id: ID!) { resumeWebhook(id: $id) { id } }`, vars{"id": "\x00"}, "BAD_USER_INPUT", "id"},
		{"webhook to rotate, unknown", `mutation { rotateWebhookSecret(id: "x") { secret } }`, nil, "NOT_FOUND", "id"},
		{"rotation of a year", `mutation { rotateWebhookSecret(id: "x", input: {overlapMinutes: 525600}) { secret } }`, nil, "BAD_USER_INPUT", "overlapMinutes"},
		{"rotation to none", `mutation { rotateWebhookSecret(id: "x", input: {secret: ""}) { secret } }`, nil, "BAD_USER_INPUT", "secret"},
		{"signature with headers that are numbers", `query($h: Map!) { checkSignature(input: {headers: $h, body: "", secret: "x"}) { valid } }`,
			vars{"h": vars{"webhook-id": 1}}, "BAD_USER_INPUT", "headers.webhook-id"},
		{"signature with lists in lists", `query($h: Map!) { checkSignature(input: {headers: $h, body: "", secret: "x"}) { valid } }`,
			vars{"h": vars{"webhook-id": []any{[]any{"a"}}}}, "BAD_USER_INPUT", "headers.webhook-id"},
		{"webhook to delete, no id", `mutation { deleteWebhook(id: "x") }`, nil, "NOT_FOUND", "id"},
	}
}

func badMeetings(o, other *tenant, booked, theirs string) []badInput {
	good := o.booking(50)
	who := func(field string, value any) []vars {
		return []vars{with(good["attendees"].([]vars)[0], field, value)}
	}
	of := func(name, field string, value any, code, at string) badInput {
		return badInput{"meeting " + name, bookMutation, in(with(good, field, value)), code, at}
	}
	move := func(name, id string, start any, code, at string) badInput {
		return badInput{"reschedule " + name, reschedule, in(vars{"meetingId": id, "start": start}), code, at}
	}
	return []badInput{
		of("in the past", "start", "2020-01-01T10:00:00Z", "BAD_USER_INPUT", "start"),
		of("beyond the horizon", "start", "2920-01-01T10:00:00Z", "BAD_USER_INPUT", "start"),
		of("overlapping", "start", hour(1), "SLOT_TAKEN", "start"),
		of("no time", "start", "tomorrow", "BAD_USER_INPUT", "start"),
		of("time without a zone", "start", "2030-01-01T10:00:00", "BAD_USER_INPUT", "start"),
		of("time as a number", "start", 1893492000, "BAD_USER_INPUT", "start"),
		of("time left out", "start", nil, "BAD_USER_INPUT", "start"),
		of("unknown event type", "eventTypeId", typeid.New(typeid.EventType), "NOT_FOUND", "eventTypeId"),
		of("event type of another app", "eventTypeId", other.eventType.ID, "NOT_FOUND", "eventTypeId"),
		of("event type that is no id", "eventTypeId", vars{"id": 1}, "BAD_USER_INPUT", "eventTypeId"),
		of("event type with NUL", "eventTypeId", "ety_\x00", "BAD_USER_INPUT", "eventTypeId"),
		of("agent of another app", "agentIds", []string{other.agent.ID}, "NOT_FOUND", "agentIds.0"),
		of("bad e-mail", "attendees", who("email", "ana"), "BAD_USER_INPUT", "attendees.0.email"),
		of("e-mail of another type", "attendees", who("email", true), "BAD_USER_INPUT", "attendees.0.email"),
		of("e-mail left out", "attendees", who("email", nil), "BAD_USER_INPUT", "attendees.0.email"),
		of("no name", "attendees", who("name", " "), "BAD_USER_INPUT", "attendees.0.name"),
		of("name with NUL", "attendees", who("name", "a\x00"), "BAD_USER_INPUT", "attendees.0.name"),
		of("unknown zone", "attendees", who("timeZone", "Mars/Olympus"), "BAD_USER_INPUT", "attendees.0.timeZone"),
		of("unknown attendee field", "attendees", who("status", "ACTIVE"), "BAD_USER_INPUT", "attendees.0.status"),
		of("nobody", "attendees", []vars{}, "BAD_USER_INPUT", "attendees"),
		of("other duration", "durationMinutes", 45, "BAD_USER_INPUT", "durationMinutes"),
		of("duration of another type", "durationMinutes", "long", "BAD_USER_INPUT", "durationMinutes"),
		of("duration beyond Int", "durationMinutes", json.Number("1e30"), "BAD_USER_INPUT", "durationMinutes"),
		of("tracking that is no object", "tracking", []int{1}, "BAD_USER_INPUT", "tracking"),
		move("unknown", typeid.New(typeid.Meeting), hour(51), "NOT_FOUND", "meetingId"),
		move("another app's", theirs, hour(51), "NOT_FOUND", "meetingId"),
		move("into the past", booked, "2020-01-01T10:00:00Z", "BAD_USER_INPUT", "start"),
		move("onto another one", booked, hour(2), "SLOT_TAKEN", "start"),
		{"cancel another app's", cancel, in(vars{"meetingId": theirs}), "NOT_FOUND", "meetingId"},
		{"cancel with an unknown actor", cancel, in(vars{"meetingId": booked, "cancelledBy": vars{"type": "GHOST"}}), "BAD_USER_INPUT", "cancelledBy.type"},
		{"cancel for a foreign attendee", cancel, in(vars{"meetingId": booked, "cancelledBy": vars{"type": "ATTENDEE", "id": "att_x"}}), "BAD_USER_INPUT", "cancelledBy.id"},
		{"cancel for a foreign agent", cancel, in(vars{"meetingId": booked, "cancelledBy": vars{"type": "AGENT", "id": other.agent.ID}}), "NOT_FOUND", "cancelledBy.id"},
	}
}

func badQueries(o *tenant) []badInput {
	meetings := func(name, args, code, field string) badInput {
		return badInput{"meetings " + name, `{ meetings(` + args + `) { edges { node { id } } } }`, nil, code, field}
	}
	deep := vars{}
	for range 5000 {
		deep = vars{"not": deep}
	}
	return []badInput{
		meetings("with a malformed cursor", `after: "%%%"`, "BAD_USER_INPUT", "after"),
		meetings("with a malformed cursor before", `before: "AAAA"`, "BAD_USER_INPUT", "before"),
		meetings("with a cursor of nothing", `after: ""`, "BAD_USER_INPUT", "after"),
		meetings("with a cursor of another list", `after: "gaFpo2FiYw"`, "BAD_USER_INPUT", "after"),
		meetings("first -1", `first: -1`, "BAD_USER_INPUT", "first"),
		meetings("last -1", `last: -1`, "BAD_USER_INPUT", "last"),
		meetings("first and last", `first: 1, last: 1`, "BAD_USER_INPUT", "last"),
		meetings("unknown order", `orderBy: {field: SIZE}`, "GRAPHQL_VALIDATION_FAILED", ""),
		meetings("unknown filter", `where: {appID: "x"}`, "GRAPHQL_VALIDATION_FAILED", ""),
		meetings("empty negation", `where: {not: {}}`, "BAD_USER_INPUT", "where"),
		meetings("empty list", `where: {idIn: []}`, "BAD_USER_INPUT", "where.idIn"),
		meetings("empty list of words", `where: {or: [{id: "x"}, {not: {statusIn: []}}]}`, "BAD_USER_INPUT", "where.or.1.not.statusIn"),
		meetings("empty list of filters", `where: {or: []}`, "BAD_USER_INPUT", "where.or"),
		meetings("id with NUL", `where: {id: "\u0000"}`, "BAD_USER_INPUT", ""),
		{"id with NUL", `query($id: ID!) { meeting(id: $id) { id } }`, vars{"id": "mtg_\x00"}, "BAD_USER_INPUT", "id"},
		{"node id of no kind", `{ node(id: "x") { id } }`, nil, "BAD_USER_INPUT", "id"},
		{"node id of the wrong form", `{ node(id: "mtg_x") { id } }`, nil, "BAD_USER_INPUT", "id"},
		{"too many node ids", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": make([]int, 101)}, "BAD_USER_INPUT", "ids"},
		{"one bad node id", `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": []string{o.agent.ID, "x"}}, "BAD_USER_INPUT", "ids.1"},
		{"wrong enum in a filter", `query($w: MeetingWhereInput) { meetings(where: $w) { totalCount } }`, vars{"w": vars{"status": "LOST"}}, "BAD_USER_INPUT", "status"},
		{"enum of another type", `query($w: MeetingWhereInput) { meetings(where: $w) { totalCount } }`, vars{"w": vars{"status": 3}}, "BAD_USER_INPUT", "status"},
		{"deep filter", `query($w: MeetingWhereInput) { meetings(where: $w) { totalCount } }`, vars{"w": deep}, "LIMIT_EXCEEDED", ""},
		{"long filter", `query($w: MeetingWhereInput) { meetings(where: $w) { totalCount } }`, vars{"w": vars{"idIn": strings.Split(strings.Repeat("x,", 70_000), ",")}}, "LIMIT_EXCEEDED", ""},
		{"no document", ``, nil, "GRAPHQL_VALIDATION_FAILED", ""},
		{"half a document", `{ meetings {`, nil, "GRAPHQL_PARSE_FAILED", ""},
		{"unknown field", `{ secrets }`, nil, "GRAPHQL_VALIDATION_FAILED", ""},
		{"missing variable", bookMutation, nil, "BAD_USER_INPUT", "in"},
		{"too many tokens", `{` + strings.Repeat(" __typename", 3000) + `}`, nil, "LIMIT_EXCEEDED", ""},
	}
}
