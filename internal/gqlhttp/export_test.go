package gqlhttp

// Left returns the most bytes that wait for one of the sockets.
func (t *WebSocket) Left() (most int) {
	for _, w := range t.writers.all {
		w.mu.Lock()
		for s := range w.sockets {
			s.out.mu.Lock()
			most = max(most, cap(s.out.left))
			s.out.mu.Unlock()
		}
		w.mu.Unlock()
	}
	return most
}
