package main

import (
	"context"
	_ "embed"
	"fmt"
)

//go:embed sql/booked.sql
var bookedSQL string

// booked checks that everything that was given out is there: every slot has its
// meeting and its event, and every seat its place in a group, where it is
// counted, and its event.
func (f *fixture) booked(ctx context.Context) error {
	slots, seats := f.given.Load(), f.seated.Load()
	numbers := []struct {
		name      string
		want, got int64
	}{
		{name: "meetings", want: slots},
		{name: "their events", want: slots},
		{name: "groups", want: (seats + f.seats - 1) / f.seats},
		{name: "seats by the groups' count", want: seats},
		{name: "seats", want: seats},
		{name: "their events", want: seats},
	}
	to := make([]any, len(numbers))
	for i := range numbers {
		to[i] = &numbers[i].got
	}
	if err := f.db.SQL.QueryRowContext(ctx, bookedSQL).Scan(to...); err != nil {
		return fmt.Errorf("counting what was booked: %w", err)
	}
	for _, n := range numbers {
		if n.got != n.want {
			return fmt.Errorf("of %d slots and %d seats given out: %d %s, want %d", slots, seats, n.got, n.name, n.want)
		}
	}
	return nil
}
