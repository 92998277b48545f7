package delivery_test

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"slotcast/ent/lease"
	entprocess "slotcast/ent/process"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
)

// process is a server that delivers.
type process struct {
	*delivery.Worker
	db   *entdb.DB
	stop func() // ends it cleanly, and waits
}

// start runs a process on its own database handle until stop or the test's end.
func (e *env) start(change func(*delivery.Config)) *process {
	e.t.Helper()
	return e.startOn(e.open(), change)
}

func (e *env) startOn(db *entdb.DB, change func(*delivery.Config)) *process {
	e.t.Helper()
	source := memtail.New(false)
	log := openLog(e.t, db, source)
	quiet := slog.New(slog.DiscardHandler)
	tail := eventlog.NewTail(eventlog.TailConfig{Log: log, Source: source, PollAlone: 40 * time.Millisecond, Logger: quiet})
	sender := safehttp.New(safehttp.Config{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, UserAgent: "Slotcast/test", Timeout: 2 * time.Minute, // longer than any test lets a receiver wait
	})
	c := delivery.Config{
		Keys:   entdbtest.Keys(),
		Client: db.Client, Log: log, Tail: tail, HTTP: sender, Clock: db.Now, Logger: quiet,
		Schedule: backoff.Schedule{30 * time.Millisecond, 30 * time.Millisecond, 30 * time.Millisecond},
		Lease:    15 * time.Second, Flush: 5 * time.Millisecond, Poll: 60 * time.Millisecond, Drain: 15 * time.Second, Probe: 20 * time.Millisecond,
	}
	if change != nil {
		change(&c)
	}
	p := &process{Worker: delivery.New(c), db: db}
	tailCtx, stopTail := context.WithCancel(context.WithoutCancel(e.t.Context()))
	ctx, stop := context.WithCancel(tailCtx)
	var tailEnded, ended sync.WaitGroup
	tailEnded.Go(func() { _ = tail.Run(tailCtx) }) // fails where the test cuts its database
	ended.Go(func() {
		if err := p.Run(ctx); err != nil {
			e.t.Errorf("Run = %v", err)
		}
	})
	p.stop = sync.OnceFunc(func() {
		stop()
		ended.Wait()
		stopTail()
		tailEnded.Wait()
		sender.Close()
	})
	e.t.Cleanup(p.stop)
	return p
}

// crash ends a process as a kill would: from now on it neither writes nor sends.
// For its successor the time passes in which its lease runs out.
func (e *env) crash(p *process) {
	e.t.Helper()
	p.die()
	ctx := viewer.System(e.t.Context())
	e.db.Client.Lease.Update().Where(lease.Owner(p.Process())).SetUntil(0).ExecX(ctx)
	e.db.Client.Process.Update().Where(entprocess.ID(p.Process())).SetUntil(0).ExecX(ctx)
}

// die is what remains of a crash when nobody looks at the clock.
func (p *process) die() {
	_ = p.db.Close()
	p.Abandon()
	p.stop()
}
