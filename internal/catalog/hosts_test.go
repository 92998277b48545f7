package catalog_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
)

// count gives a host meetings.
func (f *fixture) count(h *ent.Host, assigned int, last time.Time) {
	f.t.Helper()
	must(f.client.Host.UpdateOne(h).SetAssigned(assigned).SetAssignedAt(last).Save(f.ctx))(f.t)
}

func TestHostsAreKept(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		in := input()
		in.Type, in.AgentIDs = domain.RoundRobin, []string{f.ada, f.ben, f.cleo}
		id := must(f.Create(f.ctx, in))(t).ID
		last := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
		before := f.hosts(id)
		f.count(before[f.ada], 1, last)
		f.count(before[f.ben], 7, last)
		f.count(before[f.cleo], 5, last)

		dora := f.agent("Dora")
		et := must(f.Update(f.ctx, id, catalog.Changes{AgentIDs: []string{dora, f.cleo, f.ben}}))(t)
		if ids := agentIDs(et); !slices.Equal(ids, []string{f.ben, f.cleo, dora}) {
			t.Errorf("the agents are %v", ids)
		}
		after := f.hosts(id)
		if len(after) != 3 || after[f.ada] != nil {
			t.Fatalf("the hosts are %v", after)
		}
		for agent, assigned := range map[string]int{f.ben: 7, f.cleo: 5} {
			h := after[agent]
			if h.ID != before[agent].ID || h.Assigned != assigned || h.AssignedAt == nil || !h.AssignedAt.Equal(last) {
				t.Errorf("a host that stays is %v now", h)
			}
		}
		// of those that stay the least: Ada, who had one, has gone
		if h := after[dora]; h.Assigned != 5 || h.AssignedAt != nil {
			t.Errorf("the new host is %v", h)
		}

		must(f.Update(f.ctx, id, catalog.Changes{Name: pointer("X")}))(t)
		must(f.Update(f.ctx, id, catalog.Changes{AgentIDs: []string{f.ben, dora, f.cleo}}))(t)
		for agent, h := range f.hosts(id) {
			if h.ID != after[agent].ID || h.Assigned != after[agent].Assigned {
				t.Errorf("%v became %v", after[agent], h)
			}
		}

		et = must(f.Update(f.ctx, id, catalog.Changes{AgentIDs: []string{f.ada}}))(t)
		if h := f.hosts(id)[f.ada]; len(f.hosts(id)) != 1 || h.Assigned != 0 || !slices.Equal(agentIDs(et), []string{f.ada}) {
			t.Errorf("where nobody stays: %v", h)
		}
	})
}

// Of changes at once each is made as a whole.
func TestHostsTogether(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		id := f.rows["EventType"]
		pools := [][]string{{f.ada, f.ben}, {f.ben, f.cleo}, {f.cleo, f.ada}, {f.cleo}}
		var group errgroup.Group
		for i := range 20 {
			group.Go(func() error {
				et, err := f.Update(f.ctx, id, catalog.Changes{AgentIDs: pools[i%len(pools)], HorizonDays: pointer(1 + i%len(pools))})
				if err == nil && len(agentIDs(et)) != len(pools[i%len(pools)]) {
					err = fmt.Errorf("the agents are %v", agentIDs(et))
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(slices.Values(pools[f.read(id).HorizonDays-1]))
		if got := slices.Sorted(maps.Keys(f.hosts(id))); !slices.Equal(got, want) {
			t.Errorf("the hosts are %v, want %v", got, want)
		}
	})
}

// Two who change different things both have their way.
func TestUpdatesAreNotLost(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		id := f.rows["EventType"]
		for n := 1; n <= 5; n++ {
			var group errgroup.Group
			for _, c := range []catalog.Changes{
				{BufferBeforeMinutes: pointer(n)}, {BufferAfterMinutes: pointer(n)}, {HorizonDays: pointer(n)}, {HoldMinutes: pointer(n)},
			} {
				group.Go(func() error {
					_, err := f.Update(f.ctx, id, c)
					return err
				})
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			et := f.read(id)
			if got := [4]int{et.BufferBeforeMinutes, et.BufferAfterMinutes, et.HorizonDays, et.HoldMinutes}; got != [4]int{n, n, n, n} {
				t.Fatalf("after %d: %v", n, got)
			}
		}
	})
}

// A host who comes back has the meetings that he was given before.
func TestReturningHostHasHisMeetings(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		in := input()
		in.Type, in.AgentIDs = domain.RoundRobin, []string{f.ada}
		et := must(f.Create(f.ctx, in))(t)
		start := time.Date(2031, 1, 2, 3, 0, 0, 0, time.UTC)
		for i, status := range []domain.MeetingStatus{domain.Active, domain.Completed, domain.Cancelled} {
			id, at := typeid.New(typeid.Meeting), start.Add(time.Duration(i)*time.Hour)
			must(f.client.Meeting.Create().SetID(id).SetSeriesID(id).SetEventTypeID(et.ID).SetStart(at).SetEnd(at.Add(time.Hour)).
				SetDurationMinutes(60).SetTimeZone("UTC").SetStatus(status).SetType(et.Type).SetEventName("x").SetEventSlug("x").
				SetMaxAttendees(1).SetActiveAttendees(1).Save(f.ctx))(t)
			must(f.client.AgentSlot.Create().SetMeetingID(id).SetAgentID(f.ada).SetBusyFrom(at).SetBusyUntil(at.Add(time.Hour)).
				SetLive(status == domain.Active).Save(f.ctx))(t)
		}
		must(f.Update(f.ctx, et.ID, catalog.Changes{AgentIDs: []string{f.ben}}))(t)
		must(f.Update(f.ctx, et.ID, catalog.Changes{AgentIDs: []string{f.ada}}))(t)
		if h := f.hosts(et.ID)[f.ada]; h.Assigned != 2 {
			t.Errorf("he has two meetings, and %d are counted", h.Assigned)
		}
	})
}
