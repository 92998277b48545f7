package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func tiny() scale {
	return scale{
		limit: time.Minute, agents: 4, clients: 4, crowds: []int{1, 4}, seats: 3,
		warm: 50 * time.Millisecond, round: 150 * time.Millisecond, rounds: 1,
		hooks: []int{3}, deliveries: 60, burst: 10 * time.Second,
		posts: 100 * time.Millisecond, steady: 200 * time.Millisecond,
		starts: 1,
	}
}

func TestEveryBenchmarkRuns(t *testing.T) {
	t.Parallel()
	for _, b := range benchmarks() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			figures, err := b.measure(t.Context(), setup{scale: tiny(), dir: dir, logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			counting := 0
			for _, f := range figures {
				if f.Ours <= 0 || f.Floor <= 0 || f.Ratio <= 0 {
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
		if err == nil || !strings.Contains(err.Error(), "booking, delivery, start") {
			t.Errorf("%q: %v does not say what there is", args, err)
		}
	}
}
