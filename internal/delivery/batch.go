package delivery

import (
	"cmp"
	"maps"
	"slices"

	"slotcast/internal/domain"
)

// page is what one flush writes for one shard.
type page struct {
	runner  *runner
	settled int64
	results []result
	lanes   map[*lane]int // with results: how many
	cursors []cursor
	replays []progress
}

func (p *page) hasRows() bool { return len(p.results) > 0 }

// paginate sorts a batch by shards, keeps of each delivery the last word, and closes
// the accounts. That the books are ahead of the table does no harm: only the
// flusher writes watermarks, and a runner whose results are lost never does again.
// What is said of a lane is what is true now, whenever it was asked for.
func paginate(batch []result, marks []mark) []*page {
	b := binder{pages: map[*runner]*page{}, marked: map[*lane]bool{}, replays: map[*replayFeed]domain.ReplayStatus{}}
	last := map[string]int{} // by delivery: two tasks may be about one
	for i, res := range batch {
		last[res.id] = i
	}
	for i, res := range batch {
		p := b.enter(res)
		if last[res.id] == i {
			p.results = append(p.results, res)
		}
	}
	for _, m := range marks {
		b.mark(m)
	}
	for replay, ends := range b.replays {
		p := b.page(replay.lane.runner)
		p.replays = append(p.replays, replay.progress(ends))
	}
	pages := slices.SortedFunc(maps.Values(b.pages), func(p, q *page) int { return cmp.Compare(p.runner.shard, q.runner.shard) })
	for _, p := range pages {
		p.settled = p.runner.settled()
	}
	return pages
}

// binder makes pages.
type binder struct {
	pages   map[*runner]*page
	marked  map[*lane]bool                      // whose cursor is in its page
	replays map[*replayFeed]domain.ReplayStatus // of which something is to be said: how they end, "" if they go on
}

func (b *binder) page(r *runner) *page {
	if b.pages[r] == nil {
		b.pages[r] = &page{runner: r, lanes: map[*lane]int{}}
	}
	return b.pages[r]
}

// enter counts a result in, and closes its account.
func (b *binder) enter(res result) *page {
	p := b.page(res.lane.runner)
	p.lanes[res.lane]++
	switch {
	case !res.closes:
	case res.account == p.runner.books:
		p.runner.close(res.number)
	default:
		res.account.close(res.number)
	}
	if res.replay != nil {
		b.replays[res.replay] = cmp.Or(b.replays[res.replay], "")
	}
	return p
}

func (b *binder) mark(m mark) {
	p := b.page(m.lane.runner)
	if m.replay != nil {
		b.replays[m.replay] = cmp.Or(b.replays[m.replay], m.ends)
		return
	}
	if !b.marked[m.lane] {
		b.marked[m.lane] = true
		p.cursors = append(p.cursors, m.lane.cursor())
	}
	for _, number := range m.closes {
		p.runner.close(number)
	}
}
