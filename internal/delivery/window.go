package delivery

// window is how many requests of a webhook may be in flight at once: halved when
// its receiver has more than it can take, raised by one with every success.
type window struct{ size, most int }

func newWindow(most int) window { return window{size: most, most: most} }

func (w *window) halve() { w.size = max(1, w.size/2) }

func (w *window) raise() { w.size = min(w.size+1, w.most) }
