package input

import (
	"slices"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// QuestionBounds are what a list of questions may be.
type QuestionBounds struct {
	Least, Most int
	Text        int  // of a question, in bytes
	Choices     int  // of one question
	Choice      int  // in bytes
	CaseBlind   bool // choices must differ in more than upper and lower case
}

// Questions checks the questions that somebody is to be asked.
func Questions(field string, all []domain.Question, b QuestionBounds) error {
	if len(all) < b.Least || len(all) > b.Most {
		return apperr.BadInput(field, "from %d to %d questions are taken", b.Least, b.Most)
	}
	texts := map[string]bool{}
	for i, q := range all {
		at := At(field, i)
		if err := First(Line(at+".question", q.Question, b.Text), Member(at+".type", q.Type)); err != nil {
			return err
		}
		if texts[q.Question] {
			return apperr.BadInput(at+".question", "this question is there twice: ask it once")
		}
		texts[q.Question] = true
		if err := b.choices(at+".choices", q); err != nil {
			return err
		}
	}
	return nil
}

func (b QuestionBounds) choices(field string, q domain.Question) error {
	if q.Type != domain.QuestionChoice {
		if len(q.Choices) > 0 {
			return apperr.BadInput(field, "only a CHOICE has choices: leave them out, or change the type")
		}
		return nil
	}
	if len(q.Choices) == 0 || len(q.Choices) > b.Choices {
		return apperr.BadInput(field, "a CHOICE has from 1 to %d choices", b.Choices)
	}
	for i, c := range q.Choices {
		if err := Line(At(field, i), c, b.Choice); err != nil {
			return err
		}
		same := func(before string) bool { return before == c || b.CaseBlind && strings.EqualFold(before, c) }
		if slices.ContainsFunc(q.Choices[:i], same) {
			return apperr.BadInput(At(field, i), "this choice is there already: offer it once")
		}
	}
	return nil
}
