package e2e_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
	"slotcast/internal/eventlog/redistail/redistest"
)

// carried: responses carry their cursor in extensions, and event streams as the
// ids of events.
const carried = true

// liveCuts is how often each client is cut off, at least.
const liveCuts = 6

// watchers are the clients of watch.mjs.
func watchers() []string {
	all := []string{"graphql-ws", "graphql-sse", "apollo", "urql", "urql over SSE"}
	if carried {
		all = append(all, "EventSource")
	}
	return all
}

// TestPublicClientsFollow: the published clients follow the events while meetings
// are booked, moved and called off, and are cut off again and again, in the middle
// of a frame or after a silence; servers are killed, stopped and started, Redis is
// killed and emptied. In the end each has seen what the log has: all of it, in
// order, once. SLOTCAST_TEST_CUTS says how often each is cut off.
func TestPublicClientsFollow(t *testing.T) {
	t.Parallel()
	nodeCommand(t) // or it is skipped
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		s := embedded(t)
		follows(t, s, cluster(apptest.StartAll(t, s, 1)), nil)
	})
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		s, redis := production(t)
		follows(t, s, cluster(apptest.StartAll(t, s, 2)), redis)
	})
}

func follows(t *testing.T, s apptest.Settings, servers cluster, redis *redistest.Server) {
	t.Helper()
	me := newOwner(t, servers[0], s)
	me.book(t, 0)
	log := me.log(t, "")
	start := log[len(log)-1].Cursor

	ways := map[string]*cutter{}
	addresses := map[string]string{}
	for _, name := range watchers() {
		ways[name] = newCutter(t, servers, cuts(t))
		addresses[name] = ways[name].address()
	}
	watching := startWatching(t, map[string]any{
		"token": me.Token, "after": start, "addresses": addresses, "carried": carried,
	})
	traffic := startTraffic(t, me, servers)
	times := servers.trouble(redis, func() bool { return watching.failed() || every(ways, (*cutter).done) })
	traffic.end(t)
	for name, way := range ways {
		if connections, cut := way.counts(); !way.done() {
			t.Fatalf("%s does not come back: %d connections, %d of them cut off with events on them (seed %d)", name, connections, cut, way.seed)
		}
	}
	me.Client = servers[0].Client(me.Token)
	log = me.log(t, start)
	for name, way := range ways {
		watching.check(t, name, log)
		connections, cut := way.counts()
		t.Logf("%s: %d connections, %d of them cut off with events on them (seed %d)", name, connections, cut, way.seed)
	}
	t.Logf("%d events, %d times trouble", len(log), times)
	apptest.Until(t, func() error { return expect("no connection is cut any more", every(ways, (*cutter).whole), true) })
	me.drained(t, servers, watching, start)
}

// drained stops each server in turn while everybody listens: the clients learn
// that from the close code, and go on elsewhere, or with the next one.
func (o owner) drained(t *testing.T, servers cluster, watching *watching, start string) {
	t.Helper()
	booked := func(n int) {
		o.Client = servers[0].Client(o.Token)
		o.book(t, n)
		log := o.log(t, start)
		for _, name := range watchers() {
			watching.check(t, name, log)
		}
	}
	booked(1) // whoever sees it is connected
	before := map[string]int{}
	for _, name := range watchers() {
		before[name] = watching.goingAway(name)
	}
	for i, p := range servers {
		if code := p.Stop(); code != 0 {
			t.Errorf("server %d ends with code %d", i, code)
		}
		p.Restart()
		booked(2 + i)
	}
	for _, name := range watchers() {
		if sockets, n := watching.goingAway(name), before[name]; n >= 0 && sockets == n {
			t.Errorf("%s: none of its sockets was closed with 1001", name)
		}
	}
	watching.end(t, o.log(t, start))
}

func every(ways map[string]*cutter, holds func(*cutter) bool) bool {
	for _, way := range ways {
		if !holds(way) {
			return false
		}
	}
	return true
}

// cuts is liveCuts, or what the environment says.
func cuts(t *testing.T) int {
	t.Helper()
	text := os.Getenv("SLOTCAST_TEST_CUTS")
	if text == "" {
		return liveCuts
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("SLOTCAST_TEST_CUTS: %v", err)
	}
	return n
}

// trouble harms the servers in turn until done, and each way at least once: one is
// killed, one is stopped and its place stays empty for a while, Redis is emptied,
// and killed for a while.
func (c cluster) trouble(redis *redistest.Server, done func() bool) (times int) {
	next := func() *apptest.Process { return c[rand.IntN(len(c))] }
	harms := []func(){
		func() { p := next(); p.Kill(); p.Restart() },
		func() { p := next(); p.Stop(); p.Restart() },
	}
	if redis != nil {
		harms = append(harms, redis.Flush, redis.Stop, redis.Start)
	}
	pause := time.NewTicker(time.Second)
	defer pause.Stop()
	most := 60 * len(harms) // who is not done by then never is
	for times = 0; times < len(harms) || times%len(harms) != 0 || !done() && times < most; times++ {
		<-pause.C
		harms[times%len(harms)]()
	}
	return times
}

// logged is an event as the query has it.
type logged struct{ ID, Cursor string }

// log is the app's events behind a cursor, through all pages.
func (o owner) log(t *testing.T, after string) (all []logged) {
	t.Helper()
	variables := map[string]any{}
	for {
		if after != "" {
			variables["after"] = after
		}
		var out struct {
			Events struct {
				Edges []struct {
					Cursor string
					Node   logged
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		o.Do(t, `query($after: Cursor) { events(after: $after, first: 100) {
			edges { cursor node { id cursor } } pageInfo { hasNextPage endCursor } } }`, variables, &out)
		for _, e := range out.Events.Edges {
			all = append(all, e.Node)
		}
		if after = out.Events.PageInfo.EndCursor; !out.Events.PageInfo.HasNextPage {
			return all
		}
	}
}
