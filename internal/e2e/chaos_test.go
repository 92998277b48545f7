package e2e_test

import (
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog/redistail/redistest"
)

const (
	chaosBookings = 2000
	chaosApps     = 4 // each in a shard of its own, more or less
	chaosBookers  = 6
)

// TestChaos books through three processes while one of them is killed each
// second and started again, and Redis is emptied twice. Nothing may be lost,
// doubled in the books, or out of order.
func TestChaos(t *testing.T) {
	t.Parallel()
	n := chaosBookings
	if text := os.Getenv("SLOTCAST_TEST_CHAOS_BOOKINGS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatalf("SLOTCAST_TEST_CHAOS_BOOKINGS: %v", err)
		}
	}
	settings, redis := production(t)
	db, err := entdb.Open(t.Context(), entdb.Config{URL: settings["SLOTCAST_DATABASE_URL"], MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	servers := cluster(apptest.StartAll(t, settings, 3))
	receiver := apptest.NewReceiver(t)
	receiver.Answer(sometimesDown())

	apps := make([]*chaosApp, chaosApps)
	for i := range apps {
		apps[i] = newChaosApp(t, db, servers)
		_, apps[i].secret = apps[i].subscribe(t, receiver)
		apps[i].watch(t)
	}
	began := time.Now()
	load := startLoad(t, apps, n)
	kills, flushes := servers.harass(t, redis, load)
	booked := time.Since(began)

	ledger := readLedger(t, db)
	ledger.check(t, load.done())
	ledger.delivered(t, db)
	repeats, most := ledger.received(t, receiver.Requests(), apps)
	reconnects := 0
	for _, a := range apps {
		reconnects += a.watcher.check(t, ledger.of(a.AppID))
	}
	t.Logf("%d bookings and %d changes in %v; %d kills, %d flushes; %d events owed, %d repeats, at most %d copies; "+
		"%d reconnects of %d subscribers; all told and settled after %v",
		n, len(load.done())-n, booked.Round(time.Millisecond), kills, flushes, ledger.owed(), repeats, most,
		reconnects, len(apps), time.Since(began).Round(time.Millisecond))
}

// cluster is the servers of one database.
type cluster []*apptest.Process

// harass kills one server each second and starts it again, and empties Redis at
// a third and at two thirds of the load, until that is done.
func (c cluster) harass(t *testing.T, redis *redistest.Server, l *load) (kills, flushes int) {
	t.Helper()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-second.C:
			victim := c[kills%len(c)]
			victim.Kill()
			kills++
			if flushes < 2 && l.progress() > float64(flushes+1)/3 {
				redis.Flush()
				flushes++
			}
			victim.Restart()
		case <-l.ended:
			if l.err != nil {
				t.Fatalf("booking: %v", l.err)
			}
			for ; flushes < 2; flushes++ { // a short load may end between two kills
				redis.Flush()
			}
			return kills, flushes
		}
	}
}

// sometimesDown answers every hundredth first attempt with an error: the second
// one comes five seconds later, and a third would after five minutes.
func sometimesDown() func(apptest.Request) int {
	var n atomic.Int64
	return func(r apptest.Request) int {
		if r.Header.Get("Slotcast-Attempt") == "1" && n.Add(1)%100 == 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusNoContent
	}
}
