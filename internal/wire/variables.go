package wire

import "slotcast/internal/domain"

// Variables are the keys that bodies of a format have at their top, in whatever
// event: what templates can speak of.
func Variables(format domain.WebhookFormat) []string {
	switch format {
	case domain.FormatNative:
		return []string{"eventType", "meetData", "formData"}
	case domain.FormatCalendly:
		return []string{"event", "created_at", "created_by", "payload"}
	case domain.FormatCalcom:
		return []string{"triggerEvent", "createdAt", "payload"}
	}
	return nil
}
