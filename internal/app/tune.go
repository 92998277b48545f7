package app

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How far the heap may grow before it is collected, in per cent of what lives.
// Little lives in this program, and Go's default of 100 would collect it all the
// time; with thousands of subscribers more does, and the 400 that a small heap
// likes would cost each of them four times its size. Up to 16 MiB it is 400, and
// from 40 MiB on 100.
const (
	leastPercent = 100
	mostPercent  = 400
	garbage      = 32 << 20
	free         = 8 << 20
)

// A process that allocates less than little in a quiet time gives back what it
// does not use, where that is more than spare bytes: what a burst has left.
const (
	quiet  = 15 * time.Second
	little = 16 << 20
	spare  = 24 << 20
)

// TuneGC sets the pace of the garbage collector, unless GOGC does, for a process
// in which little lives.
func TuneGC(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(mostPercent)
	}
}

// heap is what the collector is paced by, in bytes, and the pace that is set.
type heap struct{ live, allocated, objects, free, paced uint64 }

func readHeap() heap {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}, {Name: "/gc/gogc:percent"},
	}
	metrics.Read(samples)
	of := func(i int) uint64 { return samples[i].Value.Uint64() }
	return heap{of(0), of(1), of(2), of(3), of(4)}
}

// percent is how far the heap may grow before it is collected.
func (h heap) percent() int {
	counted := max(h.live, free+1) - free
	return int(min(mostPercent, max(leastPercent, 100*garbage/counted)))
}

// unused is what could be given back: memory that is free, and garbage.
func (h heap) unused() uint64 { return h.free + h.objects - min(h.objects, h.live) }

// pacer keeps the pace that fits what lives, and gives back what is not used. There
// may be several in a process: each goes by the pace that is set, whoever set it.
type pacer struct {
	set  func(percent int)
	free func()

	began     time.Time // of the time that may be a quiet one
	allocated uint64    // then
}

func (p *pacer) look(now time.Time, h heap) {
	// Setting it stops the world: small differences are not worth that.
	next, paced := h.percent(), int(min(h.paced, 10*mostPercent))
	if next-paced > paced/10 || paced-next > paced/10 {
		p.set(next)
	}
	if now.Sub(p.began) < quiet {
		return
	}
	if h.allocated-p.allocated < little && h.unused() > spare {
		p.free()
	}
	p.began, p.allocated = now, h.allocated
}

// paceGC paces the collector until ctx ends. It leaves a pace alone that TuneGC has
// not set.
func paceGC(ctx context.Context) error {
	if os.Getenv("GOGC") != "" || readHeap().paced != mostPercent {
		return nil
	}
	defer debug.SetGCPercent(mostPercent)
	p := pacer{set: func(percent int) { debug.SetGCPercent(percent) }, free: debug.FreeOSMemory, began: time.Now()}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			p.look(now, readHeap())
		case <-ctx.Done():
			return nil
		}
	}
}
