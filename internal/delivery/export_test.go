package delivery

import "time"

// What the external tests see of the inside.
const (
	MaxQueued = maxQueued
	MaxHeld   = maxHeld
	MaxOpen   = maxOpen
	PageSize  = pageSize
)

// Nearest is nearest.
func Nearest(processes []string, shard int) string { return nearest(processes, shard) }

// Process returns the name under which the worker holds leases.
func (w *Worker) Process() string { return w.process }

// Held returns the number of messages in the worker's lanes.
func (w *Worker) Held() int { return int(w.held.Load()) }

// Abandon makes the worker end as if it had been killed: it writes nothing more of
// what it has in hand, and waits for nothing.
func (w *Worker) Abandon() {
	w.validUntil.Store(&time.Time{})
	for _, r := range w.owned() {
		r.fenced.Store(true)
	}
}

// Books are books.
type Books struct{ *books }

// OpenBooks returns books behind a settled event.
func OpenBooks(settled int64) Books { return Books{newBooks(settled)} }

// Enter opens the account of an event.
func (b Books) Enter(number int64, messages int) { b.enter(number, messages) }

// Close takes a message off an event's account.
func (b Books) Close(number int64) bool { return b.close(number) }

// Move makes an event the last one entered.
func (b Books) Move(number int64) { b.move(number) }

// State returns the watermark and the last event entered.
func (b Books) State() (settled, read int64) { return b.state() }

// Veil hides a secret in a text.
func Veil(secret, text string) string { return newVeil(secret).hide(text) }

// Replaying reports whether a replay goes on in one of the worker's lanes.
func (w *Worker) Replaying(id string) bool {
	for _, r := range w.owned() {
		for _, l := range r.all() {
			l.mu.Lock()
			on := l.replay != nil && l.replay.ID == id && !l.replay.over
			l.mu.Unlock()
			if on {
				return true
			}
		}
	}
	return false
}

// Failing returns how many failures others may wait behind in a webhook's lanes.
func (w *Worker) Failing(id string) (n int) {
	for _, r := range w.owned() {
		for _, l := range r.all() {
			l.mu.Lock()
			if l.target.id == id {
				n += l.failing
			}
			l.mu.Unlock()
		}
	}
	return n
}
