package template

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

const (
	opening = "{{"
	closing = "}}"
)

// text is a text of the template that holds expressions.
type text struct {
	parts []part
}

// part is an expression, or what stands between two of them.
type part struct {
	plain string
	node  ast.Node // nil: plain
	place place
}

// place is where an expression stands in the template.
type place struct {
	literal int // the byte of the opening quote
	skip    int // characters of the text before the expression
}

// alone reports whether the text is one expression and nothing else.
func (t *text) alone() bool { return len(t.parts) == 1 }

// compileText takes a text apart; at is where its literal begins.
func (c *compiler) compileText(s string, at int) (any, error) {
	if !strings.Contains(s, opening) {
		return s, nil
	}
	t := &text{}
	for rest := s; rest != ""; {
		plain, after, found := strings.Cut(rest, opening)
		if plain != "" {
			t.parts = append(t.parts, part{plain: plain})
		}
		if !found {
			break
		}
		p := place{literal: at, skip: utf8.RuneCountInString(s[:len(s)-len(after)])}
		end, err := endOf(after)
		if err == nil {
			var node ast.Node
			if node, err = c.expression(after[:end]); err == nil {
				t.parts = append(t.parts, part{node: node, place: p})
				rest = after[end+len(closing):]
				continue
			}
		}
		return nil, c.located(p, err)
	}
	return t, nil
}

// endOf finds where an expression ends: at the first }} that is neither in quotes
// nor closes braces of its own.
func endOf(s string) (int, error) {
	depth, quote, chars := 0, byte(0), 0
	for i := 0; i < len(s); i++ {
		if utf8.RuneStart(s[i]) {
			chars++
		}
		switch b := s[i]; {
		case quote != 0:
			if b == '\\' && quote != '`' {
				i++
			} else if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'' || b == '`':
			quote = b
		case depth == 0 && strings.HasPrefix(s[i:], closing):
			return i, nil
		case strings.IndexByte("([{", b) >= 0:
			if depth++; depth > maxDepth {
				return 0, &fault{chars, fmt.Sprintf("the expression is nested deeper than %d levels", maxDepth)}
			}
		case strings.IndexByte(")]}", b) >= 0:
			depth--
		}
	}
	return 0, &fault{-len(opening), "this {{ is not closed by }}; for the characters themselves, write {{ \"{{\" }}"}
}

// located turns a fault of an expression into an error at its place.
func (c *source) located(p place, err error) error {
	f, ok := err.(*fault) //nolint:errorlint // faults are made here and never wrapped
	if !ok {
		return err
	}
	return errorAt(c.text, c.offset(p.literal, p.skip+f.at), f.words)
}

// source is a template's text.
type source struct{ text string }

// offset is the byte behind which a literal's given number of characters stand.
func (c *source) offset(literal, chars int) int {
	i := literal + 1
	for ; chars > 0 && i < len(c.text); chars-- {
		i += width(c.text[i:])
	}
	return i
}

// width is how many bytes of JSON write the next character.
func width(s string) int {
	if s[0] != '\\' {
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	if len(s) < 6 || s[1] != 'u' {
		return min(2, len(s))
	}
	high, _ := strconv.ParseUint(s[2:6], 16, 16)
	if high >= 0xD800 && high < 0xDC00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, _ := strconv.ParseUint(s[8:12], 16, 16); low >= 0xDC00 && low < 0xE000 {
			return 12
		}
	}
	return 6
}
