package redischanges

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/backoff"
)

// listen hears what the others say until ctx ends, and subscribes again whenever
// that breaks.
func (r *Relay) listen(ctx context.Context) {
	const shortest, longest = 20 * time.Millisecond, time.Second
	pause := shortest
	for heard := true; ctx.Err() == nil; {
		got, err := r.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if got {
			pause = shortest
		}
		if heard || got {
			r.logger.WarnContext(ctx, "changes_unheard", "error", err)
		}
		heard = false
		_ = backoff.Wait(ctx, pause)
		pause = min(2*pause, longest)
	}
}

// follow subscribes, and hears until something breaks; got says that it did for a
// while.
func (r *Relay) follow(ctx context.Context) (got bool, err error) {
	sub := r.client.Subscribe(ctx, r.channel)
	defer func() { _ = sub.Close() }()
	// A receive does not end with its context.
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	for asked := false; ; {
		m, err := sub.ReceiveTimeout(ctx, 2*r.beat)
		if quiet(err) && !asked {
			asked = true // a connection that has gone silent does not answer
			err = sub.Ping(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return got, err
		}
		asked = false
		switch m := m.(type) {
		case *redis.Subscription:
			got = true
			r.Watching("") // the others may have heard nothing of us
		case *redis.Message:
			r.hear(ctx, m.Payload)
		}
	}
}

// quiet reports whether there was nothing to hear for a while.
func quiet(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func (r *Relay) hear(ctx context.Context, text string) {
	m, err := r.decode(text)
	switch {
	case err != nil:
		r.logger.WarnContext(ctx, "changes_unread", "error", err)
	case m.From == r.process:
		r.echo.Store(time.Now().UnixNano())
	default:
		if len(m.Watched) > 0 {
			r.want(m.Watched)
		}
		for app, ids := range m.Changed {
			r.changes.Hear(app, ids...)
		}
	}
}
