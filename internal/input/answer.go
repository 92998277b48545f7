package input

import (
	"math/big"
	"slices"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// Answer checks what was answered to a question against the question's type.
func Answer(field string, q domain.Question, answer string) error {
	switch q.Type {
	case domain.QuestionNumber:
		if Number(answer) == nil {
			return apperr.BadInput(field, "%q is answered with a number, such as 12.5", q.Question)
		}
	case domain.QuestionChoice:
		if !slices.Contains(q.Choices, answer) {
			return apperr.BadInput(field, "%q is answered with one of %q", q.Question, q.Choices)
		}
	case domain.QuestionEmail:
		return Email(field, answer)
	case domain.QuestionPhone:
		if !isPhone(answer) {
			return apperr.BadInput(field, "%q is answered with a phone number, such as +34 600 000 000", q.Question)
		}
	case domain.QuestionText:
	}
	return nil
}

// Number reads the answer to a question for a number, exactly: digits, at most
// 30 before and 30 behind a point, such as -12.5. It is nil for what is none.
func Number(s string) *big.Rat {
	whole, rest, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := func(s string) bool { return len(s) >= 1 && len(s) <= 30 && strings.Trim(s, "0123456789") == "" }
	if !digits(whole) || point && !digits(rest) {
		return nil
	}
	n, _ := new(big.Rat).SetString(s)
	return n
}

func isPhone(s string) bool {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ()-./", r) {
			return -1
		}
		return r
	}, strings.TrimPrefix(s, "+"))
	return len(digits) >= 3 && len(digits) <= 20 && strings.Trim(digits, "0123456789") == ""
}
