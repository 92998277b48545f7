package routingform

import (
	"slices"

	"github.com/google/uuid"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// Input describes a form; see the GraphQL input CreateRoutingFormInput, which
// also says what its defaults are: here only the fallback has one.
type Input struct {
	Name      string
	Questions []domain.Question
	Routes    []domain.FormRoute
	Fallback  *domain.FormDestination // nil: a message of thanks
	Status    domain.RoutingFormStatus
}

// Changes describes what to change; nil leaves as it is, and routes that are an
// empty list are taken away.
type Changes struct {
	Name      *string
	Questions []domain.Question
	Routes    []domain.FormRoute
	Fallback  *domain.FormDestination
	Status    *domain.RoutingFormStatus
}

// thanks is where a submission leads to that leads nowhere else.
func thanks() *domain.FormDestination {
	return &domain.FormDestination{Type: domain.ToCustomMessage, Value: "Thank you for your answers."}
}

// onto returns what the form is to be.
func (c Changes) onto(form *ent.RoutingForm) *Input {
	in := &Input{Name: form.Name, Routes: form.Routes, Fallback: form.Fallback, Status: form.Status}
	for _, q := range form.Questions {
		in.Questions = append(in.Questions, asked(q))
	}
	if c.Name != nil {
		in.Name = *c.Name
	}
	if c.Questions != nil {
		in.Questions = c.Questions
	}
	if c.Routes != nil {
		in.Routes = c.Routes
	}
	if c.Fallback != nil {
		in.Fallback = c.Fallback
	}
	if c.Status != nil {
		in.Status = *c.Status
	}
	return in
}

// write sets all fields. before are the questions that the form had.
func (in *Input) write(m *ent.RoutingFormMutation, before []domain.FormQuestion) {
	m.SetName(in.Name)
	m.SetStatus(in.Status)
	m.SetQuestions(identified(in.Questions, before))
	m.SetRoutes(append([]domain.FormRoute{}, in.Routes...))
	m.SetFallback(in.Fallback)
}

// identified gives each question the id that one of the same text had before, or
// a new one.
func identified(questions []domain.Question, before []domain.FormQuestion) []domain.FormQuestion {
	out := make([]domain.FormQuestion, len(questions))
	for i, q := range questions {
		out[i] = domain.FormQuestion{Question: q.Question, Type: q.Type, Required: q.Required, Choices: q.Choices}
		same := func(b domain.FormQuestion) bool { return b.Question == q.Question }
		if at := slices.IndexFunc(before, same); at >= 0 {
			out[i].ID = before[at].ID
		} else {
			out[i].ID = uuid.NewString()
		}
	}
	return out
}

// asked is a question without its id.
func asked(q domain.FormQuestion) domain.Question {
	return domain.Question{Question: q.Question, Type: q.Type, Required: q.Required, Choices: q.Choices}
}
