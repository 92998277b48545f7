package main

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// fixture is the first app with many agents, each hosting an event type of its
// own, and a diary that gives out their free slots.
type fixture struct {
	diary
	db      *entdb.DB
	appID   string
	ownerID string
	shard   int
	log     *eventlog.Log
}

// newFixture fills a database that a first start has been made on.
func newFixture(ctx context.Context, db *entdb.DB, agents int) (*fixture, error) {
	y, m, d := time.Now().UTC().Date()
	f := &fixture{db: db, diary: diary{from: time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)}}
	ctx = viewer.System(ctx)
	var err error
	if f.log, err = eventlog.Open(ctx, eventlog.Config{Client: db.Client, Owed: webhook.Owed, Body: wire.Kept, Publisher: silence{}}); err != nil {
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
		h, err := f.addHost(ctx, fmt.Sprintf("solo%d", i), domain.Solo, 1)
		if err != nil {
			return nil, err
		}
		f.solo = append(f.solo, h)
	}
	return f, nil
}

// addGroup makes an agent whose groups have so many seats.
func (f *fixture) addGroup(ctx context.Context, seats int) (err error) {
	f.seats = int64(seats)
	f.group, err = f.addHost(viewer.System(ctx), "group", domain.Group, seats)
	return err
}

func (f *fixture) addHost(ctx context.Context, name string, kind domain.MeetingType, seats int) (h host, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("making the agent %s: %w", name, err)
		}
	}()
	c := f.db.Client
	var a *ent.Agent
	a, err = c.Agent.Create().SetAppID(f.appID).SetName(name).SetEmail(name + "@example.org").SetTimeZone("UTC").SetRole(domain.Member).Save(ctx)
	if err != nil {
		return h, err
	}
	et, err := c.EventType.Create().SetAppID(f.appID).SetName(name).SetSlug(name).
		SetType(kind).SetMaxAttendees(seats).SetDurationMinutes(int(slot.Minutes())).SetHorizonDays(3650).Save(ctx)
	if err != nil {
		return h, err
	}
	err = c.Host.Create().SetAppID(f.appID).SetEventTypeID(et.ID).SetAgentID(a.ID).Exec(ctx)
	return host{a.ID, et.ID}, err
}

// silence announces nothing: events made here are found by the server's poll.
type silence struct{}

func (silence) Publish(...*eventlog.Event) {}
