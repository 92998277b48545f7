package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// measureBooking measures bookings per second over GraphQL, by more and more
// keep-alive clients: free slots spread over many agents of one app, and seats
// in one group at a time, which all clients want.
func measureBooking(ctx context.Context, s setup) ([]figure, error) {
	var all []figure
	for _, kind := range s.kinds() {
		figures, err := bookingOn(ctx, s, kind)
		if err != nil {
			return nil, fmt.Errorf("booking on %s: %w", kind, err)
		}
		all = append(all, figures...)
	}
	return all, nil
}

func bookingOn(ctx context.Context, s setup, kind string) (_ []figure, err error) {
	srv, err := startServer(ctx, s, kind)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, srv.close()) }()
	f, err := newFixture(ctx, srv.db, s.agents)
	if err != nil {
		return nil, err
	}
	if err := f.addGroup(ctx, s.seats); err != nil {
		return nil, err
	}
	floor, err := newFloorBooking(ctx, s, kind)
	if err != nil {
		return nil, fmt.Errorf("making the floor: %w", err)
	}
	defer func() { err = errors.Join(err, floor.close()) }()
	figures, err := compareBookings(ctx, s, kind, newCaller(srv, f, slices.Max(s.crowds)), floor)
	if err != nil {
		return nil, err
	}
	if err := f.booked(ctx); err != nil {
		return nil, err
	}
	if err := floor.booked(ctx); err != nil {
		return nil, fmt.Errorf("the floor: %w", err)
	}
	return figures, nil
}

// compareBookings has every crowd book both types of meetings.
func compareBookings(ctx context.Context, s setup, kind string, c *caller, floor *floorBooking) (all []figure, err error) {
	defer c.close()
	for _, meetings := range []struct {
		name        string
		ours, floor step
	}{
		{"solo", c.book, floor.book},
		{"one group", c.sit, floor.sit},
	} {
		for _, clients := range s.crowds {
			name := fmt.Sprintf("%s, %s, clients: %d", kind, meetings.name, clients)
			o, fl, err := duel(ctx, s.scale, clients, meetings.ours, meetings.floor)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			count := newFigure(name, "bookings", "1/s", o.rate(), fl.rate())
			count.Main = true
			all = append(append(all, count), latencies(name, "latency", o.latencies, fl.latencies)...)
		}
	}
	return all, nil
}
