package graph

import (
	"cmp"
	"time"

	"slotcast/graph/model"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/signing"
	"slotcast/internal/webhook"
)

// maxHeaders is how many headers of a message are looked at.
const maxHeaders = 200

func webhookInput(in model.CreateWebhookInput) webhook.Input {
	return webhook.Input{
		SubscriberURL: in.SubscriberURL, Triggers: in.Triggers, EventTypeIDs: in.EventTypeIds,
		MeetingTypes: in.MeetingTypes, Secret: in.Secret,
		Scope:       cmp.Or(orZero(in.Scope), domain.ScopeOrganization),
		Format:      cmp.Or(orZero(in.Format), domain.FormatNative),
		Description: in.Description, SecretHeader: in.SecretHeader, Headers: in.Headers,
		PayloadTemplate: in.PayloadTemplate, OrderPolicy: orZero(in.OrderPolicy), RetrySchedule: in.RetrySchedule,
		RateLimitPerMinute: in.RateLimitPerMinute, ClientCertificate: certificateInput(in.ClientCertificate),
	}
}

func webhookChanges(in model.UpdateWebhookInput) webhook.Changes {
	return webhook.Changes{
		SubscriberURL: in.SubscriberURL, Triggers: in.Triggers, EventTypeIDs: in.EventTypeIds,
		MeetingTypes: in.MeetingTypes, Description: in.Description, SecretHeader: in.SecretHeader, Headers: in.Headers,
		PayloadTemplate: in.PayloadTemplate, OrderPolicy: in.OrderPolicy, RetrySchedule: in.RetrySchedule,
		RateLimitPerMinute: in.RateLimitPerMinute, ClientCertificate: certificateInput(in.ClientCertificate),
		RemoveClientCertificate: orZero(in.RemoveClientCertificate),
	}
}

func certificateInput(in *model.ClientCertificateInput) *webhook.CertificateInput {
	if in == nil {
		return nil
	}
	return &webhook.CertificateInput{Certificate: in.Certificate, Key: in.Key}
}

func rotationInput(in *model.RotateWebhookSecretInput) webhook.Rotation {
	if in == nil {
		return webhook.Rotation{}
	}
	return webhook.Rotation{Secret: in.Secret, OverlapMinutes: in.OverlapMinutes}
}

// received is a message as a caller got it: each header a text, or a list of texts.
func received(in model.CheckSignatureInput) (signing.Received, error) {
	if len(in.Headers) > maxHeaders {
		return signing.Received{}, apperr.BadInput("headers", "at most %d headers are taken: those of the signature are enough", maxHeaders)
	}
	out := signing.Received{Headers: map[string][]string{}, Body: []byte(in.Body), Secret: in.Secret, At: time.Now()}
	if in.ReceivedAt != nil {
		out.At = *in.ReceivedAt
	}
	for name, value := range in.Headers {
		all, ok := value.([]any)
		if !ok {
			all = []any{value}
		}
		for _, one := range all {
			text, ok := one.(string)
			if !ok {
				return signing.Received{}, apperr.BadInput("headers."+name, "a header is a text, or a list of texts where it came several times")
			}
			out.Headers[name] = append(out.Headers[name], text)
		}
	}
	return out, nil
}

func checked(valid bool, steps []signing.Step) *model.SignatureCheck {
	out := &model.SignatureCheck{Valid: valid, Steps: make([]*signing.Step, len(steps))}
	for i := range steps {
		out.Steps[i] = &steps[i]
	}
	return out
}

func previewInput(in model.PreviewPayloadTemplateInput) webhook.PreviewInput {
	return webhook.PreviewInput{
		PayloadTemplate: in.PayloadTemplate, EventID: in.EventID,
		Format: cmp.Or(orZero(in.Format), domain.FormatNative), Trigger: cmp.Or(orZero(in.Trigger), domain.MeetingBooked),
	}
}
