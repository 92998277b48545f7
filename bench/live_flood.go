package main

import (
	"context"
	"fmt"
	"time"
)

// underway is how many deliveries are on their way at most, in a flood: so many
// that nobody waits for the next event, and few enough that they are in memory.
const underway = 50_000

// flooded is what came when events were told as fast as they were taken.
type flooded struct {
	frames, bytes        int64
	took                 time.Duration
	cpu, source, readers time.Duration // of the side's process, of those who make its events, of the subscribers
}

func (f *flooded) add(more flooded) {
	f.frames += more.frames
	f.bytes += more.bytes
	f.took += more.took
	f.cpu += more.cpu
	f.source += more.source
	f.readers += more.readers
}

func (f *flooded) rate() float64 { return rate(int(f.frames), f.took) }
func (f *flooded) size() float64 { return float64(f.bytes) / float64(max(f.frames, 1)) }

// per is in milliseconds per 1,000 deliveries.
func (f *flooded) per(d time.Duration) float64 {
	return milliseconds(d) * 1000 / float64(max(f.frames, 1))
}

// gather subscribes and waits until all get events.
func (l *liveStage) gather(ctx context.Context, s side, n int, documents []string) error {
	url, token := s.address()
	if err := l.watcher.call("Open", Crowd{URL: url, Token: token, N: n, Documents: documents, Cursors: true}); err != nil {
		return err
	}
	for began := time.Now(); ; {
		if _, err := s.emit(ctx, 1); err != nil {
			return err
		}
		ready := 0
		all, err := until(ctx, time.Second, func() (bool, error) {
			seen, err := l.watcher.look()
			if err == nil {
				err = seen.sound()
			}
			ready = seen.Ready
			return ready == n, err
		})
		switch {
		case err != nil:
			return err
		case all:
			return l.drained(ctx, s)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Since(began) > patience:
			return fmt.Errorf("of %d subscribers %d get events", n, ready)
		}
	}
}

// drained waits until everybody has got all events.
func (l *liveStage) drained(ctx context.Context, s side) error {
	least, moved := -1, time.Now()
	ok, err := until(ctx, time.Hour, func() (bool, error) {
		now, err := l.watcher.least()
		if err != nil {
			return false, err
		}
		if now > least {
			least, moved = now, time.Now()
		}
		if time.Since(moved) > patience {
			return false, fmt.Errorf("somebody has got %d of %d events, and none for %v", least, s.told(), patience)
		}
		return least >= s.told(), nil
	})
	if err == nil && !ok {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	seen, err := l.watcher.look()
	if err != nil {
		return err
	}
	return seen.sound()
}

// modest tells events at a rate and returns how long each took to the last
// subscriber.
func (l *liveStage) modest(ctx context.Context, s side, n int, perSecond float64, d time.Duration) (waits []time.Duration, err error) {
	if err := l.watcher.call("Begin", true); err != nil {
		return nil, err
	}
	at := map[int]time.Time{}
	_, err = pace(ctx, 1, perSecond, d, func(ctx context.Context) error {
		committed, err := s.emit(ctx, 1)
		at[s.told()] = committed
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := l.drained(ctx, s); err != nil {
		return nil, err
	}
	came, err := l.watcher.take()
	if err != nil {
		return nil, err
	}
	for _, a := range came {
		if a.Count != n {
			return nil, fmt.Errorf("event %d came to %d of %d subscribers", a.Number, a.Count, n)
		}
		waits = append(waits, time.Unix(0, a.Last).Sub(at[a.Number]))
	}
	if len(waits) != len(at) {
		return nil, fmt.Errorf("%d of %d events came", len(waits), len(at))
	}
	return waits, nil
}

// flood tells events as fast as they are taken and counts for so long, after a
// fifth of that which does not count.
func (l *liveStage) flood(ctx context.Context, s side, n int, d time.Duration) (f flooded, err error) {
	if err := l.watcher.call("Begin", false); err != nil {
		return f, err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	window, told := min(max(underway/n, 4), 200), s.told()
	counting, began := false, time.Now()
	var from flooded
	for {
		seen, err := l.watcher.look()
		if err != nil {
			return f, err
		}
		switch took := time.Since(began); {
		case !counting && took > d/5:
			counting, from = true, l.count(s, seen, took)
		case counting && took-from.took > d:
			f = l.count(s, seen, took).since(from)
			return f, l.drained(ctx, s)
		}
		// Several at once cost less, and less of the processor is taken away.
		if room := window - (s.told() - told - int(seen.Frames)/n); room > window/4 {
			if _, err := s.emit(ctx, min(room, 50)); err != nil {
				return f, err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return f, context.Cause(ctx)
		}
	}
}

// count is how far a flood is.
func (l *liveStage) count(s side, seen Watched, took time.Duration) flooded {
	return flooded{
		frames: seen.Frames, bytes: seen.Bytes, took: took,
		cpu: used(s.process().command.Process.Pid), source: s.source(), readers: l.watcher.used(),
	}
}

func (f flooded) since(before flooded) flooded {
	return flooded{
		f.frames - before.frames, f.bytes - before.bytes, f.took - before.took,
		f.cpu - before.cpu, f.source - before.source, f.readers - before.readers,
	}
}
