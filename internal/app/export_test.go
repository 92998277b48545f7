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
