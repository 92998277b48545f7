package live

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Changes keeps which deliveries have changed lately, of those apps that
// somebody watches. It keeps ids alone: whoever is told reads the rows, with his
// own rights. It is safe for concurrent use.
//
// Places rise as long as the process lives, also where an app is not watched for
// a while: a place from before is then one that is not kept, but for who reads for
// others; see follow.
type Changes struct {
	watched atomic.Int32 // how many apps
	relay   Relay        // nil: there is no other process

	mu   sync.Mutex
	apps map[string]*changed
	next int64         // the place where the changes of an app begin that is watched anew
	anew chan struct{} // closed when an app is watched that was not
}

// Relay carries changes between processes.
type Relay interface {
	// Wants reports whether another process watches an app. It costs next to
	// nothing.
	Wants(appID string) bool
	// Send tells those processes. It does not block.
	Send(appID string, ids []string)
	// Watching says that an app is watched here from now on. It does not block.
	Watching(appID string)
}

// changed are an app's: the ids at the places behind first, and when they were
// told; zero: they were not, but found.
type changed struct {
	watchers int
	since    time.Time
	began    int64 // the first place that there was
	first    int64
	ids      []string
	told     []time.Time
	more     chan struct{} // closed when there are more
}

const keptChanges = 4096 // ids that are kept of an app, up to twice as many

// NewChanges returns Changes that nobody watches.
func NewChanges() *Changes {
	return &Changes{apps: map[string]*changed{}, anew: make(chan struct{})}
}

// Through shares what is told with other processes. It is called before anything
// is told or watched.
func (c *Changes) Through(r Relay) { c.relay = r }

// Wants reports whether anybody watches an app, here or elsewhere. While nobody
// watches anything it is two loads from memory.
func (c *Changes) Wants(appID string) bool {
	return c.here(appID) || c.relay != nil && c.relay.Wants(appID)
}

func (c *Changes) here(appID string) bool {
	if c.watched.Load() == 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.apps[appID] != nil
}

// Tell reports deliveries of an app that have changed here and are committed. It
// returns at once.
func (c *Changes) Tell(appID string, ids ...string) {
	c.Hear(appID, ids...)
	if c.relay != nil && len(ids) > 0 && c.relay.Wants(appID) {
		c.relay.Send(appID, ids)
	}
}

// Hear is Tell of what has changed elsewhere: no other process is told.
func (c *Changes) Hear(appID string, ids ...string) {
	if c.watched.Load() > 0 {
		c.hear(appID, ids, time.Now())
	}
}

// found is Hear of what nobody has told.
func (c *Changes) found(appID string, ids []string) { c.hear(appID, ids, time.Time{}) }

func (c *Changes) hear(appID string, ids []string, at time.Time) {
	if len(ids) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.apps[appID]; a != nil {
		a.add(ids, at)
	}
}

func (a *changed) add(ids []string, at time.Time) {
	a.ids = append(a.ids, ids...)
	for range ids {
		a.told = append(a.told, at)
	}
	if drop := len(a.ids) - keptChanges; drop > keptChanges {
		// Readers may hold what is dropped.
		a.first += int64(drop)
		a.ids, a.told = slices.Clone(a.ids[drop:]), slices.Clone(a.told[drop:])
	}
	close(a.more)
	a.more = make(chan struct{})
}

func (a *changed) end() int64 { return a.first + int64(len(a.ids)) }

// Watch keeps the changes of an app until ctx ends, and returns the place behind
// which they are.
func (c *Changes) Watch(ctx context.Context, appID string) (place int64) {
	c.mu.Lock()
	a := c.apps[appID]
	first := a == nil
	if first {
		a = &changed{began: c.next, first: c.next, more: make(chan struct{}), since: time.Now()}
		c.apps[appID] = a
		c.watched.Add(1)
		close(c.anew)
		c.anew = make(chan struct{})
	}
	a.watchers++
	place = a.end()
	c.mu.Unlock()
	context.AfterFunc(ctx, func() { c.leave(appID, a) })
	if first && c.relay != nil {
		c.relay.Watching(appID)
	}
	return place
}

// leave forgets an app that nobody watches any more.
func (c *Changes) leave(appID string, a *changed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.watchers--; a.watchers > 0 {
		return
	}
	c.next = max(c.next, a.end()+1)
	delete(c.apps, appID)
	c.watched.Add(-1)
	close(a.more) // whoever waits looks again, and finds nothing kept
}

// Watched returns the apps that are watched here.
func (c *Changes) Watched() []string {
	if c.watched.Load() == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]string, 0, len(c.apps))
	for id := range c.apps {
		all = append(all, id)
	}
	return all
}

// Since returns the ids that have changed behind a place, the place behind them,
// and what is closed when there are more. ok is false where they are not kept any
// more, or the app is not watched; at is then the place of the newest.
func (c *Changes) Since(appID string, place int64) (ids []string, at int64, more <-chan struct{}, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.apps[appID]
	if a == nil {
		return nil, place, nil, false
	}
	n, more, ok := a.behind(place)
	return n.ids, n.at, more, ok
}

// news are what has changed behind a place.
type news struct {
	from int64 // the place
	ids  []string
	told time.Time // the first of them
	at   int64     // behind the last
}

// follow is Since for a reader whose feed outlives who made it. Those he reads for
// now watch the app since they came: of what was before they need nothing. So where
// the app was not watched meanwhile he goes on where it is again, and waits as long
// as it is not.
func (c *Changes) follow(appID string, place int64) (n news, more <-chan struct{}, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.apps[appID]
	if a == nil {
		return news{from: place, at: place}, c.anew, true
	}
	return a.behind(max(place, a.began))
}

func (a *changed) behind(place int64) (n news, more <-chan struct{}, ok bool) {
	if n.at = a.end(); place < a.first || place > n.at {
		return n, nil, false
	}
	n.from = place
	if n.ids = a.ids[place-a.first:]; len(n.ids) > 0 {
		n.told = a.told[place-a.first]
	}
	return n, a.more, true
}

// lately returns since when an app is watched, and when what is kept was told
// last; false where it is not watched.
func (c *Changes) lately(appID string) (since time.Time, told map[string]time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.apps[appID]
	if a == nil {
		return time.Time{}, nil, false
	}
	told = make(map[string]time.Time, len(a.ids))
	for i, id := range a.ids {
		told[id] = a.told[i]
	}
	return a.since, told, true
}
