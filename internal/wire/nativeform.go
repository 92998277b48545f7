package wire

import (
	"slotcast/ent"
	"slotcast/internal/domain"
)

// nativeForm is the body of the format NATIVE for what was submitted to a
// routing form.
type nativeForm struct {
	EventType string     `json:"eventType"`
	FormData  submission `json:"formData"`
}

type submission struct {
	ID          string         `json:"_id"`
	AppID       string         `json:"appId"`
	FormID      string         `json:"formId"`
	FormName    string         `json:"formName"`
	Answers     []formAnswer   `json:"answers"`
	Tracking    map[string]any `json:"tracking"`
	Result      destination    `json:"result"`
	SubmittedAt string         `json:"submittedAt"`
}

type formAnswer struct {
	QuestionID string `json:"questionId"`
	Question   string `json:"question"`
	Answer     string `json:"answer"`
}

type destination struct {
	Type  string `json:"type"`
	Value string `json:"value"` // the event type's id, the URL, or the message
}

func toSubmission(s *ent.RoutingFormSubmission) submission {
	return submission{
		ID: s.ID, AppID: s.AppID, FormID: s.RoutingFormID, FormName: formName(s),
		Answers:     each(s.Answers, func(a domain.FormAnswer) formAnswer { return formAnswer(a) }),
		Tracking:    orEmpty(s.Tracking),
		Result:      toDestination(s.Result),
		SubmittedAt: instant(s.CreatedAt),
	}
}

func toDestination(d *domain.FormDestination) destination {
	return destination{Type: string(d.Type), Value: d.Value}
}

// formName is the form's name as it was then: events come with the form.
func formName(s *ent.RoutingFormSubmission) string {
	if s.Edges.RoutingForm == nil {
		return ""
	}
	return s.Edges.RoutingForm.Name
}
