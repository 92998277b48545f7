package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const slot = 30 * time.Minute

// diary gives out what is free, each of it once.
type diary struct {
	from  time.Time
	solo  []host // neighbours in time are with different agents
	group host
	seats int64 // of each group

	given, seated atomic.Int64
}

// host is an agent with an event type of his own.
type host struct{ agentID, eventTypeID string }

// opening is a free slot of an agent, or a free seat in a group at that time.
type opening struct {
	host
	number int64 // 0, 1, 2: of slots and of seats apart
	start  time.Time
}

// next gives out a slot.
func (d *diary) next() opening {
	n := d.given.Add(1) - 1
	agents := int64(len(d.solo))
	return opening{host: d.solo[n%agents], number: n, start: d.from.Add(time.Duration(n/agents) * slot)}
}

// nextSeat gives out a seat: all ask for the same group until it is full.
func (d *diary) nextSeat() opening {
	n := d.seated.Add(1) - 1
	return opening{host: d.group, number: n, start: d.from.Add(time.Duration(n/d.seats) * slot)}
}

// samples books without a server and returns the events of it.
func (f *fixture) samples(ctx context.Context, n int64, next func() opening) ([]*ent.Event, error) {
	ctx = viewer.With(ctx, viewer.Viewer{AppID: f.appID, AgentID: f.ownerID, Role: domain.Owner})
	service := booking.New(booking.Config{Client: f.db.Client, Log: f.log})
	var ids []string
	for range n {
		free := next()
		made, err := service.Book(ctx, booking.BookInput{
			EventTypeID: free.eventTypeID, Start: free.start, CreateByContact: true,
			Attendees: []booking.AttendeeInput{{Name: "Ana Ruiz", Email: "ana@example.org"}},
		})
		if err != nil {
			return nil, fmt.Errorf("booking a sample: %w", err)
		}
		ids = append(ids, made.Meeting.ID)
	}
	rows, err := f.db.Client.Event.Query().Where(event.MeetingIDIn(ids...)).Order(event.ByNumber()).All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the samples' events: %w", err)
	}
	if len(rows) != int(n) {
		return nil, fmt.Errorf("%d samples have %d events", n, len(rows))
	}
	return rows, nil
}

// sample books a meeting without a server and returns its event.
func (f *fixture) sample(ctx context.Context) (*ent.Event, error) {
	events, err := f.samples(ctx, 1, f.next)
	if err != nil {
		return nil, err
	}
	return events[0], nil
}
