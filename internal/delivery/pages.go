package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/eventlog"
)

const (
	pageSize  = 128             // events
	maxPages  = 24              // kept for all lanes together: some 5 KB for each event
	pageLife  = 5 * time.Second // how long a page is kept that nobody looks at
	maxSearch = 20_000          // events that one query looks through
)

// pages are stretches of the log that lanes which are behind share: however many
// go through the same one, its events are read and decoded once.
type pages struct {
	log *eventlog.Log

	mu   sync.Mutex
	kept map[pageKey]*logPage
}

type pageKey struct {
	shard int
	after int64 // the event before its first, a multiple of pageSize
}

// logPage is a page as far as it has been read: the last one of the log grows.
type logPage struct {
	used time.Time // guarded by pages

	mu     sync.Mutex
	events []*bodies
	upTo   int64
}

func newPages(log *eventlog.Log) *pages { return &pages{log: log, kept: map[pageKey]*logPage{}} }

// behind returns the events behind one, to the end of the page that the next is in
// or of what is committed, and the number that nothing is left out up to.
func (p *pages) behind(ctx context.Context, shard int, number, committed int64) (events []*bodies, upTo int64, err error) {
	key := pageKey{shard, number / pageSize * pageSize}
	page := p.page(key)
	page.mu.Lock()
	defer page.mu.Unlock()
	if upTo = min(key.after+pageSize, committed); page.upTo < upTo {
		more, err := p.log.Between(ctx, shard, page.upTo, upTo)
		if err != nil {
			return nil, 0, err
		}
		page.events = append(page.events, bodiesOf(more)...)
		page.upTo = upTo
	}
	return slices.Clip(page.events[page.find(number):page.find(upTo)]), upTo, nil
}

// find returns the index of the first event behind one.
func (page *logPage) find(number int64) int {
	i, _ := slices.BinarySearchFunc(page.events, number+1, func(b *bodies, n int64) int { return int(b.event.Number - n) })
	return i
}

// only returns the events behind one that a webhook is owed, at most a page of
// them, and the number that none is left out up to.
func (p *pages) only(ctx context.Context, shard int, number, committed int64, w *ent.Webhook) ([]*bodies, int64, error) {
	upTo := min(number+maxSearch, committed)
	events, err := p.log.Owed(ctx, shard, w.AppID, w.ID, number, upTo, pageSize)
	if err != nil {
		return nil, 0, err
	}
	if len(events) == pageSize {
		upTo = events[pageSize-1].Number
	}
	return bodiesOf(events), upTo, nil
}

func (p *pages) page(key pageKey) *logPage {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.kept[key]
	if page == nil {
		if len(p.kept) >= maxPages {
			p.drop()
		}
		page = &logPage{upTo: key.after}
		p.kept[key] = page
	}
	page.used = time.Now()
	return page
}

// drop forgets the page that was looked at longest ago. The lock is held.
func (p *pages) drop() {
	var oldest pageKey
	var at time.Time
	for key, page := range p.kept {
		if at.IsZero() || page.used.Before(at) {
			oldest, at = key, page.used
		}
	}
	delete(p.kept, oldest)
}

// tidy forgets what nobody looks at.
func (p *pages) tidy(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, page := range p.kept {
		if now.Sub(page.used) > pageLife {
			delete(p.kept, key)
		}
	}
}

func bodiesOf(events []*eventlog.Event) []*bodies {
	out := make([]*bodies, len(events))
	for i, e := range events {
		out[i] = &bodies{event: e}
	}
	return out
}
