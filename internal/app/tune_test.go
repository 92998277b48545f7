package app_test

import (
	"runtime"
	"testing"
	"time"

	"slotcast/internal/app"
)

// The more lives, the less garbage there may be beside it.
func TestThePaceFitsWhatLives(t *testing.T) {
	t.Parallel()
	began := time.Now()
	for _, tt := range []struct {
		live          uint64 // MiB
		paced, wanted int
	}{
		{0, 400, 400},
		{10, 400, 400},
		{16, 400, 400},
		{24, 400, 200},
		{64, 400, 100},
		{5000, 400, 100},
		{25, 200, 200}, // hardly another
		{10, 100, 400},
	} {
		paced := tt.paced
		app.NewPacer(began, &paced).Look(began, tt.live, 0, tt.live, 0)
		if got := paced; got < tt.wanted-6 || got > tt.wanted+6 {
			t.Errorf("with %d MiB alive and %d %%: %d %%, want %d", tt.live, tt.paced, got, tt.wanted)
		}
	}
}

// Several in one process agree, also when one of them has put back the first pace.
func TestSeveralPaceOneProcess(t *testing.T) {
	t.Parallel()
	began, paced := time.Now(), 400
	one, two := app.NewPacer(began, &paced), app.NewPacer(began, &paced)
	one.Look(began, 64, 0, 64, 0)
	two.Look(began, 64, 0, 64, 0)
	if one.Sets != 1 || two.Sets != 0 || paced != 100 {
		t.Errorf("set %d and %d times, to %d", one.Sets, two.Sets, paced)
	}
	paced = 400 // one has ended
	two.Look(began, 64, 0, 64, 0)
	if paced != 100 {
		t.Errorf("paced by %d where one has ended", paced)
	}
}

// What is not used is given back when nothing goes on, and not before.
func TestMemoryIsGivenBack(t *testing.T) {
	t.Parallel()
	const quiet = 15 * time.Second
	began, paced := time.Now(), 100
	p := app.NewPacer(began, &paced)
	for i, tt := range []struct {
		allocated, objects, free uint64 // MiB; 80 live
		freed                    int
	}{
		{1000, 200, 100, 0}, // the first time counts what the start has allocated
		{1500, 200, 100, 0}, // something goes on
		{1510, 80, 20, 0},   // it is hardly worth it
		{1520, 80, 30, 1},
		{1530, 110, 0, 2}, // garbage
		{1560, 110, 30, 2},
	} {
		at := began.Add(time.Duration(i+1) * quiet)
		p.Look(at.Add(-time.Millisecond), 80, tt.allocated, tt.objects, tt.free)
		p.Look(at, 80, tt.allocated, tt.objects, tt.free)
		if p.Freed != tt.freed {
			t.Errorf("after %v: given back %d times, want %d", at.Sub(began), p.Freed, tt.freed)
		}
	}
}

// The runtime knows all the figures, by these names.
func TestTheHeapIsKnown(t *testing.T) {
	t.Parallel()
	runtime.GC()
	if live, allocated, objects, paced := app.Heap(); live == 0 || allocated < live || objects == 0 || paced == 0 {
		t.Errorf("%d live, %d allocated, %d objects, %d %%", live, allocated, objects, paced)
	}
}
