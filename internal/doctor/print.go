package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"slotcast/internal/config"
)

// Report runs all checks and prints each finding. It fails when a check does.
func Report(ctx context.Context, out io.Writer, c Config) error {
	_, _ = fmt.Fprintf(out, "slotcast %s\n\n", config.Version)
	var count [Skipped + 1]int
	Run(ctx, c, func(f Finding) {
		count[f.Outcome]++
		_, _ = fmt.Fprintf(out, "%-4s  %-14s  %s\n", mark(f.Outcome), f.Check, f.Facts)
		if f.Advice != "" {
			_, _ = fmt.Fprintf(out, "%22s→ %s\n", "", f.Advice)
		}
	})
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("the examination was broken off: %w", err)
	}
	var words []string
	for _, o := range []Outcome{Failure, Warning} {
		if count[o] > 0 {
			words = append(words, number(count[o], map[Outcome]string{Failure: "problem", Warning: "warning"}[o]))
		}
	}
	if len(words) == 0 {
		words = []string{"nothing to do"}
	}
	_, _ = fmt.Fprintf(out, "\n%s\n", strings.Join(words, ", "))
	if count[Failure] > 0 {
		return errors.New("doctor found " + number(count[Failure], "problem"))
	}
	return nil
}

func mark(o Outcome) string {
	switch o {
	case OK:
		return "ok"
	case Warning:
		return "warn"
	case Failure:
		return "FAIL"
	case Skipped:
		return "skip"
	}
	return "?"
}

// number is "1 problem", "2 problems".
func number[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
