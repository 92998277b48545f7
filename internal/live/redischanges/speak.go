package redischanges

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// speak sends what is queued, and every beat what is watched here. At the end it
// sends what is still queued, unless Redis does not answer.
func (r *Relay) speak(ctx context.Context) {
	beat := time.NewTicker(r.beat)
	defer beat.Stop()
	for {
		select {
		case now := <-beat.C:
			r.forget(now)
			r.watched(ctx)
		case <-r.begun:
			r.watched(ctx)
		case b := <-r.queue:
			r.changed(ctx, b)
		case <-ctx.Done():
			for len(r.queue) > 0 && r.changed(ctx, <-r.queue) {
			}
			return
		}
	}
}

// watched says which apps are watched here, and nothing where there are none.
func (r *Relay) watched(ctx context.Context) {
	for some := range slices.Chunk(r.changes.Watched(), maxApps) {
		if !r.say(ctx, message{From: r.process, Watched: some}) {
			return
		}
	}
}

// changed says what has changed, with what else is queued, and reports whether it
// could.
func (r *Relay) changed(ctx context.Context, first batch) bool {
	m := message{From: r.process, Changed: map[string][]string{first.appID: first.ids}}
	n := len(first.ids)
	for n < maxIDs {
		select {
		case b := <-r.queue:
			m.Changed[b.appID] = append(slices.Clip(m.Changed[b.appID]), b.ids...)
			n += len(b.ids)
			continue
		default:
		}
		break
	}
	if !r.say(ctx, m) {
		r.dropped.Add(int64(n))
		return false
	}
	return true
}

// say sends a message, within a second, also when the end has come.
func (r *Relay) say(ctx context.Context, m message) bool {
	text, err := json.Marshal(m)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	err = r.client.Publish(ctx, r.channel, text).Err()
	if ok := err == nil; r.writing.Swap(ok) != ok {
		r.logger.InfoContext(ctx, "changes_writer", "ok", ok, "error", err)
	}
	return err == nil
}
