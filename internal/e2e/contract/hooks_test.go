package contract_test

import (
	"net/http"
	"slices"
	"testing"
)

// TestHooks are the Cal.com-shaped endpoints.
func TestHooks(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		if a := o.get(o.member, "/v2/me").want(http.StatusOK); a.text("status") != "success" || a.text("data.email") != "mia@example.org" {
			o.t.Errorf("I am %s", a.raw)
		}
		if a := o.get(o.member, "/v2/event-types").want(http.StatusOK); len(a.entries("data")) == 0 {
			o.t.Errorf("there are no event types: %s", a.raw)
		}
		for _, root := range []string{"/v2/webhooks", "/v2/event-types/" + o.member.eventTypeID + "/webhooks"} {
			for _, who := range []*person{o.owner, o.admin, o.member} {
				o.hook(who, root)
			}
			o.post(o.owner, root, object{"subscriberUrl": hookURL(1), "triggers": []string{"NOTHING"}}).want(http.StatusBadRequest)
			o.post(o.owner, root, object{"triggers": []string{"BOOKING_CREATED"}}).want(http.StatusBadRequest)
			o.delete(o.owner, root+"/whk_01m80tya0dfcat7h9tv80mckve").want(http.StatusNotFound)
			o.get(nil, root).want(http.StatusUnauthorized)
		}
		one := o.post(o.owner, "/v2/webhooks", object{
			"subscriberUrl": hookURL(2), "triggers": []string{"BOOKING_CREATED"}, "eventTypeId": o.member.eventTypeID,
		}).want(http.StatusCreated).text("data.id")
		if got := o.get(o.owner, "/v2/event-types/"+o.member.eventTypeID+"/webhooks").text("data.0.id"); got != one {
			o.t.Errorf("the event type's hook is %q, want %q", got, one)
		}
		o.post(o.owner, "/v2/event-types/ety_01m80tya0dfcat7h9tv80mckve/webhooks", object{
			"subscriberUrl": hookURL(1), "triggers": []string{"BOOKING_CREATED"},
		}).want(http.StatusNotFound)
	})
}

// hook makes one, finds it in the list, changes and deletes it.
func (o *office) hook(who *person, root string) {
	o.t.Helper()
	made := o.post(who, root, object{
		"subscriberUrl": "https://cal.example.org/", "triggers": []string{"BOOKING_CREATED", "BOOKING_CANCELLED"}, "active": true, "secret": "word", "payloadTemplate": nil,
	}).want(http.StatusCreated)
	keys := []string{"active", "id", "payloadTemplate", "secret", "subscriberUrl", "triggers"}
	if got := keysOf(made.at("data")); !slices.Equal(got, keys) || made.at("data.secret") != nil || made.at("data.active") != true {
		o.t.Errorf("made %s", made.raw)
	}
	id := made.text("data.id")
	listed := func() bool {
		a := o.get(who, root).want(http.StatusOK)
		return slices.ContainsFunc(a.entries("data"), func(e object) bool { return e["id"] == id })
	}
	if !listed() {
		o.t.Errorf("%s has no %s", root, id)
	}
	changed := o.call(who, http.MethodPatch, root+"/"+id, object{"active": false, "triggers": []string{"BOOKING_RESCHEDULED"}}).want(http.StatusOK)
	if changed.at("data.active") != false || changed.text("data.triggers.0") != "BOOKING_RESCHEDULED" || changed.text("data.subscriberUrl") != "https://cal.example.org/" {
		o.t.Errorf("changed into %s", changed.raw)
	}
	o.delete(who, root+"/"+id).want(http.StatusOK)
	if listed() {
		o.t.Errorf("%s still has %s", root, id)
	}
}
