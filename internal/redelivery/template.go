package redelivery

import (
	"slotcast/ent"
	"slotcast/internal/webhook"
)

// templated is what a webhook's payloadTemplate, if it has one, makes of a body.
func templated(w *ent.Webhook, body []byte) ([]byte, error) {
	if w.PayloadTemplate == nil {
		return body, nil
	}
	t, err := webhook.CompileTemplate(*w.PayloadTemplate, w.Format)
	if err != nil {
		return nil, err
	}
	return t.Execute(body)
}
