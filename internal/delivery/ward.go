package delivery

import "sync"

// ward keeps news until they are written: of each webhook the latest alone. Their
// runner counts them among what is on its way into the table.
type ward struct {
	mu      sync.Mutex
	waiting map[string]news
	some    chan struct{} // holds a token while there may be news
}

func newWard() *ward {
	return &ward{waiting: map[string]news{}, some: make(chan struct{}, 1)}
}

// put adds news of a webhook.
func (h *ward) put(id string, n news) {
	h.mu.Lock()
	n.runner.unwritten.Add(1)
	if before, some := h.waiting[id]; some {
		n = before.join(n)
	}
	h.waiting[id] = n
	h.mu.Unlock()
	h.wake()
}

// back puts news back that could not be written, before newer ones.
func (h *ward) back(all map[string]news) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, n := range all {
		if newer, some := h.waiting[id]; some {
			n = n.join(newer)
		}
		h.waiting[id] = n
	}
}

func (h *ward) take() map[string]news {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.waiting
	h.waiting = map[string]news{}
	return all
}

func (h *ward) wake() {
	select {
	case h.some <- struct{}{}:
	default:
	}
}
