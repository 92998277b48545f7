package routingform

import (
	"encoding/json"
	"slices"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// The bounds of a form; of texts, in bytes.
const (
	maxName     = 200
	maxID       = 200
	maxQuestion = 500
	maxChoice   = 200
	maxValue    = 1000
	maxURL      = 2048
	maxMessage  = 5000

	maxQuestions  = 50
	maxChoices    = 100
	maxRoutes     = 50
	maxConditions = 10

	// maxForm is how much a form is in all, as JSON: each of its submissions is
	// told with the form as it was.
	maxForm = 128 << 10
)

// check refuses what can be judged without the database.
func (in *Input) check() error {
	return input.First(
		input.Name("name", in.Name, maxName),
		checkQuestions(in.Questions),
		in.checkRoutes(),
		checkDestination("fallback", *in.Fallback),
		input.Member("status", in.Status),
		in.checkSize(),
	)
}

// checkQuestions: routes do not tell upper from lower case, so choices must
// differ in more than that.
func checkQuestions(all []domain.Question) error {
	return input.Questions("questions", all, input.QuestionBounds{
		Least: 1, Most: maxQuestions, Text: maxQuestion, Choices: maxChoices, Choice: maxChoice, CaseBlind: true,
	})
}

func (in *Input) checkRoutes() error {
	if len(in.Routes) > maxRoutes {
		return apperr.BadInput("routes", "at most %d routes are taken", maxRoutes)
	}
	for i, r := range in.Routes {
		field := input.At("routes", i)
		if len(r.Conditions) > maxConditions {
			return apperr.BadInput(field+".conditions", "at most %d conditions are taken", maxConditions)
		}
		if err := input.Member(field+".match", r.Match); err != nil {
			return err
		}
		for j, c := range r.Conditions {
			if err := in.checkCondition(input.At(field+".conditions", j), c); err != nil {
				return err
			}
		}
		if err := checkDestination(field+".destination", r.Destination); err != nil {
			return err
		}
	}
	return nil
}

func (in *Input) checkCondition(field string, c domain.FormCondition) error {
	if err := input.Text(field+".question", c.Question, maxQuestion); err != nil {
		return err
	}
	at := slices.IndexFunc(in.Questions, func(q domain.Question) bool { return q.Question == c.Question })
	if at < 0 {
		return apperr.BadInput(field+".question", "the form does not ask %q: name one of its questions, letter by letter", c.Question)
	}
	return input.First(
		input.Member(field+".operator", c.Operator),
		checkOperator(field+".operator", c.Operator, in.Questions[at].Type),
		checkValue(field+".value", c, in.Questions[at]),
	)
}

func checkOperator(field string, o domain.ConditionOperator, t domain.QuestionType) error {
	switch number := t == domain.QuestionNumber; o {
	case domain.GreaterThan, domain.LessThan:
		if !number {
			return apperr.BadInput(field, "%s compares the answers to a NUMBER, and the question is a %s: choose another operator", o, t)
		}
	case domain.Contains, domain.NotContains:
		if number {
			return apperr.BadInput(field, "%s looks into texts, and the question is a NUMBER: choose another operator", o)
		}
	case domain.Equals, domain.NotEquals, domain.Answered, domain.NotAnswered:
	}
	return nil
}

func checkValue(field string, c domain.FormCondition, q domain.Question) error {
	switch c.Operator {
	case domain.Answered, domain.NotAnswered:
		if c.Value != "" {
			return apperr.BadInput(field, "%s compares with nothing: leave the value out", c.Operator)
		}
		return nil
	case domain.Equals, domain.NotEquals, domain.Contains, domain.NotContains, domain.GreaterThan, domain.LessThan:
	}
	if c.Value == "" {
		return apperr.BadInput(field, "%s needs a value to compare with; for questions left open there is NOT_ANSWERED", c.Operator)
	}
	if err := input.Text(field, c.Value, maxValue); err != nil {
		return err
	}
	same := func(choice string) bool { return strings.EqualFold(choice, c.Value) }
	switch whole := c.Operator == domain.Equals || c.Operator == domain.NotEquals; {
	case q.Type == domain.QuestionNumber:
		if input.Number(c.Value) == nil {
			return apperr.BadInput(field, "the question is a NUMBER: compare it with one, such as 12.5")
		}
	case whole && q.Type == domain.QuestionChoice && !slices.ContainsFunc(q.Choices, same):
		return apperr.BadInput(field, "nobody can answer so: compare with one of the choices %q", q.Choices)
	}
	return nil
}

func (in *Input) checkSize() error {
	b, err := json.Marshal(in)
	if err != nil || len(b) > maxForm {
		return apperr.New(apperr.LimitExceeded, "a form is at most %d KiB in all: shorten its choices, values or messages", maxForm>>10)
	}
	return nil
}
