package demo

import (
	"context"
	"math/rand/v2"
)

// The bounds of how full the calendar is.
const (
	Few  = few
	Many = many
)

// Step makes one thing happen.
func (t *Trickle) Step(ctx context.Context) (string, error) { return t.step(ctx) }

// Choose picks what to do with so many meetings to come.
func (t *Trickle) Choose(n int) string { return t.choose(n) }

// Passing says whether an error is one that a busy calendar brings.
func Passing(err error) bool { return passing(err) }

// Pace calls step so many times a minute.
func Pace(ctx context.Context, rate int, rnd *rand.Rand, step func(context.Context)) {
	pace(ctx, rate, rnd, step)
}
