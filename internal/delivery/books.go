package delivery

import (
	"slices"
	"sync"
)

// books counts, for each event above the watermark, the messages without a row.
// A runner has some, of what it handed out, and each lane that is behind, of what
// it took from the log itself. Events need not follow on each other.
type books struct {
	mu      sync.Mutex
	settled int64 // every event up to here has its rows
	read    int64 // the last event entered
	open    []account
}

// account is an event with messages that have no row yet.
type account struct {
	number int64
	left   int
}

func newBooks(settled int64) *books { return &books{settled: settled, read: settled} }

// state returns the watermark and the last event entered.
func (b *books) state() (settled, read int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.settled, b.read
}

// enter opens the account of an event behind all others. Those in between are
// owed nothing.
func (b *books) enter(number int64, messages int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read = number
	if messages > 0 {
		b.open = append(b.open, account{number, messages})
	}
	b.advance()
}

// enterAt passes events that are owed nothing, if they are not entered yet.
func (b *books) enterAt(number int64) {
	if _, read := b.state(); read < number {
		b.enter(number, 0)
	}
}

// close takes a message off an event's account, and reports whether the watermark
// moved.
func (b *books) close(number int64) (moved bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i, ok := b.find(number); ok {
		b.open[i].left--
	}
	return b.advance()
}

// move makes an event the last one entered: it forgets what is behind it, or
// passes what was owed nothing.
func (b *books) move(number int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, _ := b.find(number + 1)
	b.open = b.open[:i]
	b.read, b.settled = number, min(b.settled, number)
	b.advance()
}

func (b *books) find(number int64) (int, bool) {
	return slices.BinarySearchFunc(b.open, number, func(a account, n int64) int { return int(a.number - n) })
}

func (b *books) advance() (moved bool) {
	for len(b.open) > 0 && b.open[0].left <= 0 {
		b.open = b.open[1:]
	}
	before := b.settled
	if b.settled = b.read; len(b.open) > 0 {
		b.settled = b.open[0].number - 1
	} else {
		b.open = nil
	}
	return b.settled != before
}
