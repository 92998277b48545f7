package app

import (
	"context"
	"io"
	"time"

	"slotcast/ent"
	"slotcast/internal/config"
	"slotcast/internal/entdb"
	"slotcast/internal/safehttp"
)

// Progress returns the two ways to print of a progress, as if on a terminal or not.
func Progress(out io.Writer, terminal bool) (show func(done, total int), line func(string)) {
	p := newProgress(out, "secrets")
	p.terminal = terminal
	return p.show, p.line
}

// NewSender is newSender.
func NewSender(cfg config.Config) (*safehttp.Client, error) { return newSender(cfg) }

// Replay runs the command replay, with so long between looks.
func Replay(ctx context.Context, db *entdb.DB, out io.Writer, what config.Replay, every time.Duration) error {
	p := newReplayer(db, out)
	p.every = every
	return p.run(ctx, what)
}

// Moment reads a time on the command line.
func Moment(text string, now time.Time) (time.Time, error) { return moment("--from", text, now) }

// Gauge returns what shows a replay, as if on a terminal or not.
func Gauge(out io.Writer, terminal bool, from int64, now time.Time) (show func(*ent.Replay, time.Time), line func(string)) {
	g := newGauge(out, from, now)
	g.terminal = terminal
	return g.show, g.line
}

// Pacer is a pacer that does nothing but say what it would.
type Pacer struct {
	p           pacer
	paced       *int // what all of the process have set
	Freed, Sets int  // how often memory was given back, and the pace was changed
}

// NewPacer returns a Pacer of a process that several may pace.
func NewPacer(began time.Time, paced *int) *Pacer {
	p := &Pacer{paced: paced}
	p.p = pacer{began: began, free: func() { p.Freed++ }, set: func(percent int) { p.Sets++; *paced = percent }}
	return p
}

// Look is a look at a heap in MiB.
func (p *Pacer) Look(now time.Time, live, allocated, objects, free uint64) {
	p.p.look(now, heap{live << 20, allocated << 20, objects << 20, free << 20, uint64(*p.paced)})
}

// Heap is what the collector of this process is paced by, in bytes, and per cent.
func Heap() (live, allocated, objects, paced uint64) {
	h := readHeap()
	return h.live, h.allocated, h.objects, h.paced
}
