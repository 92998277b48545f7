package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func tiny() scale {
	return scale{
		limit: time.Minute, agents: 4, clients: 4, crowds: []int{1, 4}, seats: 3,
		warm: 50 * time.Millisecond, round: 150 * time.Millisecond, rounds: 1,
		hooks: []int{3}, deliveries: 1500,
		posts: 100 * time.Millisecond, steadyRate: 100, steady: 200 * time.Millisecond,
		growing: []int{20, 40}, backlog: 200, receivers: 10, calm: 300 * time.Millisecond, storm: 300 * time.Millisecond,
		harm:        faults{kills: 1, flushes: 1, pause: 800 * time.Millisecond, calm: 100 * time.Millisecond},
		subscribers: []int{60}, modestly: 200 * time.Millisecond, flooding: 200 * time.Millisecond,
		stall:  stalls{subscribers: 20, rounds: 1, phase: 500 * time.Millisecond, backlog: 8000},
		soak:   soaking{subscribers: 40, lasts: 3 * time.Second, sample: time.Second},
		starts: 1,
	}
}

func TestEveryBenchmarkRuns(t *testing.T) {
	t.Parallel()
	for _, b := range benchmarks() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := setup{scale: tiny(), dir: dir, logger: slog.New(slog.DiscardHandler)}
			if b.judge != nil {
				found, err := b.judge(t.Context(), s)
				skipWithoutPrograms(t, err)
				judged(t, found, err)
				return
			}
			figures, err := b.measure(t.Context(), s)
			skipWithoutPrograms(t, err)
			if err != nil {
				t.Fatal(err)
			}
			counting := 0
			for _, f := range figures {
				if f.Main && (f.Ours <= 0 || f.Floor <= 0 || f.Ratio <= 0) {
					t.Errorf("%s, %s: ours %v, floor %v, ratio %v", f.Case, f.What, f.Ours, f.Floor, f.Ratio)
				}
				if f.Main {
					counting++
				}
			}
			if counting == 0 {
				t.Errorf("no figure counts: %+v", figures)
			}
			if left, err := filepath.Glob(filepath.Join(dir, "data-*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

func skipWithoutPrograms(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv("SLOTCAST_TEST_FULL") == "" {
		t.Skip(err)
	}
}

func judged(t *testing.T, found findings, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	switch found := found.(type) {
	case *toll:
		judgedChaos(t, found)
	case *soaked:
		judgedSoak(t, found)
	default:
		t.Fatalf("it found a %T", found)
	}
}

// judgedSoak does not ask for flatness: it takes longer than this.
func judgedSoak(t *testing.T, found *soaked) {
	t.Helper()
	if err := found.sound(); err != nil {
		t.Error(err)
	}
	if found.Frames == 0 || found.Reconnects == 0 || found.Resumed == 0 || len(found.Moments) == 0 || found.Sockets != found.Subscribers {
		t.Errorf("little has happened: %+v", found)
	}
}

func judgedChaos(t *testing.T, found *toll) {
	t.Helper()
	if err := found.broken(); err != nil {
		t.Error(err)
	}
	if found.Kills == 0 || found.Events == 0 || found.Commands == 0 || found.Deliveries < found.Events {
		t.Errorf("little has happened: %+v", found)
	}
}

func TestAnInterruptEndsABenchmark(t *testing.T) {
	t.Parallel()
	long := tiny()
	long.round = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err := measureBooking(ctx, setup{scale: long, dir: t.TempDir(), logger: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	for _, args := range []string{"booking -quick -json", "-quick booking -json", "-quick -json booking"} {
		o, err := parse(strings.Fields(args), none)
		if err != nil || o.name != "booking" || !o.quick || !o.json || o.limit > 45*time.Second {
			t.Errorf("%q: %+v, %v", args, o, err)
		}
	}
	for _, args := range []string{"", "lunch", "booking delivery"} {
		_, err := parse(strings.Fields(args), none)
		if err == nil || !strings.Contains(err.Error(), "booking, delivery, isolation, chaos, live, live-stalled, live-soak, start") {
			t.Errorf("%q: %v does not say what there is", args, err)
		}
	}
}
