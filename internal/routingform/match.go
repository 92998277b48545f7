package routingform

import (
	"math/big"
	"slices"
	"strings"
	"unicode"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// said is an answer, ready to be compared: a number, or a text whose upper and
// lower case are the same.
type said struct {
	number *big.Rat // of a question for a number
	text   string
}

// read makes the answers ready, by the texts of their questions. A question that
// was left open is not among them.
func read(questions []domain.FormQuestion, answers []domain.FormAnswer) map[string]said {
	out := make(map[string]said, len(answers))
	for _, a := range answers {
		of := func(q domain.FormQuestion) bool { return q.ID == a.QuestionID }
		if i := slices.IndexFunc(questions, of); i >= 0 {
			out[a.Question] = sayingOf(questions[i].Type, a.Answer)
		}
	}
	return out
}

func sayingOf(t domain.QuestionType, s string) said {
	if t == domain.QuestionNumber {
		return said{number: input.Number(s)} // checked before
	}
	return said{text: folded(s)}
}

// ways are the destinations of the routes that take the answers, in the order of
// the form, and last the fallback.
func ways(form *ent.RoutingForm, answers []domain.FormAnswer) []domain.FormDestination {
	all := read(form.Questions, answers)
	var out []domain.FormDestination
	for _, r := range form.Routes {
		if takes(r, all) {
			out = append(out, r.Destination)
		}
	}
	return append(out, *form.Fallback)
}

// takes reports whether a route takes the answers. One without conditions takes
// all there are, whatever its match.
func takes(r domain.FormRoute, all map[string]said) bool {
	met := func(c domain.FormCondition) bool {
		a, answered := all[c.Question]
		return meets(c, a, answered)
	}
	unmet := func(c domain.FormCondition) bool { return !met(c) }
	if r.Match == domain.MatchAny && len(r.Conditions) > 0 {
		return slices.ContainsFunc(r.Conditions, met)
	}
	return !slices.ContainsFunc(r.Conditions, unmet)
}

// meets reports whether an answer, if there is one, meets a condition; see
// [domain.ConditionOperator].
func meets(c domain.FormCondition, a said, answered bool) bool {
	switch c.Operator {
	case domain.Answered:
		return answered
	case domain.NotAnswered:
		return !answered
	case domain.Equals:
		return answered && a.equals(c.Value)
	case domain.NotEquals:
		return !answered || !a.equals(c.Value)
	case domain.Contains:
		return answered && strings.Contains(a.text, folded(c.Value))
	case domain.NotContains:
		return !answered || !strings.Contains(a.text, folded(c.Value))
	case domain.GreaterThan:
		return answered && a.compare(c.Value) > 0
	case domain.LessThan:
		return answered && a.compare(c.Value) < 0
	}
	return false
}

func (a said) equals(value string) bool {
	if a.number != nil {
		return input.Number(value) != nil && a.compare(value) == 0
	}
	return a.text == folded(value)
}

// compare is 0 where one of the two is no number.
func (a said) compare(value string) int {
	n := input.Number(value)
	if n == nil || a.number == nil {
		return 0
	}
	return a.number.Cmp(n)
}

// folded writes a text with the least of the letters that differ only in case.
// Two texts are equal then where strings.EqualFold finds them so, and one is
// found within another likewise.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}
