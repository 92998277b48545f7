package wire

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"slotcast/internal/domain"
)

// instant writes a time as all bodies have it: UTC, milliseconds (cut, not
// rounded) and Z.
func instant(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func instantOrNull(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := instant(*t)
	return &s
}

// orNull is for what storage keeps as an empty text and bodies as null.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// each converts a list, and makes [] of one that is nil.
func each[T, U any](in []T, to func(T) U) []U {
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = to(v)
	}
	return out
}

// amount writes minor units as a decimal number of major units, digit by digit:
// 1250 USD is 12.5, and no float comes near it.
func amount(minor int64, currency string) json.Number {
	sign, digits := "", strconv.FormatInt(minor, 10)
	if minor < 0 {
		sign, digits = "-", digits[1:]
	}
	places := domain.Decimals(currency)
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, rest := digits[:len(digits)-places], digits[len(digits)-places:]
	if rest = strings.TrimRight(rest, "0"); rest != "" {
		rest = "." + rest
	}
	return json.Number(sign + whole + rest)
}

// micros writes a time as the facade has it: UTC, microseconds (cut, not
// rounded) and Z.
func micros(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}
