package template

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error says what is wrong with a template, or with what it was to be made of, and
// where in the template. It is meant for whoever wrote that.
type Error struct {
	Line, Column int // of the template, from 1; columns are characters
	Words        string
}

func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Words)
}

// errorAt names the place of a byte of the text.
func errorAt(text string, offset int, words string) *Error {
	before := text[:min(max(offset, 0), len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return &Error{
		Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[start:]) + 1, Words: words,
	}
}

// fault is an error at a character of an expression.
type fault struct {
	at    int
	words string
}

func (f *fault) Error() string { return f.words }

// shown is the beginning of a text from a body, for an error's words.
func shown(s string) string {
	const most = 40
	for i, n := 0, 0; i < len(s); n++ {
		if n == most {
			return fmt.Sprintf("%q…", s[:i])
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return fmt.Sprintf("%q", s)
}
