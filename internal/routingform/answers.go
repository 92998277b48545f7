package routingform

import (
	"slices"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// The bounds of a submission, in bytes.
const (
	maxAnswer   = 10_000
	maxAnswers  = 64 << 10 // all of them together
	maxTracking = 4 << 10
)

// AnswerInput is an answer. Its question is named by id or by text: exactly one
// of them.
type AnswerInput struct {
	QuestionID *string
	Question   *string
	Answer     string
}

// check refuses what can be judged without the database, and puts the rest into
// the form that is kept.
func (in *SubmitInput) check() error {
	if len(in.Answers) > maxQuestions {
		return apperr.BadInput("answers", "at most %d answers are taken", maxQuestions)
	}
	size := 0
	for i, a := range in.Answers {
		field := input.At("answers", i)
		if (a.QuestionID == nil) == (a.Question == nil) {
			return apperr.BadInput(field+".question", "name the question by its id or by its text: one of the two")
		}
		err := input.First(
			input.Optional(field+".questionId", a.QuestionID, maxID),
			input.Optional(field+".question", a.Question, maxQuestion),
			input.Text(field+".answer", a.Answer, maxAnswer),
		)
		if err != nil {
			return err
		}
		size += len(a.Answer)
	}
	if size > maxAnswers {
		return apperr.BadInput("answers", "all answers together are at most %d KiB: shorten them", maxAnswers>>10)
	}
	var badTracking error
	in.Tracking, badTracking = input.Object("tracking", in.Tracking, maxTracking)
	return input.First(input.Text("routingFormId", in.RoutingFormID, maxID), badTracking)
}

// answered checks what was said against the form's questions, and returns it in
// their order. What is blank was not said.
func answered(questions []domain.FormQuestion, given []AnswerInput) ([]domain.FormAnswer, error) {
	about := map[string]int{} // by the question's id: where the answer is
	for i, a := range given {
		field, is := a.names(input.At("answers", i))
		at := slices.IndexFunc(questions, is)
		if at < 0 {
			return nil, apperr.BadInput(field, "the form does not ask this: name one of its questions")
		}
		q := questions[at]
		if _, twice := about[q.ID]; twice {
			return nil, apperr.BadInput(field, "%q is answered twice", q.Question)
		}
		about[q.ID] = i
	}
	out := []domain.FormAnswer{}
	for _, q := range questions {
		i, there := about[q.ID]
		if !there || strings.TrimSpace(given[i].Answer) == "" {
			if q.Required {
				return nil, apperr.BadInput("answers", "the question %q has to be answered", q.Question)
			}
			continue
		}
		if err := input.Answer(input.At("answers", i)+".answer", asked(q), given[i].Answer); err != nil {
			return nil, err
		}
		out = append(out, domain.FormAnswer{QuestionID: q.ID, Question: q.Question, Answer: given[i].Answer})
	}
	return out, nil
}

// names returns the path of what names the question, and what finds it.
func (a AnswerInput) names(field string) (string, func(domain.FormQuestion) bool) {
	if a.QuestionID != nil {
		return field + ".questionId", func(q domain.FormQuestion) bool { return q.ID == *a.QuestionID }
	}
	return field + ".question", func(q domain.FormQuestion) bool { return q.Question == *a.Question }
}
