package live_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
)

func TestFromNowOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		a.append(domain.MeetingBooked)
		s := a.subscribe(nil, live.Filter{})
		s.want(a.append(domain.MeetingRescheduled), a.append(domain.MeetingCanceled))
	})
}

// Wherever a client breaks off and comes back, it sees every event once.
func TestResumeAtRandomCuts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		cursor := a.append(domain.MeetingBooked).Position().Cursor()
		const n = 200
		appended := make(chan []*eventlog.Event, 1)
		go func() {
			var all []*eventlog.Event
			for range n {
				all = append(all, a.append(domain.MeetingBooked))
			}
			appended <- all
		}()
		rnd := rand.New(rand.NewPCG(3, 4))
		var got []string
		for len(got) < n {
			s := a.subscribe(&cursor, live.Filter{})
			for range min(rnd.IntN(20), n-len(got)) {
				ev := s.next()
				got, cursor = append(got, ev.ID), ev.Position().Cursor()
			}
			s.end()
		}
		for i, want := range <-appended {
			if got[i] != want.ID {
				t.Fatalf("event %d was missed or repeated", i)
			}
		}
	})
}

func TestFilters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		grouped := a.other(func(m *ent.Meeting) {
			m.Type, m.EventTypeID = domain.Group, typeid.New(typeid.EventType)
			m.Edges.Agents = []*ent.Agent{{ID: typeid.New(typeid.Agent)}}
		})
		start := a.append(domain.MeetingBooked).Position().Cursor()
		booked, cancelled := a.append(domain.MeetingBooked), a.append(domain.MeetingCanceled)
		group := grouped.append(domain.MeetingBooked)
		both := append(slices.Clone(a.meeting.Edges.Agents), grouped.meeting.Edges.Agents...)
		last := a.other(func(m *ent.Meeting) { m.Edges.Agents = both }).append(domain.MeetingBooked)
		agent := grouped.meeting.Edges.Agents[0].ID
		tests := []struct {
			name   string
			filter live.Filter
			want   []*eventlog.Event
		}{
			{"none", live.Filter{}, []*eventlog.Event{booked, cancelled, group, last}},
			{"trigger", live.Filter{Triggers: []domain.Trigger{domain.MeetingCanceled}}, []*eventlog.Event{cancelled}},
			{
				"two triggers", live.Filter{Triggers: []domain.Trigger{domain.MeetingCanceled, domain.MeetingBooked}},
				[]*eventlog.Event{booked, cancelled, group, last},
			},
			{"event type", live.Filter{EventTypeIDs: []string{grouped.meeting.EventTypeID}}, []*eventlog.Event{group}},
			{"meeting type", live.Filter{MeetingTypes: []domain.MeetingType{domain.Solo}}, []*eventlog.Event{booked, cancelled, last}},
			{"agent", live.Filter{AgentIDs: []string{agent}}, []*eventlog.Event{group, last}},
			{"meeting", live.Filter{MeetingID: a.meeting.ID}, []*eventlog.Event{booked, cancelled}},
			{
				"all of them",
				live.Filter{
					AgentIDs: []string{agent}, MeetingTypes: []domain.MeetingType{domain.Solo},
					Triggers: []domain.Trigger{domain.MeetingBooked},
				},
				[]*eventlog.Event{last},
			},
		}
		for _, test := range tests {
			s := a.subscribe(&start, test.filter)
			t.Log(test.name)
			s.want(test.want...)
			s.end()
		}
		s := a.subscribe(&start, live.Filter{MeetingID: typeid.New(typeid.Meeting)})
		select {
		case ev := <-s.events:
			t.Errorf("event %d comes through a filter of another meeting", ev.Number)
		default:
		}
	})
}

// Two apps in one shard never see each other's events, even with the other's
// cursor or meeting.
func TestOtherAppsAreNeverSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		apps := e.apps(2)
		a, b := apps[0], apps[1]
		foreign := b.append(domain.MeetingBooked).Position().Cursor()
		all := a.subscribe(&foreign, live.Filter{})
		prying := a.subscribe(&foreign, live.Filter{MeetingID: b.meeting.ID})
		var mine []*eventlog.Event
		for range 20 {
			b.append(domain.MeetingBooked)
			mine = append(mine, a.append(domain.MeetingBooked))
		}
		all.want(mine...)
		select {
		case ev := <-prying.events:
			t.Errorf("event %d of another app comes", ev.Number)
		default:
		}
	})
}

func TestRefusedCursors(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		at := a.append(domain.MeetingBooked).Position()
		shift := func(change func(p *eventlog.Position)) string { p := at; change(&p); return p.Cursor() }
		tests := []struct {
			name, cursor string
			want         apperr.Code
		}{
			{"empty", "", apperr.BadUserInput},
			{"not ours", "not a cursor!", apperr.BadUserInput},
			{"cut off", at.Cursor()[:3], apperr.BadUserInput},
			{"another shard's", shift(func(p *eventlog.Position) { p.Shard++ }), apperr.BadUserInput},
			{"from the future", shift(func(p *eventlog.Position) { p.Number++ }), apperr.BadUserInput},
			{"of another log", shift(func(p *eventlog.Position) { p.Generation-- }), apperr.CursorExpired},
		}
		for _, test := range tests {
			_, _, err := e.hub.Feed(a.ctx, &test.cursor, live.Filter{})
			if code := apperr.CodeOf(err); code != test.want {
				t.Errorf("%s: %v, want %s", test.name, err, test.want)
			} else if test.want == apperr.BadUserInput && apperr.From(err).Field != "after" {
				t.Errorf("%s: the error is about %q", test.name, apperr.From(err).Field)
			}
		}
		if _, _, err := e.hub.Feed(t.Context(), nil, live.Filter{}); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("without a viewer: %v", err)
		}
	})
}

// A subscriber that takes nothing delays nobody, and finds everything later.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		slow, quick := a.subscribe(nil, live.Filter{}), a.subscribe(nil, live.Filter{})
		var all []*eventlog.Event
		for range 100 { // many more than the tail keeps in memory
			all = append(all, a.append(domain.MeetingBooked))
			quick.want(all[len(all)-1])
		}
		slow.want(all...)
	})
}

// What the database cannot answer for a while comes later; what is gone for
// good ends the subscription with the reason.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		start := a.append(domain.MeetingBooked).Position().Cursor()
		ev := a.append(domain.MeetingBooked)
		e.tail.fails.Store(1)
		s := a.subscribe(&start, live.Filter{})
		s.want(ev)
		if len(s.failed) > 0 {
			t.Errorf("the subscription failed: %v", <-s.failed)
		}
	})
}

// gone is a tail whose events retention has removed.
type gone struct{}

func (gone) Read(context.Context, eventlog.Position, int) ([]*eventlog.Event, error) {
	return nil, apperr.New(apperr.CursorExpired, "gone")
}

func TestEventsThatAreGoneEndTheSubscription(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		e.hub = live.NewEvents(e.log, gone{}, slog.New(slog.DiscardHandler))
		s := a.subscribe(nil, live.Filter{})
		if err := <-s.failed; apperr.CodeOf(err) != apperr.CursorExpired {
			t.Errorf("fail(%v)", err)
		}
		if _, ok := <-s.events; ok {
			t.Error("an event comes")
		}
	})
}

// Many clients come and go while events are appended.
func TestManySubscribers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		start := a.append(domain.MeetingBooked).Position().Cursor()
		var want []string
		for range 30 {
			want = append(want, a.append(domain.MeetingBooked).ID)
		}
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				s := a.subscribe(&start, live.Filter{})
				var got []string
				for len(got) < len(want) {
					ev := <-s.events
					got = append(got, ev.ID)
				}
				if !slices.Equal(got, want) {
					t.Error("a subscriber saw something else")
				}
			})
		}
		group.Wait()
	})
}
