package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slotcast/ent"
)

// What is asked of a delivery that succeeds at the first try, and of a backlog.
const (
	goalRatio    = 0.7 // of the floor with rows
	goalGrowth   = 0.9 // of the rate of the fewest
	goalRows     = 1.1
	goalCommands = 1
	goalWAL      = 600 // bytes
	goalState    = 1   // rows
	goalMemory   = 20  // MB more
)

// measureDelivery measures how fast a backlog reaches the receivers and its
// results the table, with one webhook and with many, what each delivery costs,
// whether that grows with their number, and what a paused webhook costs.
func measureDelivery(ctx context.Context, s setup) (all []figure, err error) {
	r, err := newRig(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	for _, hooks := range s.hooks {
		figures, err := r.deliver(ctx, hooks)
		if err != nil {
			return nil, fmt.Errorf("delivery to %d webhooks: %w", hooks, err)
		}
		all = append(all, figures...)
	}
	grown, err := r.growth(ctx)
	if err != nil {
		return nil, fmt.Errorf("delivery of more and more: %w", err)
	}
	paused, err := r.paused(ctx)
	if err != nil {
		return nil, fmt.Errorf("the backlog of a paused webhook: %w", err)
	}
	return append(append(all, grown...), paused...), nil
}

// stage is a database with a sample, ready for events.
type stage struct {
	*fixture
	sample  *ent.Event
	body    []byte
	tenants []*tenant
	done    func() error
}

// stage renews the rig. The caller calls done.
func (r *rig) stage(ctx context.Context, hooks, each int) (_ *stage, err error) {
	st := &stage{}
	if st.done, err = r.renew(ctx, hooks); err != nil {
		return nil, err
	}
	if st.fixture, err = newFixture(ctx, r.db, 1); err == nil {
		st.sample, st.body, err = st.largeSample(ctx)
	}
	if err == nil {
		st.tenants, err = r.subscribe(ctx, st.fixture, each)
	}
	if err != nil {
		return nil, errors.Join(err, st.done())
	}
	return st, nil
}

// deliver measures one number of webhooks: the floors, a burst, the floors once
// more, since a noisy machine should be unjust to all alike, and live events.
func (r *rig) deliver(ctx context.Context, hooks int) (_ []figure, err error) {
	st, err := r.stage(ctx, hooks, hooksPerApp)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.done()) }()
	name := fmt.Sprintf("webhooks: %d", hooks)
	floors, err := r.newFloors(ctx, st)
	if err != nil {
		return nil, err
	}
	defer floors.close()
	if err := floors.run(ctx, r.posts); err != nil {
		return nil, err
	}
	b, err := r.burst(ctx, st, r.deliveries)
	if err != nil {
		return nil, err
	}
	if err := floors.run(ctx, r.posts); err != nil {
		return nil, err
	}
	commands, err := r.live(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("live events: %w", err)
	}
	return append(deliveryFigures(name, b, floors), commands.in(name)), nil
}

func deliveryFigures(name string, b *burst, fl *floors) []figure {
	one, two := fl.post.total, fl.ledger.total
	count := newFigure(name, "deliveries, floor: POSTs with rows", "1/s", b.rate(), rate(two.sent, two.took)).aims(goalRatio)
	count.Main = true
	n := float64(b.n)
	whole := each(b.cpu.ours+b.cpu.postgres+b.cpu.redis, b.counted)
	return []figure{
		count,
		newFigure(name, "deliveries, floor: POSTs", "1/s", b.rate(), rate(one.sent, one.took)),
		newFigure(name, "processor per delivery, floor: POSTs with rows", "µs", whole, each(two.cpu+fl.postgres, two.sent)).less(),
		newFigure(name, "… ours, floor: POSTs", "µs", each(b.cpu.ours, b.counted), each(one.cpu, one.sent)).less(),
		newFigure(name, "… PostgreSQL's, floor: rows", "µs", each(b.cpu.postgres, b.counted), each(fl.postgres, two.sent)).less(),
		newFigure(name, "… Redis's", "µs", each(b.cpu.redis, b.counted), 0).less(),
		newFigure(name, "… receiver's, apart", "µs", each(b.cpu.receiver, b.counted), 0).less(),
		newFigure(name, "rows written per delivery", "", float64(b.rows)/n, 0).less().wants(goalRows),
		newFigure(name, "WAL per delivery", "B", float64(b.wal-b.images)/n, 0).less().wants(goalWAL),
		newFigure(name, "… and whole pages, after the checkpoint", "B", float64(b.images)/n, 0).less(),
	}
}

// floors are the two that deliveries are compared with.
type floors struct {
	rig      *rig
	post     *floorPost
	ledger   *floorLedger
	postgres time.Duration // what PostgreSQL took for the rows
}

func (r *rig) newFloors(ctx context.Context, st *stage) (*floors, error) {
	post, err := newFloorPost(r.receiver.urls, st.body)
	if err != nil {
		return nil, err
	}
	behind, err := newFloorPost(r.receiver.urls, st.body)
	if err != nil {
		return nil, err
	}
	ledger, err := newFloorLedger(ctx, r.db.SQL, behind)
	return &floors{rig: r, post: post, ledger: ledger}, err
}

func (f *floors) close() {
	f.post.close()
	f.ledger.close()
}

// run has both post for a while, one after the other.
func (f *floors) run(ctx context.Context, d time.Duration) error {
	if err := f.post.run(ctx, d, nil); err != nil {
		return err
	}
	before := f.rig.pg.used()
	if err := f.ledger.run(ctx, d); err != nil {
		return err
	}
	f.postgres += f.rig.pg.used() - before
	return nil
}
