package fanout

// Entered returns how many subscribers are in a group, or want to be.
func (h *Hub) Entered(key string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if g := h.groups[key]; g != nil {
		return g.entered
	}
	return 0
}

// Kept returns how many entries a group keeps, and their bytes.
func (h *Hub) Kept(key string) (entries, bytes int) {
	h.mu.Lock()
	g := h.groups[key]
	h.mu.Unlock()
	if g == nil {
		return 0, 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.ring.entries {
		bytes += len(e.Payload)
	}
	return len(g.ring.entries), bytes
}

// Slots returns how much room a group has for the members of a lane.
func (h *Hub) Slots(key string, l *Lane) int {
	h.mu.Lock()
	g := h.groups[key]
	h.mu.Unlock()
	if g == nil {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if m := g.lanes[l]; m != nil {
		return len(m.list)
	}
	return 0
}

// Joined reports whether the subscriber takes entries of its group.
func (s *Subscriber) Joined() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.joined
}

// Alone reports whether the subscriber shares with nobody.
func (s *Subscriber) Alone() bool { return s.stream.Key == "" }
