package contract_test

import (
	"net/http"
	"testing"
)

// TestRoutingForms: anybody submits; it is told whether or not somebody books,
// and belongs to the invitee when somebody does.
func TestRoutingForms(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		receiver := o.receive(o.owner, "organization", "invitee.created", "routing_form_submission.created")
		form, question := o.form()
		submit := func(in object) answer { o.t.Helper(); return o.post(nil, "/routing_forms/"+form+"/submissions", in) }
		answers := func(text string) object {
			return object{"answers": []object{{"question_uuid": question, "answer": text}}, "tracking": object{"utm_source": "ad"}}
		}
		sales := submit(answers("Sales")).want(http.StatusCreated)
		if sales.text("resource.result.type") != "event_type" || sales.text("resource.result.value") != o.member.eventType || sales.at("resource.submitter") != nil {
			o.t.Errorf("sales leads to %s", sales.raw)
		}
		help := submit(answers("Help")).want(http.StatusCreated)
		if help.text("resource.result.type") != "custom_message" {
			o.t.Errorf("help leads to %s", help.raw)
		}
		submit(answers("Nobody")).want(http.StatusBadRequest)
		submit(object{"answers": []object{}}).want(http.StatusBadRequest)
		submit(object{}).invalid("answers")
		o.post(nil, "/routing_forms/rtf_01m80tya0dfcat7h9tv80mckve/submissions", answers("Sales")).missing()

		in := o.invitation(o.member, 9)
		in["routing_form_submission"] = sales.text("resource.uri")
		invitee := o.post(o.owner, "/invitees", in).want(http.StatusCreated)
		if invitee.text("invitee.routing_form_submission") != sales.text("resource.uri") {
			o.t.Errorf("booked as %s", invitee.raw)
		}
		a := o.get(o.owner, sales.text("resource.uri")).want(http.StatusOK)
		if a.text("resource.submitter") != invitee.text("invitee.uri") || a.text("resource.submitter_type") != "Invitee" {
			o.t.Errorf("the submission is %s", a.raw)
		}
		got := messages(o.t, receiver, 3)
		told := map[string]int{}
		for _, m := range got {
			told[m.text("event")+" "+m.text("payload.uri")]++
			if m.text("event") == "routing_form_submission.created" && m.Header.Get("Slotcast-Sequence") != "" {
				o.t.Errorf("a submission has the sequence %s", m.Header.Get("Slotcast-Sequence"))
			}
		}
		for _, want := range []string{
			"routing_form_submission.created " + sales.text("resource.uri"), "routing_form_submission.created " + help.text("resource.uri"),
			"invitee.created " + invitee.text("invitee.uri"),
		} {
			if told[want] != 1 {
				o.t.Errorf("told %v, want %s", told, want)
			}
		}
		var late answer
		for range 12 { // more than one address may in a minute
			if late = submit(answers("Nobody")); late.status == http.StatusTooManyRequests {
				break
			}
		}
		if late.want(http.StatusTooManyRequests); late.text("title") != "Too Many Requests" || late.header.Get("Retry-After") == "" {
			o.t.Errorf("refused with %v %s", late.header, late.raw)
		}
		o.get(o.member, help.text("resource.uri")).forbidden(denied)
		o.get(o.member, sales.text("resource.uri")).want(http.StatusOK) // he hosts what it led to
	})
}
