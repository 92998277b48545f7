package wire

import (
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// RoutingForm is a routing form as the facade shows it.
type RoutingForm struct {
	URI          string         `json:"uri"`
	Organization string         `json:"organization"`
	Name         string         `json:"name"`
	Status       string         `json:"status"` // draft or published
	Questions    []FormQuestion `json:"questions"`
	CreatedAt    string         `json:"created_at"`
	UpdatedAt    string         `json:"updated_at"`
}

// FormQuestion is a question of a routing form.
type FormQuestion struct {
	UUID          string   `json:"uuid"`
	Name          string   `json:"name"`
	Type          string   `json:"type"` // text, number, select, email or phone
	Required      bool     `json:"required"`
	AnswerChoices []string `json:"answer_choices"` // of a select; else null
}

// RoutingFormOf shows a routing form.
func (l Links) RoutingFormOf(f *ent.RoutingForm) RoutingForm {
	return RoutingForm{
		URI: l.RoutingForm(f.ID), Organization: l.Organization(f.AppID), Name: f.Name, Status: strings.ToLower(string(f.Status)),
		Questions: each(f.Questions, func(q domain.FormQuestion) FormQuestion {
			return FormQuestion{UUID: q.ID, Name: q.Question, Type: formQuestionType(q.Type), Required: q.Required, AnswerChoices: q.Choices}
		}),
		CreatedAt: micros(f.CreatedAt), UpdatedAt: micros(f.UpdatedAt),
	}
}

func formQuestionType(t domain.QuestionType) string {
	if t == domain.QuestionChoice {
		return "select"
	}
	return strings.ToLower(string(t))
}

// FormSubmission is what was submitted to a routing form, as the facade shows it.
type FormSubmission struct {
	URI                 string       `json:"uri"`
	RoutingForm         string       `json:"routing_form"`
	QuestionsAndAnswers []FormAnswer `json:"questions_and_answers"`
	Tracking            Tracking     `json:"tracking"`
	Result              FormResult   `json:"result"`
	Submitter           *string      `json:"submitter"`
	SubmitterType       *string      `json:"submitter_type"`
	CreatedAt           string       `json:"created_at"`
	UpdatedAt           string       `json:"updated_at"`
}

// FormAnswer is an answer, with its question as it read then.
type FormAnswer struct {
	QuestionUUID string `json:"question_uuid"`
	Question     string `json:"question"`
	Answer       string `json:"answer"`
}

// FormResult is where the submission has led.
type FormResult struct {
	Type  string `json:"type"`  // event_type, external_url or custom_message
	Value string `json:"value"` // the event type's URI, the URL, or the message
}

// FormSubmissionOf shows what was submitted. The submitter is the newest of the
// attendees who have booked on its account; nil where nobody has.
func (l Links) FormSubmissionOf(s *ent.RoutingFormSubmission, submitter *ent.Attendee) FormSubmission {
	out := FormSubmission{
		URI: l.FormSubmission(s.ID), RoutingForm: l.RoutingForm(s.RoutingFormID),
		QuestionsAndAnswers: each(s.Answers, func(a domain.FormAnswer) FormAnswer {
			return FormAnswer{QuestionUUID: a.QuestionID, Question: a.Question, Answer: a.Answer}
		}),
		Tracking:  trackingOf(s.Tracking),
		Result:    FormResult{Type: strings.ToLower(string(s.Result.Type)), Value: s.Result.Value},
		CreatedAt: micros(s.CreatedAt), UpdatedAt: micros(s.UpdatedAt),
	}
	if s.Result.Type == domain.ToEventType {
		out.Result.Value = l.EventType(s.Result.Value)
	}
	if submitter != nil {
		out.Submitter, out.SubmitterType = new(l.Invitee(submitter.MeetingID, submitter.ID)), new("Invitee")
	}
	return out
}
