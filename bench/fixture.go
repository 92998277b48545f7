package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/event"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

const slot = 30 * time.Minute

// fixture is the first app with many agents, each hosting an event type of its
// own, and a diary that gives out their free slots.
type fixture struct {
	db           *entdb.DB
	appID        string
	ownerID      string
	shard        int
	agentIDs     []string
	eventTypeIDs []string
	log          *eventlog.Log

	given atomic.Int64
	from  time.Time
}

// newFixture fills a database that a first start has been made on.
func newFixture(ctx context.Context, db *entdb.DB, agents int) (*fixture, error) {
	y, m, d := time.Now().UTC().Date()
	f := &fixture{db: db, from: time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)}
	ctx = viewer.System(ctx)
	var err error
	if f.log, err = eventlog.Open(ctx, eventlog.Config{Client: db.Client, Owed: webhook.Owed, Publisher: silence{}}); err != nil {
		return nil, err
	}
	if f.appID, err = db.Client.App.Query().OnlyID(ctx); err != nil {
		return nil, fmt.Errorf("reading the app: %w", err)
	}
	if f.ownerID, err = db.Client.Agent.Query().Where(agent.RoleEQ(domain.Owner)).OnlyID(ctx); err != nil {
		return nil, fmt.Errorf("reading the owner: %w", err)
	}
	f.shard = f.log.ShardOf(f.appID)
	for i := range agents {
		if err := f.addAgent(ctx, i); err != nil {
			return nil, fmt.Errorf("making agent %d: %w", i, err)
		}
	}
	return f, nil
}

func (f *fixture) addAgent(ctx context.Context, i int) error {
	c := f.db.Client
	a, err := c.Agent.Create().SetAppID(f.appID).SetName(fmt.Sprintf("Agent %d", i)).
		SetEmail(fmt.Sprintf("agent%d@example.org", i)).SetTimeZone("UTC").SetRole(domain.Member).Save(ctx)
	if err != nil {
		return err
	}
	kind, err := c.EventType.Create().SetAppID(f.appID).SetName(fmt.Sprintf("Call %d", i)).SetSlug(fmt.Sprintf("call-%d", i)).
		SetType(domain.Solo).SetDurationMinutes(int(slot.Minutes())).SetHorizonDays(3650).Save(ctx)
	if err != nil {
		return err
	}
	f.agentIDs, f.eventTypeIDs = append(f.agentIDs, a.ID), append(f.eventTypeIDs, kind.ID)
	return c.Host.Create().SetAppID(f.appID).SetEventTypeID(kind.ID).SetAgentID(a.ID).Exec(ctx)
}

// opening is a free slot of an agent.
type opening struct {
	number               int64 // 0, 1, 2
	agentID, eventTypeID string
	start                time.Time
}

// next gives out each slot once; neighbours are of different agents.
func (f *fixture) next() opening {
	n := f.given.Add(1) - 1
	agents := int64(len(f.agentIDs))
	return opening{
		number: n, agentID: f.agentIDs[n%agents], eventTypeID: f.eventTypeIDs[n%agents],
		start: f.from.Add(time.Duration(n/agents) * slot),
	}
}

// sample books a meeting without a server and returns its event.
func (f *fixture) sample(ctx context.Context) (*ent.Event, error) {
	free := f.next()
	ctx = viewer.With(ctx, viewer.Viewer{AppID: f.appID, AgentID: f.ownerID, Role: domain.Owner})
	made, err := booking.New(booking.Config{Client: f.db.Client, Log: f.log}).Book(ctx, booking.BookInput{
		EventTypeID: free.eventTypeID, Start: free.start, CreateByContact: true,
		Attendees: []booking.AttendeeInput{{Name: "Ana Ruiz", Email: "ana@example.org"}},
	})
	if err != nil {
		return nil, fmt.Errorf("booking a sample: %w", err)
	}
	row, err := f.db.Client.Event.Query().Where(event.MeetingID(made.Meeting.ID)).Only(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the sample's event: %w", err)
	}
	return row, nil
}

// silence announces nothing: events made here are found by the server's poll.
type silence struct{}

func (silence) Publish(...*eventlog.Event) {}
