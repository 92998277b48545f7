package rest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func TestHookRights(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		abroad := setup(f.t, f.db)
		whole := f.call(f.admin, http.MethodPost, "/v2/webhooks", hook()).data()["id"].(string)
		own := f.call(f.member, http.MethodPost, "/v2/webhooks", hook()).data()["id"].(string)
		theirs := abroad.call(abroad.owner, http.MethodPost, "/v2/webhooks", hook()).data()["id"].(string)
		subscription := f.hook(f.subscribe(f.owner, "organization")).ID
		body := map[string]any{http.MethodPatch: object{"active": false}}
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			for _, id := range []string{theirs, subscription, typeid.New(typeid.Webhook), "x", "1", "%00", f.app.ID} {
				f.refuses(method+" "+id, f.call(f.owner, method, "/v2/webhooks/"+id, body[method]), http.StatusNotFound)
			}
			for _, id := range []string{abroad.owner.eventType.ID, typeid.New(typeid.EventType), "x", "%ff"} {
				f.refuses(method+" of "+id, f.call(f.owner, method, "/v2/event-types/"+id+"/webhooks/"+whole, body[method]), http.StatusNotFound)
			}
			f.refuses("another's own", f.call(f.other, method, "/v2/webhooks/"+own, body[method]), http.StatusForbidden)
			f.refuses("the organization's", f.call(f.other, method, "/v2/webhooks/"+whole, body[method]), http.StatusForbidden)
			f.refuses("nobody", f.call(nil, method, "/v2/webhooks/"+whole, body[method]), http.StatusUnauthorized)
			f.refuses("another token", f.call(f.narrowed(f.owner, domain.EventTypesWrite), method, "/v2/webhooks/"+whole, body[method]), http.StatusForbidden)
		}
		for _, id := range []string{abroad.owner.eventType.ID, typeid.New(typeid.EventType), "x"} {
			f.refuses("list of "+id, f.call(f.owner, http.MethodGet, "/v2/event-types/"+id+"/webhooks", nil), http.StatusNotFound)
			f.refuses("made of "+id, f.call(f.owner, http.MethodPost, "/v2/event-types/"+id+"/webhooks", hook()), http.StatusNotFound)
		}
		f.must(f.client.Agent.UpdateOneID(f.admin.ID).SetRole(domain.Member).Exec(viewer.System(f.t.Context())))
		f.admin.token = f.token(f.admin)
		f.refuses("its maker sees", f.call(f.admin, http.MethodGet, "/v2/webhooks/"+whole, nil), http.StatusForbidden)
		f.is("its maker ends", f.call(f.admin, http.MethodDelete, "/v2/webhooks/"+whole, nil), http.StatusOK)
		f.is("a member's by the owner", f.call(f.owner, http.MethodPatch, "/v2/webhooks/"+own, object{"active": false}), http.StatusOK)
		f.is("a member's by the owner", f.call(f.owner, http.MethodDelete, "/v2/webhooks/"+own, nil), http.StatusOK)
	})
}

func TestBadHooks(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := "/v2/webhooks/" + f.call(f.member, http.MethodPost, "/v2/webhooks", hook()).data()["id"].(string)
		bad := map[string][]any{
			"subscriberUrl": {nil, "", 7, "/hook", "ftp://example.com", "http://10.0.0.1", "https://a:b@example.com", "https://example.com/" + strings.Repeat("x", 2048), "\x00"},
			"triggers": {
				nil, []any{}, "BOOKING_CREATED", []any{"BOOKING_MADE"}, []any{""}, []any{7}, []any{"BOOKING_CREATED", "BOOKING_CREATED"},
				[]any{"MEETING_BOOKED"}, []any{"FORM_SUBMITTED"}, []any{"BOOKING_CREATED", "FORM_SUBMITTED"},
			},
			"active":          {nil, "true", 1},
			"secret":          {7, "tab\t", " padded", "ü", "whsec_short", strings.Repeat("x", 201)},
			"payloadTemplate": {7, "{}", " ", object{}},
		}
		for _, parameter := range slices.Sorted(maps.Keys(bad)) {
			for _, v := range bad[parameter] {
				what := fmt.Sprintf("%s %q", parameter, v)
				for _, path := range []string{"/v2/webhooks", "/v2/event-types/" + f.member.eventType.ID + "/webhooks"} {
					f.refuses(what, f.call(f.member, http.MethodPost, path, hook(object{parameter: v})), http.StatusBadRequest, parameter)
				}
				f.refuses("changed "+what, f.call(f.member, http.MethodPatch, made, object{parameter: v}), http.StatusBadRequest, parameter)
			}
		}
		for _, parameter := range []string{"subscriberUrl", "triggers"} {
			f.refuses("without "+parameter, f.call(f.member, http.MethodPost, "/v2/webhooks", hook(object{parameter: nothing})), http.StatusBadRequest, parameter)
		}
		for _, body := range []string{"", "[]", "null", `"x"`, "{", `{"subscriberUrl":"https://example.com","SubscriberURL":null,"triggers":["BOOKING_CREATED"]}`} {
			for _, at := range []struct{ method, path string }{{http.MethodPost, "/v2/webhooks"}, {http.MethodPatch, made}} {
				if status, _, text := f.raw(at.method, at.path, f.member.token, body); status != http.StatusBadRequest {
					f.t.Errorf("%s with the body %q: %d %s", at.method, body, status, text)
				}
			}
		}
		for _, list := range []string{"/v2/webhooks", "/v2/event-types", "/v2/event-types/" + f.member.eventType.ID + "/webhooks"} {
			for parameter, values := range map[string][]string{"take": {"0", "251", "-1", "x", "", "1.5"}, "skip": {"-1", "100001", "x", "", "99999999999999999999"}} {
				for _, v := range values {
					f.refuses(list+" "+parameter+" "+v, f.call(f.member, http.MethodGet, list+"?"+parameter+"="+v, nil), http.StatusBadRequest, parameter)
				}
			}
		}
		if n := f.client.Webhook.Query().CountX(viewer.System(f.t.Context())); n != 1 {
			f.t.Errorf("%d webhooks are there, want the good one", n)
		}
	})
}
