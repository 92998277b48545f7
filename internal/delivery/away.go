package delivery

// away counts a lane's messages that are in the table alone. Their rows are
// PENDING, without a time and without attempts, and their places in (after, to].
// Both ends may be inside of an event: after is the last message that the lane
// took in the order of the log, to the last one that it did not. What was put off
// is not behind after: its row may look the same when its time has come.
type away struct {
	count     int
	after, to place
}

// offer takes the next message of the log.
func (l *lane) offer(t *task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch room := l.room(); {
	case l.away.count == 0 && room > 0:
		l.follow(t)
		l.pump()
	case l.away.count > 0 && room > l.away.count:
		l.tail = append(l.tail, t)
		l.count(t, 1)
	default:
		for _, before := range l.tail {
			l.count(before, -1)
			l.park(before)
		}
		l.tail = nil
		l.park(t)
	}
}

// follow takes the message that is next in the order of the log.
func (l *lane) follow(t *task) {
	l.away.after = t.place
	l.enqueue(t)
}

// park leaves a message to the table.
func (l *lane) park(t *task) {
	l.away.count++
	l.away.to = t.place
	if t.fresh {
		l.report(t.waiting())
	}
}

// wants returns the page to read from the table, if there is room for a good
// part of it.
func (l *lane) wants() (page away, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hungry()
}

func (l *lane) hungry() (page away, ok bool) {
	room := l.room()
	page = away{count: min(room, l.away.count), after: l.away.after, to: l.away.to}
	return page, page.count > 0 && (page.count == l.away.count || 2*room >= l.runner.worker.laneLimit())
}

// take takes messages that were away. When it has the last of them, those that
// waited behind follow.
func (l *lane) take(tasks []*task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range tasks {
		l.away.count--
		l.follow(t)
	}
	if l.away.count == 0 {
		for _, t := range l.tail {
			l.count(t, -1)
			l.follow(t)
		}
		l.tail = nil
	}
	l.pump()
}

// inherit adds what the owner before left in the table; its ends are beside the
// rows, not at them.
func (l *lane) inherit(waiting away) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = waiting
}
