package booking

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// answers checks what an attendee said against the event type's questions, and
// returns it in their order. An event type that asks nothing takes everything.
func answers(field string, asked []domain.Question, given []domain.Answer) ([]domain.Answer, error) {
	out := []domain.Answer{}
	if len(asked) == 0 {
		for i, a := range given {
			a.Position = i
			out = append(out, a)
		}
		return out, nil
	}
	for i, a := range given {
		at := input.At(field, i) + ".question"
		same := func(b domain.Answer) bool { return b.Question == a.Question }
		if !slices.ContainsFunc(asked, func(q domain.Question) bool { return q.Question == a.Question }) {
			return nil, apperr.BadInput(at, "the event type does not ask %q", a.Question)
		}
		if slices.ContainsFunc(given[:i], same) {
			return nil, apperr.BadInput(at, "%q is answered twice", a.Question)
		}
	}
	for position, q := range asked {
		i := slices.IndexFunc(given, func(a domain.Answer) bool { return a.Question == q.Question })
		if i < 0 || strings.TrimSpace(given[i].Answer) == "" {
			if q.Required {
				return nil, apperr.BadInput(field, "the question %q has to be answered", q.Question)
			}
			continue
		}
		if err := fits(input.At(field, i)+".answer", q, given[i].Answer); err != nil {
			return nil, err
		}
		out = append(out, domain.Answer{Question: q.Question, Answer: given[i].Answer, Position: position})
	}
	return out, nil
}

// fits checks one answer against its question's type.
func fits(field string, q domain.Question, answer string) error {
	switch q.Type {
	case domain.QuestionNumber:
		if n, err := strconv.ParseFloat(answer, 64); err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			return apperr.BadInput(field, "%q is answered with a number, such as 12.5", q.Question)
		}
	case domain.QuestionChoice:
		if !slices.Contains(q.Choices, answer) {
			return apperr.BadInput(field, "%q is answered with one of %q", q.Question, q.Choices)
		}
	case domain.QuestionEmail:
		return input.Email(field, answer)
	case domain.QuestionPhone:
		digits := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" ()-./", r) {
				return -1
			}
			return r
		}, strings.TrimPrefix(answer, "+"))
		if len(digits) < 3 || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
			return apperr.BadInput(field, "%q is answered with a phone number, such as +34 600 000 000", q.Question)
		}
	case domain.QuestionText:
	}
	return nil
}
