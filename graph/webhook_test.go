package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const webhookFields = `{ id subscriberUrl triggers eventTypeIds meetingTypes scope format state description secretHeader headers }`

func TestWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		var made struct {
			CreateWebhook struct {
				Webhook map[string]any
				Secret  string
			}
		}
		o.Do(t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret webhook `+webhookFields+` } }`, in(vars{
			"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED", "MEETING_CANCELED"},
			"eventTypeIds": []string{o.eventType.ID}, "meetingTypes": []string{"SOLO"}, "description": "CRM",
			"secretHeader": "X-Token", "headers": vars{"X-Team": "sales"},
		}), &made)
		id := made.CreateWebhook.Webhook["id"]
		want := vars{
			"id": id, "subscriberUrl": "https://example.com/hook", "triggers": []any{"MEETING_BOOKED", "MEETING_CANCELED"},
			"eventTypeIds": []any{o.eventType.ID}, "meetingTypes": []any{"SOLO"}, "scope": "ORGANIZATION", "format": "NATIVE",
			"state": "ACTIVE", "description": "CRM", "secretHeader": "X-Token", "headers": vars{"X-Team": "sales"},
		}
		if diff := cmp.Diff(want, made.CreateWebhook.Webhook); diff != "" {
			t.Errorf("made (-want +got):\n%s", diff)
		}
		if !strings.HasPrefix(made.CreateWebhook.Secret, "whsec_") {
			t.Errorf("secret %q", made.CreateWebhook.Secret)
		}

		var changed struct{ UpdateWebhook map[string]any }
		o.Do(t, `mutation($id: ID!, $in: UpdateWebhookInput!) { updateWebhook(id: $id, input: $in) `+webhookFields+` }`,
			vars{"id": id, "in": vars{"subscriberUrl": "https://example.com/other", "meetingTypes": []string{}, "headers": vars{}}}, &changed)
		want["subscriberUrl"], want["meetingTypes"], want["headers"] = "https://example.com/other", []any{}, vars{}
		if diff := cmp.Diff(want, changed.UpdateWebhook); diff != "" {
			t.Errorf("changed (-want +got):\n%s", diff)
		}

		var read struct{ Webhook, Node map[string]any }
		query := `query($id: ID!) { webhook(id: $id) ` + webhookFields + ` node(id: $id) { ... on Webhook ` + webhookFields + ` } }`
		o.Do(t, query, vars{"id": id}, &read)
		if diff := cmp.Diff([]map[string]any{want, want}, []map[string]any{read.Webhook, read.Node}); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}

		var gone struct{ DeleteWebhook string }
		o.Do(t, `mutation($id: ID!) { deleteWebhook(id: $id) }`, vars{"id": id}, &gone)
		err := o.Try(t.Context(), query, vars{"id": id}, nil)
		if gone.DeleteWebhook != id || !apptest.HasCode(err, "NOT_FOUND") {
			t.Errorf("deleted %s: %v", gone.DeleteWebhook, err)
		}
	})
}

func TestWebhookWithoutASecretGetsNone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		var made struct{ CreateWebhook struct{ Secret *string } }
		s.tenant(t).Do(t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret } }`, in(vars{
			"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED"}, "secret": "",
		}), &made)
		if made.CreateWebhook.Secret != nil {
			t.Errorf("secret %q", *made.CreateWebhook.Secret)
		}
	})
}

// TestWebhooksOfMembers: they are of scope USER, which is not the default.
func TestWebhooksOfMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		member := s.member(t, o, "ben", domain.Member)
		hook := vars{"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED"}}
		member.refused(t, badInput{"default", createWebhook, in(hook), "FORBIDDEN", "scope"})
		theirs := o.run(t, createWebhook, in(hook))["webhook"].(vars)["id"]
		member.refused(t, badInput{"another's", `mutation($id: ID!) { deleteWebhook(id: $id) }`, vars{"id": theirs}, "NOT_FOUND", "id"})
		mine := member.run(t, createWebhook, in(with(hook, "scope", "USER")))["webhook"].(vars)["id"]
		var list struct {
			Webhooks struct {
				Edges []struct{ Node struct{ ID string } }
			}
		}
		member.Do(t, `{ webhooks { edges { node { id } } } }`, nil, &list)
		if edges := list.Webhooks.Edges; len(edges) != 1 || edges[0].Node.ID != mine {
			t.Errorf("he sees %v, made %v", edges, mine)
		}
		s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksRead})}).
			refused(t, badInput{"by a reader", createWebhook, in(hook), "FORBIDDEN", ""})
	})
}

// TestWebhookFormats: those of the facade are made here, too. Of CALENDLY there is
// one for each URL and scope.
func TestWebhookFormats(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		for _, format := range []string{"CALENDLY", "CALCOM"} {
			hook := vars{
				"subscriberUrl": "https://example.com/hook", "format": format, "secret": "open sesame",
				"triggers": []string{"MEETING_BOOKED", "ROUTING_FORM_SUBMITTED"},
			}
			var made struct {
				CreateWebhook struct {
					Webhook map[string]any
					Secret  string
				}
			}
			o.Do(t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret webhook `+webhookFields+` } }`, in(hook), &made)
			w := made.CreateWebhook.Webhook
			if w["format"] != format || made.CreateWebhook.Secret != "open sesame" {
				t.Errorf("made %v with the secret %q", w, made.CreateWebhook.Secret)
			}
			if format == "CALENDLY" {
				o.refused(t, badInput{"a second one", createWebhook, in(hook), "CONFLICT", "subscriberUrl"})
			} else {
				o.run(t, createWebhook, in(hook))
			}
			other := o.run(t, createWebhook, in(with(hook, "subscriberUrl", "https://example.com/other")))["webhook"].(vars)["id"]
			move := badInput{
				"moved onto another", `mutation($id: ID!, $in: UpdateWebhookInput!) { updateWebhook(id: $id, input: $in) { id } }`,
				vars{"id": other, "in": vars{"subscriberUrl": "https://example.com/hook"}}, "CONFLICT", "subscriberUrl",
			}
			if format == "CALENDLY" {
				o.refused(t, move)
			}
			o.refused(t, badInput{"forms of an agent", createWebhook, in(with(hook, "scope", "USER")), "BAD_USER_INPUT", "triggers"})
		}
	})
}
