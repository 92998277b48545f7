package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	goalStalled       = 1.1 // of the others' slowest of a hundred
	goalStalledMemory = 4   // MB

	// stalledRate is in events per second.
	stalledRate = 10
)

// stalls is how the one who does not read is compared with none.
type stalls struct {
	subscribers int
	rounds      int           // of a phase without one, and a phase with
	phase       time.Duration // of each
	backlog     int           // events that the one asks for: more than buffers hold
}

// measureStalled measures what one subscriber who does not read costs the others,
// and the server's memory. With a small receive buffer he asks for a backlog that
// does not fit in all the buffers up to him, so that he is stuck from the
// beginning of his phase. The server may drop him meanwhile.
func measureStalled(ctx context.Context, s setup) (_ []figure, err error) {
	l, err := newLiveStage(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	o, err := l.ours(ctx)
	if err != nil {
		return nil, err
	}
	defer o.process().kill() // a clean stop would wait for the one
	for range s.stall.backlog / 100 {
		if _, err := o.emit(ctx, 100); err != nil {
			return nil, err
		}
	}
	if err := l.gather(ctx, o, s.stall.subscribers, l.documents[:1]); err != nil {
		return nil, err
	}
	if _, err := l.modest(ctx, o, s.stall.subscribers, stalledRate, s.stall.phase/5); err != nil { // warm
		return nil, err
	}
	var without, with stalledPhases
	for i := range s.stall.rounds {
		if err := l.phase(ctx, o, &without); err != nil {
			return nil, fmt.Errorf("without one who is stalled: %w", err)
		}
		if err := l.stalledPhase(ctx, o, &with); err != nil {
			return nil, fmt.Errorf("with one who is stalled: %w", err)
		}
		l.progress("round %d of %d: p99 %.2f ms without, %.2f ms with", i+1, s.stall.rounds,
			milliseconds(without.slow[i]), milliseconds(with.slow[i]))
	}
	return stalledFigures(s.stall.subscribers, without, with), nil
}

// stalledPhases are those of one kind, together.
type stalledPhases struct {
	waits      []time.Duration // of all
	half, slow []time.Duration // of each: its median, and its slowest of a hundred
	memory     []float64       // MB, at the end of each
}

func (l *liveStage) phase(ctx context.Context, o side, into *stalledPhases) error {
	waits, err := l.modest(ctx, o, l.stall.subscribers, stalledRate, l.stall.phase)
	if err != nil {
		return err
	}
	into.waits = append(into.waits, waits...)
	into.half, into.slow = append(into.half, median(waits)), append(into.slow, quantile(waits, 0.99))
	into.memory = append(into.memory, o.process().collected(ctx))
	return nil
}

func (l *liveStage) stalledPhase(ctx context.Context, o side, into *stalledPhases) error {
	url, token := o.address()
	if err := l.watcher.call("Stall", Crowd{URL: url, Token: token, Documents: l.documents, After: l.start}); err != nil {
		return err
	}
	// What the buffers hold is written by then; it takes no part in the phase.
	if _, err := l.modest(ctx, o, l.stall.subscribers, stalledRate, min(l.stall.phase, time.Second)); err != nil {
		return err
	}
	err := l.phase(ctx, o, into)
	return errors.Join(err, l.watcher.call("Unstall", struct{}{}))
}

func stalledFigures(n int, without, with stalledPhases) []figure {
	name := fmt.Sprintf("1 stalled beside %d", n)
	rounds := len(without.memory)
	const what = "commit to the last of the others"
	of := fmt.Sprintf("median of %d rounds, floor: none stalled", rounds)
	slow := newFigure(name, what+" p99, "+of, "ms", milliseconds(median(with.slow)), milliseconds(median(without.slow))).less().aims(goalStalled)
	slow.Main = true
	all := []figure{
		newFigure(name, what+" p50, "+of, "ms", milliseconds(median(with.half)), milliseconds(median(without.half))).less(), slow,
	}
	all = append(all, latencies(name, "… all rounds together, floor: none stalled,", with.waits, without.waits)...)
	more := median(with.memory) - median(without.memory)
	return append(all,
		newFigure(name, "memory of the server, floor: none stalled", "MB", median(with.memory), median(without.memory)).less(),
		newFigure(name, "… more", "MB", max(more, 0), 0).less().wants(goalStalledMemory),
		newFigure(name, fmt.Sprintf("… after %d rounds, floor: after the first", rounds), "MB", with.memory[rounds-1], with.memory[0]).less(),
	)
}
