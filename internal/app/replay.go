package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/ent/process"
	"slotcast/ent/replay"
	"slotcast/ent/webhook"
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
	events := r.End - r.Begin // with those of other apps in between
	if some, err := p.anything(ctx, r); err != nil {
		return err
	} else if !some {
		events = 0
	}
	_, _ = fmt.Fprintf(p.out, "%s: events to go through: %d, from %s to %s\n", r.ID, events,
		r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	return p.watch(ctx, r)
}

// anything reports whether the range holds an event of the webhook's app.
func (p *replayer) anything(ctx context.Context, r *ent.Replay) (bool, error) {
	some, err := p.db.Client.Event.Query().Where(event.AppID(r.AppID), event.Shard(r.Shard), event.NumberGT(r.Begin), event.NumberLTE(r.End),
		event.OccurredAtGTE(r.From), event.OccurredAtLT(r.To)).Exist(viewer.System(ctx))
	if err != nil {
		return false, fmt.Errorf("looking for events of the range: %w", err)
	}
	return some, nil
}

// made reports an embedded database that is not there: a server that runs has one,
// so the settings are not that server's. Opening it would make it.
func made(cfg config.Config) error {
	if !cfg.Embedded() {
		return nil
	}
	if _, err := os.Stat(filepath.Join(cfg.DataDir, entdb.File)); err != nil {
		return fmt.Errorf("there is no database in %s: set SLOTCAST_DATA_DIR to the data directory of the server that runs, or SLOTCAST_DATABASE_URL to its database", cfg.DataDir)
	}
	return nil
}

// current reports a database that is not as this version needs it. It changes
// nothing: that is for a server, or for who runs migrate up.
func current(ctx context.Context, db *entdb.DB) error {
	_, pending, err := db.Status(ctx)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fmt.Errorf("the database lacks migrations, %d of them: is it that of the server that runs, and is this its version of slotcast?", len(pending))
	}
	return nil
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
	lonely, state := false, domain.WebhookActive
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
		if now := p.state(ctx, r); now != state {
			state = now
			bar.line(resting(r, state))
		}
		alive, err := p.served(ctx)
		if err == nil && !alive && !lonely {
			bar.line("No server runs on this database any more: it goes on when one does.")
		}
		lonely = err == nil && !alive
	}
}

// state is the webhook's; ACTIVE where it cannot be read.
func (p *replayer) state(ctx context.Context, r *ent.Replay) domain.WebhookState {
	w, err := p.db.Client.Webhook.Query().Where(webhook.ID(r.WebhookID)).Select(webhook.FieldState).Only(viewer.System(ctx))
	if err != nil {
		return domain.WebhookActive
	}
	return w.State
}

// resting says why a replay does not go on, and what to do; nothing where it does.
func resting(r *ent.Replay, state domain.WebhookState) string {
	switch state {
	case domain.WebhookPaused:
		return fmt.Sprintf("The webhook is paused, and the replay waits. To go on: mutation { resumeWebhook(id: %q) { state } }", r.WebhookID)
	case domain.WebhookDegraded:
		return fmt.Sprintf("The webhook fails, and the replay waits until its receiver answers again. To try it now: mutation { resumeWebhook(id: %q) { state } }", r.WebhookID)
	case domain.WebhookActive, domain.WebhookDisabled: // which ends it
	}
	return ""
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
