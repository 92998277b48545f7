package delivery

// Stopping reports whether the worker's runners begin nothing any more.
func (w *Worker) Stopping() bool {
	for _, r := range w.owned() {
		r.gate.Lock()
		stopped := r.stopped
		r.gate.Unlock()
		if !stopped {
			return false
		}
	}
	return true
}

// Awaited is what became of those that waited for news.
type Awaited struct {
	Settled chan struct{} // nobody waits any more
	Early   bool          // nobody waited although there were news
}

// Await puts news of a webhook twice, takes them, puts others meanwhile, and gives
// the first ones back; then it drops all.
func (w *Worker) Await(id string, first, second verdict) Awaited {
	r := &runner{worker: w}
	put := func(change verdict) { w.ward.put(id, news{runner: r, change: change}) }
	put(first)
	put(second)
	taken := w.ward.take()
	put(second)
	w.ward.back(taken)
	out := Awaited{Settled: make(chan struct{})}
	go func() { r.unwritten.Wait(); close(out.Settled) }()
	left := w.ward.take()
	select {
	case <-out.Settled:
		out.Early = true
	default:
	}
	for range left {
		r.unwritten.Done()
	}
	return out
}
