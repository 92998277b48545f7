package input_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	long, nul, broken := strings.Repeat("é", 6), "a\x00", "a\xff"
	for name, c := range map[string]struct {
		check     func(s string) error
		good, bad []string
	}{
		"text":  {func(s string) error { return input.Text("f", s, 10) }, []string{"", "ééééé"}, []string{long, nul, broken}},
		"name":  {func(s string) error { return input.Name("f", s, 10) }, []string{" a"}, []string{"", " \t", long, nul}},
		"line":  {func(s string) error { return input.Line("f", s, 10) }, []string{" a"}, []string{"", " \t", long, nul}},
		"texts": {func(s string) error { return input.Texts("f", []string{s}, 10) }, []string{""}, nil},
		"email": {
			func(s string) error { return input.Email("f", s) }, []string{"ana@example.org"},
			[]string{"", "ana", "Ana <ana@example.org>", " ana@example.org", strings.Repeat("a", 320) + "@example.org"},
		},
		"zone": {
			func(s string) error { return input.Zone("f", s) }, []string{"Europe/Berlin", "UTC"},
			[]string{"", "Local", "Mars/Olympus", "../etc/passwd", strings.Repeat("a", 65)},
		},
		"member": {func(s string) error { return input.Member("f", domain.Role(s)) }, []string{"OWNER"}, []string{"", "owner"}},
	} {
		for _, s := range c.good {
			if err := c.check(s); err != nil {
				t.Errorf("%s %q: %v", name, s, err)
			}
		}
		for _, s := range c.bad {
			e := apperr.From(c.check(s))
			if e == nil || e.Code != apperr.BadUserInput || e.Field != "f" {
				t.Errorf("%s %q: %v", name, s, e)
			}
		}
	}
	if e := apperr.From(input.Texts("f", []string{"", nul}, 10)); e == nil || e.Field != "f.1" {
		t.Errorf("the second of a list: %v", e)
	}
	if input.Texts("f", make([]string, input.MaxList+1), 10) == nil || input.Range("f", 3, 1, 2) == nil || input.Range("f", 2, 1, 2) != nil {
		t.Error("bounds are not kept")
	}
}

func TestKeptForms(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 3, 4, 10, 0, 0, 1_999_999, time.FixedZone("", 3600))
	if got, err := input.Instant("f", at); err != nil || got != time.Date(2031, 3, 4, 9, 0, 0, 1_000_000, time.UTC) {
		t.Errorf("%v is kept as %v, %v", at, got, err)
	}
	if _, err := input.Instant("f", time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("the year 10000 is taken")
	}
	if o, err := input.Object("f", map[string]any{"n": 1}, 100); err != nil || o["n"] != 1.0 {
		t.Errorf("kept as %v, %v", o, err)
	}
	for _, v := range []any{math.Inf(1), "\x00", []any{"\x00"}, map[string]any{"\x00": 1}, strings.Repeat("x", 100)} {
		if _, err := input.Object("f", map[string]any{"v": v}, 100); err == nil {
			t.Errorf("%q is taken", v)
		}
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	for kind, c := range map[domain.QuestionType]struct{ good, bad []string }{
		domain.QuestionText:   {[]string{"", "a"}, nil},
		domain.QuestionNumber: {[]string{"0", "-12.5", "1000"}, []string{"", "x", "NaN", "Inf", "-Infinity", "1e999", " 1", "1,5", "1_0", "0x10", "5.", ".5", "1e3", "+1", "--1", "-"}},
		domain.QuestionChoice: {[]string{"b"}, []string{"", "B", "b ", "c"}},
		domain.QuestionEmail:  {[]string{"eva@example.org"}, []string{"", "eva"}},
		domain.QuestionPhone:  {[]string{"+34 600-000/00", "(030) 12.34"}, []string{"", "+", "12", "abc", "++34600", "123456789012345678901"}},
	} {
		q := domain.Question{Question: "?", Type: kind, Choices: []string{"a", "b"}}
		for _, s := range c.good {
			if err := input.Answer("f", q, s); err != nil {
				t.Errorf("%s %q: %v", kind, s, err)
			}
		}
		for _, s := range c.bad {
			if e := apperr.From(input.Answer("f", q, s)); e == nil || e.Code != apperr.BadUserInput || e.Field != "f" {
				t.Errorf("%s %q: %v", kind, s, e)
			}
		}
	}
}
