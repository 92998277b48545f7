package main

import (
	"context"
	"errors"
	"fmt"

	"slotcast/internal/viewer"
)

// measureBooking measures bookings per second over GraphQL: keep-alive clients, each
// booking free slots that no other takes, spread over many agents of one app.
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
	srv, err := startServer(ctx, s, kind, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, srv.close()) }()
	f, err := newFixture(ctx, srv.db, s.agents)
	if err != nil {
		return nil, err
	}
	c := newCaller(srv, f, s.clients)
	defer c.close()
	floor, err := newFloorBooking(ctx, s, kind)
	if err != nil {
		return nil, fmt.Errorf("making the floor: %w", err)
	}
	defer func() { err = errors.Join(err, floor.close()) }()

	o, fl, err := duel(ctx, s.scale, c.book, floor.book)
	if err != nil {
		return nil, err
	}
	if err := booked(ctx, f, int(f.given.Load())); err != nil {
		return nil, err
	}
	if err := booked(ctx, floor.fixture, int(floor.given.Load())); err != nil {
		return nil, fmt.Errorf("the floor: %w", err)
	}
	count := newFigure(kind, "bookings", "1/s", o.rate(), fl.rate())
	count.Main = true
	return append([]figure{count}, latencies(kind, "latency", o.latencies, fl.latencies)...), nil
}

// booked checks that every slot that was given out has its meeting and event.
func booked(ctx context.Context, f *fixture, want int) error {
	ctx = viewer.System(ctx)
	meetings, err := f.db.Client.Meeting.Query().Count(ctx)
	if err != nil {
		return fmt.Errorf("counting the meetings: %w", err)
	}
	events, err := f.db.Client.Event.Query().Count(ctx)
	if err != nil {
		return fmt.Errorf("counting the events: %w", err)
	}
	if meetings != want || events != want {
		return fmt.Errorf("%d bookings were made, but there are %d meetings and %d events", want, meetings, events)
	}
	return nil
}
