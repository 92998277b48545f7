package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/app/apptest"
)

const previewQuery = `query($in: PreviewPayloadTemplateInput!) { previewPayloadTemplate(input: $in) { eventId body input } }`

type preview struct {
	PreviewPayloadTemplate struct {
		EventID     *string
		Body, Input string
	}
}

// A template is tried on the newest event or, as long as there is none, on a sample;
// what is kept is what was tried.
func TestPayloadTemplate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		const text = `{"text": "{{ meetData.attendees[0].name }} booked {{ meetData.eventName }}", "ids": "{{ meetData.externalIds }}"}`
		var sample, past preview
		o.Do(t, previewQuery, in(vars{"payloadTemplate": text}), &sample)
		want := `{"text":"Ana Ruiz booked Intro call","ids":[]}`
		if got := sample.PreviewPayloadTemplate; got.EventID != nil || got.Body != want {
			t.Errorf("of a sample: %+v", got)
		}
		o.book(t, 10)
		o.Do(t, previewQuery, in(vars{"payloadTemplate": text}), &past)
		got := past.PreviewPayloadTemplate
		if got.EventID == nil || !strings.HasPrefix(*got.EventID, "evt_") || !json.Valid([]byte(got.Input)) {
			t.Fatalf("of an event: %+v", got)
		}
		if diff := cmp.Diff(`{"text":"Ana Ruiz booked Intro call","ids":["hubspot:8841"]}`, got.Body); diff != "" {
			t.Errorf("of an event (-want +got):\n%s", diff)
		}
		err := o.Try(t.Context(), previewQuery, in(vars{"payloadTemplate": "{\n\"a\": \"{{ meetData.nothing }}\"}"}), nil)
		if !apptest.HasCode(err, "BAD_USER_INPUT") || !strings.Contains(err.Error(), `line 2, column 19: there is no "nothing" here`) {
			t.Errorf("what does not work: %v", err)
		}
		const create = `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { payloadTemplate } } }`
		hook := vars{"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED"}, "payloadTemplate": `{"a": "{{ meetData.nothing }}"}`}
		if err := o.Try(t.Context(), create, in(hook), nil); !apptest.HasCode(err, "BAD_USER_INPUT") {
			t.Errorf("saved: %v", err)
		}
		hook["payloadTemplate"] = text
		var made struct {
			CreateWebhook struct {
				Webhook struct{ PayloadTemplate string }
			}
		}
		o.Do(t, create, in(hook), &made)
		if diff := cmp.Diff(text, made.CreateWebhook.Webhook.PayloadTemplate); diff != "" {
			t.Errorf("kept (-want +got):\n%s", diff)
		}
	})
}
