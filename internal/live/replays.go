package live

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/ent/replay"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/fanout"
	"slotcast/internal/viewer"
)

// ReplaysConfig is what Replays are made of.
type ReplaysConfig struct {
	Client *ent.Client
	Every  time.Duration // between looks at a replay; 0 means 500 ms
	Logger *slog.Logger
}

// Replays shows how far replays are. It is safe for concurrent use.
type Replays struct {
	client *ent.Client
	every  time.Duration
	logger *slog.Logger
}

// NewReplays returns Replays.
func NewReplays(c ReplaysConfig) *Replays {
	return &Replays{client: c.Client, every: cmp.Or(c.Every, 500*time.Millisecond), logger: cmp.Or(c.Logger, slog.Default())}
}

// Feed returns a replay as it is, an *ent.Replay, and at each change until it is
// over: then the feed is complete. Whoever begins behind place 0 gets it as it is
// at once. Its errors: UNAUTHENTICATED, FORBIDDEN, and NOT_FOUND about id.
func (r *Replays) Feed(ctx context.Context, id string) (fanout.Feed, error) {
	v, err := watcher(ctx, domain.WebhooksRead)
	if err != nil {
		return nil, err
	}
	there, err := patiently(ctx, r.logger, func(ctx context.Context) (bool, error) {
		return r.client.Replay.Query().Where(replay.ID(id)).Exist(ctx)
	})
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, apperr.Missing("replay", "id", id)
	}
	return &replayFeed{Replays: r, viewer: v, id: id}, nil
}

type replayFeed struct {
	*Replays
	viewer viewer.Viewer
	id     string
}

// Head implements [fanout.Feed].
func (f *replayFeed) Head(ctx context.Context) (int64, error) {
	row, err := f.row(ctx)
	if err != nil {
		return 0, err
	}
	return stage(row), nil
}

// stage is the place of a replay as it is: how far it is and how much it has sent,
// which never gets less, and whether it is over. Clocks, which differ, have no
// part in it.
func stage(row *ent.Replay) int64 {
	at := 1 + row.Number + int64(row.Sent) + int64(row.Delivered)
	if over(row) {
		at++
	}
	return at
}

func over(row *ent.Replay) bool { return row.Status != domain.ReplayRunning }

// Read implements [fanout.Feed].
func (f *replayFeed) Read(ctx context.Context, behind int64, _ int) ([]fanout.Item, int64, error) {
	pause := f.every
	if behind == 0 {
		pause = 0
	}
	for {
		if err := backoff.Wait(ctx, pause); err != nil {
			return nil, behind, err
		}
		pause = f.every
		row, err := f.row(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, behind, ctx.Err()
		case apperr.From(err) != nil:
			return nil, behind, err
		case err != nil:
			f.logger.WarnContext(ctx, "replay_unread", "replay_id", f.id, "error", err)
			pause = max(pause, retryEvery)
		case stage(row) > behind:
			return []fanout.Item{{Place: stage(row), Value: row, At: row.UpdatedAt, State: true}}, stage(row), nil
		case over(row):
			return nil, behind, io.EOF
		}
	}
}

func (f *replayFeed) row(ctx context.Context) (*ent.Replay, error) {
	row, err := within(viewer.With(ctx, f.viewer), f.client.Replay.Query().Where(replay.ID(f.id)).Only)
	switch {
	case ent.IsNotFound(err):
		return nil, apperr.Missing("replay", "id", f.id)
	case errors.Is(err, privacy.Deny):
		return nil, apperr.New(apperr.Forbidden, "replays are closed to the token")
	}
	return row, err
}
