package gqlhttp_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// until waits for what does not say when it is so.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not after %v", what, patience)
		}
	}
}

// allFollow waits until so many subscribers take from groups.
func (f *fixture) allFollow(t *testing.T, n int) {
	t.Helper()
	until(t, "all follow their groups", func() bool { return f.hub.Members() == n })
}

func (f *fixture) groupsOf(t *testing.T, n int) {
	t.Helper()
	until(t, "groups", func() bool { return f.hub.Groups() == n })
}

func (f *fixture) resolvedTimes(t *testing.T, n int64) {
	t.Helper()
	until(t, "the resolver is called", func() bool { return f.resolved.Load() == n })
}

// expectNews is expect, past blocks that tell nothing but where the stream stands.
func (s *stream) expectNews(want string) {
	s.t.Helper()
	got := s.block()
	for strings.HasPrefix(got, "id: ") && !strings.Contains(got, "\n") {
		got = s.block()
	}
	if got != want {
		s.t.Fatalf("got %.200q, want %.200q", got, want)
	}
}

// expectAll is expect for messages that come in any order.
func (p *peer) expectAll(messages ...string) {
	p.t.Helper()
	var got []string
	for range messages {
		_, data, err := p.conn.Read(p.t.Context())
		if err != nil {
			p.t.Fatalf("behind %v: %v", got, err)
		}
		got = append(got, string(data))
	}
	slices.Sort(got)
	slices.Sort(messages)
	if !slices.Equal(got, messages) {
		p.t.Fatalf("got %v, want %v", got, messages)
	}
}

// anyOf reads a message, which has to be that of one of the ids, and returns which.
func (p *peer) anyOf(message func(id string) string, ids ...string) string {
	p.t.Helper()
	_, data, err := p.conn.Read(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, id := range ids {
		if message(id) == string(data) {
			return id
		}
	}
	p.t.Fatalf("got %s, want that of one of %v, such as %s", data, ids, message(ids[0]))
	return ""
}
