package booking

import (
	"slices"
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
		if err := input.Answer(input.At(field, i)+".answer", q, given[i].Answer); err != nil {
			return nil, err
		}
		out = append(out, domain.Answer{Question: q.Question, Answer: given[i].Answer, Position: position})
	}
	return out, nil
}
