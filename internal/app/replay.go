package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/process"
	"slotcast/ent/replay"
	"slotcast/internal/config"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
	"slotcast/internal/redelivery"
	"slotcast/internal/viewer"
)

// replayer has a running server send something once more, and watches. It works
// beside servers, also those with the embedded database: it writes one row, and
// then only reads.
type replayer struct {
	db    *entdb.DB
	out   io.Writer
	every time.Duration // between looks
	now   func() time.Time
}

func newReplayer(db *entdb.DB, out io.Writer) *replayer {
	return &replayer{db: db, out: out, every: 500 * time.Millisecond, now: time.Now}
}

// run returns nil when the replay is done, and when ctx ends: then it goes on
// without being watched.
func (p *replayer) run(ctx context.Context, what config.Replay) error {
	asked, err := ranged(what, p.now())
	if err != nil {
		return err
	}
	if alive, err := p.served(ctx); err != nil {
		return err
	} else if !alive {
		return errors.New("no server runs on this database, and it is a server that sends: start one, then run this again")
	}
	log, err := eventlog.Open(ctx, eventlog.Config{Client: p.db.Client})
	if err != nil {
		return err
	}
	r, err := redelivery.New(redelivery.Config{Client: p.db.Client, Log: log}).ReplayAsSystem(ctx, asked)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.out, "%s: events to go through: %d, from %s to %s\n", r.ID, r.End-r.Begin,
		r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	return p.watch(ctx, r)
}

// served reports whether a server is alive.
func (p *replayer) served(ctx context.Context) (bool, error) {
	now, err := p.db.Now(ctx)
	if err != nil {
		return false, err
	}
	alive, err := p.db.Client.Process.Query().Where(process.UntilGTE(now.UnixMilli())).Exist(viewer.System(ctx))
	if err != nil {
		return false, fmt.Errorf("looking for a running server: %w", err)
	}
	return alive, nil
}

// watch shows a replay until it ends, or ctx does.
func (p *replayer) watch(ctx context.Context, r *ent.Replay) error {
	bar := newGauge(p.out, r.Number, p.now())
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	lonely := false
	for {
		bar.show(r, p.now())
		switch r.Status {
		case domain.ReplayDone:
			bar.line(fmt.Sprintf("Done: %d messages sent, %d of them delivered at the first attempt.", r.Sent, r.Delivered))
			return nil
		case domain.ReplayCancelled:
			bar.line("")
			return fmt.Errorf("%s was cancelled when %d messages had been sent", r.ID, r.Sent)
		case domain.ReplayRunning:
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			bar.line(fmt.Sprintf("It goes on. To stop it: mutation { cancelReplay(id: %q) { status } }", r.ID))
			return nil
		}
		next, err := p.db.Client.Replay.Query().Where(replay.ID(r.ID)).Only(viewer.System(ctx))
		if ctx.Err() != nil {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading replay %s: %w", r.ID, err)
		}
		r = next
		alive, err := p.served(ctx)
		if err == nil && !alive && !lonely {
			bar.line("No server runs on this database any more: it goes on when one does.")
		}
		lonely = err == nil && !alive
	}
}

// ranged reads what was asked for.
func ranged(what config.Replay, now time.Time) (redelivery.Range, error) {
	r := redelivery.Range{WebhookID: what.Webhook, OnlyFailed: what.OnlyFailed}
	var err error
	if r.From, err = moment("--from", what.From, now); err != nil {
		return r, err
	}
	if what.To != "" {
		to, err := moment("--to", what.To, now)
		if err != nil {
			return r, err
		}
		r.To = &to
	}
	for _, name := range what.Triggers {
		r.Triggers = append(r.Triggers, domain.Trigger(strings.TrimSpace(name)))
	}
	return r, nil
}

// moment is a time, or how long ago it was.
func moment(flag, text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("%s: %q is no time; write one such as 2027-01-04T09:00:00Z, or how long ago it was, such as 24h or 7d", flag, text)
}
