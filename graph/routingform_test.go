package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/graph/generated"
	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	formFields = `{
		id name status questions { id question type required choices }
		routes { match conditions { question operator value } destination { type value } } fallback { type value }
	}`
	submissionFields = `{ id answers { questionId question answer } tracking result { type value } routingForm { id } attendees { name } createdAt }`

	createForm     = `mutation($in: CreateRoutingFormInput!) { createRoutingForm(input: $in) ` + formFields + ` }`
	updateForm     = `mutation($id: ID!, $in: UpdateRoutingFormInput!) { updateRoutingForm(id: $id, input: $in) ` + formFields + ` }`
	readForm       = `query($id: ID!) { routingForm(id: $id) ` + formFields + ` }`
	submitForm     = `mutation($in: SubmitRoutingFormInput!) { submitRoutingForm(input: $in) ` + submissionFields + ` }`
	readSubmission = `query($id: ID!) { routingFormSubmission(id: $id) ` + submissionFields + ` }`
)

// form makes one that leads to the tenant's event type who answers "call", and
// returns its id.
func (s *server) form(t *testing.T, o *tenant) string {
	t.Helper()
	form := o.run(t, createForm, in(vars{
		"name": "Form", "questions": []vars{{"question": "What?", "required": true}, {"question": "Many?", "type": "NUMBER"}},
		"routes": []vars{{
			"conditions":  []vars{{"question": "What?", "operator": "CONTAINS", "value": "call"}},
			"destination": vars{"type": "EVENT_TYPE", "value": o.eventType.ID},
		}},
	}))
	return form["id"].(string)
}

func (o *tenant) submit(t *testing.T, form, what string) vars {
	t.Helper()
	return o.run(t, submitForm, in(vars{"routingFormId": form, "answers": []vars{{"question": "What?", "answer": what}}, "tracking": vars{"utm_source": "ad"}}))
}

// led books on account of a submission.
func (o *tenant) led(t *testing.T, form string, n int) {
	t.Helper()
	o.Do(t, bookMutation, in(with(o.booking(n), "routingFormSubmissionId", o.submit(t, form, "call")["id"])), nil)
}

func TestRoutingForms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		least := o.run(t, createForm, in(vars{"name": "Form", "questions": []vars{{"question": "Why?"}}}))
		asked := least["questions"].([]any)[0].(vars)
		want := vars{
			"id": least["id"], "name": "Form", "status": "PUBLISHED", "routes": []any{},
			"questions": []any{vars{"id": asked["id"], "question": "Why?", "type": "TEXT", "required": false, "choices": []any{}}},
			"fallback":  vars{"type": "CUSTOM_MESSAGE", "value": "Thank you for your answers."},
		}
		o.lasts(t, "the least", readForm, want, least)
		nulls := o.run(t, createForm, in(vars{
			"name": "Form", "questions": []vars{{"question": "Why?", "type": nil, "required": nil, "choices": nil}},
			"routes": nil, "fallback": nil, "status": nil,
		}))
		want["id"], asked["id"] = nulls["id"], nulls["questions"].([]any)[0].(vars)["id"]
		want["questions"] = []any{vars{"id": asked["id"], "question": "Why?", "type": "TEXT", "required": false, "choices": []any{}}}
		o.lasts(t, "nulls", readForm, want, nulls)

		to := vars{"type": "EXTERNAL_URL", "value": "https://www.example.org/"}
		full := vars{
			"name": "Full", "status": "DRAFT", "fallback": to,
			"questions": []vars{{"question": "Why?", "required": true}, {"question": "Plan?", "type": "CHOICE", "choices": []string{"Free", "Team"}}},
			"routes": []vars{
				{"match": "ANY", "conditions": []vars{{"question": "Why?", "value": "so"}, {"question": "Plan?", "operator": "ANSWERED"}}, "destination": to},
				{"conditions": []vars{}, "destination": vars{"type": "EVENT_TYPE", "value": o.eventType.ID}},
			},
		}
		changed := o.run(t, updateForm, vars{"id": nulls["id"], "in": full})
		plan := changed["questions"].([]any)[1].(vars)
		want = vars{
			"id": nulls["id"], "name": "Full", "status": "DRAFT", "fallback": to,
			"questions": []any{
				vars{"id": asked["id"], "question": "Why?", "type": "TEXT", "required": true, "choices": []any{}},
				vars{"id": plan["id"], "question": "Plan?", "type": "CHOICE", "required": false, "choices": []any{"Free", "Team"}},
			},
			"routes": []any{
				vars{"match": "ANY", "destination": to, "conditions": []any{
					vars{"question": "Why?", "operator": "EQUALS", "value": "so"}, vars{"question": "Plan?", "operator": "ANSWERED", "value": ""},
				}},
				vars{"match": "ALL", "conditions": []any{}, "destination": vars{"type": "EVENT_TYPE", "value": o.eventType.ID}},
			},
		}
		o.lasts(t, "all at once", readForm, want, changed)
		o.lasts(t, "nothing", readForm, want, o.run(t, updateForm, vars{"id": nulls["id"], "in": vars{"name": nil}}))
		want["routes"] = []any{}
		o.lasts(t, "no routes", readForm, want, o.run(t, updateForm, vars{"id": nulls["id"], "in": vars{"routes": []vars{}}}))
	})
}

func TestSubmitRoutingForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		form := s.form(t, o)
		got := o.submit(t, form, "a Call")
		question := o.run(t, readForm, vars{"id": form})["questions"].([]any)[0].(vars)["id"]
		want := vars{
			"id": got["id"], "createdAt": got["createdAt"], "tracking": vars{"utm_source": "ad"},
			"answers": []any{vars{"questionId": question, "question": "What?", "answer": "a Call"}},
			"result":  vars{"type": "EVENT_TYPE", "value": o.eventType.ID}, "routingForm": vars{"id": form}, "attendees": []any{},
		}
		o.lasts(t, "a submission", readSubmission, want, got)
		byID := o.run(t, submitForm, in(vars{"routingFormId": form, "answers": []vars{{"questionId": question, "answer": "mail"}}}))
		if diff := cmp.Diff(vars{"type": "CUSTOM_MESSAGE", "value": "Thank you for your answers."}, byID["result"]); diff != "" {
			t.Errorf("by the question's id:\n%s", diff)
		}

		// what is booked on its account leads back to it
		booked := o.run(t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { attendees { routingFormSubmission { id } } } } }`,
			in(with(o.booking(5), "routingFormSubmissionId", got["id"])))
		if diff := cmp.Diff(vars{"meeting": vars{"attendees": []any{vars{"routingFormSubmission": vars{"id": got["id"]}}}}}, booked); diff != "" {
			t.Errorf("booked:\n%s", diff)
		}
		want["attendees"] = []any{vars{"name": "Ana Ruiz"}}
		if diff := cmp.Diff(want, o.run(t, readSubmission, vars{"id": got["id"]})); diff != "" {
			t.Errorf("after the booking:\n%s", diff)
		}
	})
}

// A page sees of its submission what it needs to go on, and nothing of the form.
func TestPagesSeeWhereASubmissionLeads(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	open := map[string][]string{"RoutingFormSubmission": {"id", "result", "createdAt"}, "FormDestination": {"type", "value"}}
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		page := s.visit(viewer.Viewer{AppID: o.app.ID, Kind: viewer.Page})
		input := vars{"routingFormId": s.form(t, o), "answers": []vars{{"question": "What?", "answer": "call"}}}
		for name, way := range map[string]string{"RoutingFormSubmission": "%s", "FormDestination": "result { %s }"} {
			for _, f := range schema.Types[name].Fields {
				ask := f.Name
				if schema.Types[f.Type.Name()].Kind == ast.Object {
					ask += " { __typename }"
				}
				err := page.Try(t.Context(), `mutation($in: SubmitRoutingFormInput!) { submitRoutingForm(input: $in) { `+fmt.Sprintf(way, ask)+` } }`, in(input), nil)
				if refused := apptest.HasCode(err, "FORBIDDEN"); refused == slices.Contains(open[name], f.Name) || err != nil && !refused {
					t.Errorf("%s.%s: %v", name, f.Name, err)
				}
			}
		}
	})
}

const submissions = `subscription($after: Cursor) { meetingEvents(after: $after) {
	trigger sequence occurredAt meeting { id } attendee { id } submission { id answers { answer } result { value } tracking routingForm { name routes { match } } }
} }`

func TestEventsOfSubmissions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		after := s.cursor(t, o, 0)
		got := o.submit(t, s.form(t, o), "call")
		stream, err := o.WebSocket(t.Context(), submissions, vars{"after": after})
		must(t, err)
		defer stream.Cut()
		var out struct{ MeetingEvents vars }
		stream.Receive(t, &out)
		want := vars{
			"trigger": "ROUTING_FORM_SUBMITTED", "sequence": 0.0, "occurredAt": out.MeetingEvents["occurredAt"], "meeting": nil, "attendee": nil,
			"submission": vars{
				"id": got["id"], "answers": []any{vars{"answer": "call"}}, "result": vars{"value": o.eventType.ID}, "tracking": vars{"utm_source": "ad"},
				"routingForm": vars{"name": "Form", "routes": []any{vars{"match": "ALL"}}},
			},
		}
		if diff := cmp.Diff(want, out.MeetingEvents); diff != "" {
			t.Errorf("the event (-want +got):\n%s", diff)
		}

		narrow := s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead})})
		shut, err := narrow.EventStream(t.Context(), submissions, vars{"after": after})
		must(t, err)
		defer shut.Cut()
		if err := shut.Next(t.Context(), &out); !apptest.HasCode(err, "FORBIDDEN") || !strings.Contains(err.Error(), "ROUTING_FORMS_READ") {
			t.Errorf("a token without the scope: %v", err)
		}
	})
}

func TestRoutingFormsInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		var made []string
		for _, name := range []string{"b", "c", "a"} {
			form := o.run(t, createForm, in(vars{"name": name, "questions": []vars{{"question": "Why?"}}}))
			made = append(made, form["id"].(string))
		}
		page := func(field, order, after string) connection {
			var out map[string]connection
			o.Do(t, fmt.Sprintf(`query($after: Cursor) { %s(first: 2, after: $after, orderBy: {field: %s}) { totalCount edges { cursor node { id } } pageInfo { endCursor } } }`,
				field, order), vars{"after": nullable(after)}, &out)
			return out[field]
		}
		first := page("routingForms", "NAME", "")
		if ids := append(first.ids(), page("routingForms", "NAME", first.PageInfo.EndCursor).ids()...); !slices.Equal(ids, []string{made[2], made[0], made[1]}) {
			t.Errorf("by name: %v", ids)
		}
		first = page("routingForms", "CREATED_AT", "")
		if ids := append(first.ids(), page("routingForms", "CREATED_AT", first.PageInfo.EndCursor).ids()...); !slices.Equal(ids, made) {
			t.Errorf("by creation: %v", ids)
		}
		var submitted []string
		form := s.form(t, o)
		for range 3 {
			submitted = append(submitted, o.submit(t, form, "call")["id"].(string))
		}
		first = page("routingFormSubmissions", "CREATED_AT", "")
		if ids := append(first.ids(), page("routingFormSubmissions", "CREATED_AT", first.PageInfo.EndCursor).ids()...); !slices.Equal(ids, submitted) {
			t.Errorf("submissions: %v", ids)
		}
		o.refused(t, badInput{"a cursor of forms", `query($c: Cursor) { routingFormSubmissions(after: $c) { totalCount } }`,
			vars{"c": page("routingForms", "NAME", "").PageInfo.EndCursor}, "BAD_USER_INPUT", "after"})
	})
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// badForms are wrong forms and submissions. The rules have tests of their own:
// here it is about the forms that inputs have.
func badForms(other *tenant, ours, theirs string) (out []badInput) {
	ask := vars{"question": "What?", "type": "TEXT"}
	to := vars{"type": "CUSTOM_MESSAGE", "value": "Bye."}
	good := vars{"name": "Form", "questions": []vars{ask}, "fallback": to}
	of := func(name, field string, value any, code, at string) {
		out = append(out,
			badInput{"form " + name, createForm, in(with(good, field, value)), code, at},
			badInput{"form to change: " + name, updateForm, vars{"id": ours, "in": with(good, field, value)}, code, at})
	}
	route := func(conditions, destination any) []vars {
		return []vars{{"conditions": conditions, "destination": destination}}
	}
	of("with NUL", "name", "a\x00", "BAD_USER_INPUT", "name")
	of("of another type", "name", 7, "BAD_USER_INPUT", "name")
	of("without questions", "questions", []vars{}, "BAD_USER_INPUT", "questions")
	of("with a null question", "questions", []any{nil}, "BAD_USER_INPUT", "questions.0")
	of("with an unknown type", "questions", []vars{with(ask, "type", "DATE")}, "BAD_USER_INPUT", "questions.0.type")
	of("with an id of one's own", "questions", []vars{with(ask, "id", "x")}, "BAD_USER_INPUT", "questions.0.id")
	of("with an unknown status", "status", "OPEN", "BAD_USER_INPUT", "status")
	of("with an unknown operator", "routes", route([]vars{{"question": "What?", "operator": "LIKE"}}, to), "BAD_USER_INPUT", "routes.0.conditions.0.operator")
	of("without a value", "routes", route([]vars{{"question": "What?"}}, to), "BAD_USER_INPUT", "routes.0.conditions.0.value")
	of("with an unknown question", "routes", route([]vars{{"question": "Who?", "value": "I"}}, to), "BAD_USER_INPUT", "routes.0.conditions.0.question")
	of("without conditions", "routes", route(nil, to), "BAD_USER_INPUT", "routes.0.conditions")
	of("without a destination", "routes", route([]vars{}, nil), "BAD_USER_INPUT", "routes.0.destination")
	of("to nowhere known", "fallback", vars{"type": "MAIL", "value": "x"}, "BAD_USER_INPUT", "fallback.type")
	of("to another app's event type", "fallback", vars{"type": "EVENT_TYPE", "value": other.eventType.ID}, "NOT_FOUND", "fallback.value")
	of("to a script", "fallback", vars{"type": "EXTERNAL_URL", "value": "javascript:alert(1)"}, "BAD_USER_INPUT", "fallback.value")

	answer := vars{"question": "What?", "answer": "call"}
	submission := vars{"routingFormId": ours, "answers": []vars{answer}}
	sent := func(name, field string, value any, code, at string) {
		out = append(out, badInput{"submission " + name, submitForm, in(with(submission, field, value)), code, at})
	}
	sent("of no form", "routingFormId", typeid.New(typeid.RoutingForm), "NOT_FOUND", "routingFormId")
	sent("of another app's form", "routingFormId", theirs, "NOT_FOUND", "routingFormId")
	sent("of a form with NUL", "routingFormId", "rtf_\x00", "BAD_USER_INPUT", "routingFormId")
	sent("without answers", "answers", nil, "BAD_USER_INPUT", "answers")
	sent("with a null answer", "answers", []any{nil}, "BAD_USER_INPUT", "answers.0")
	sent("with an answer that is none", "answers", []vars{with(answer, "answer", nil)}, "BAD_USER_INPUT", "answers.0.answer")
	sent("with NUL", "answers", []vars{with(answer, "answer", "\x00")}, "BAD_USER_INPUT", "answers.0.answer")
	sent("with a question named twice", "answers", []vars{with(answer, "questionId", "x")}, "BAD_USER_INPUT", "answers.0.question")
	sent("with tracking that is no object", "tracking", []int{1}, "BAD_USER_INPUT", "tracking")
	return append(out,
		badInput{"form to change, unknown", updateForm, vars{"id": typeid.New(typeid.RoutingForm), "in": vars{}}, "NOT_FOUND", "id"},
		badInput{"form to change, another app's", updateForm, vars{"id": theirs, "in": vars{"name": "x"}}, "NOT_FOUND", "id"},
		badInput{"form to read, another app's", readForm, vars{"id": theirs}, "NOT_FOUND", "id"},
		badInput{"submission to read, unknown", readSubmission, vars{"id": typeid.New(typeid.FormSubmission)}, "NOT_FOUND", "id"},
	)
}
