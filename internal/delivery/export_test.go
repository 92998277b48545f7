package delivery

// What the external tests see of the inside.
const (
	MaxQueued = maxQueued
	MaxOpen   = maxOpen
)

// Nearest is nearest.
func Nearest(processes []string, shard int) string { return nearest(processes, shard) }

// Process returns the name under which the worker holds leases.
func (w *Worker) Process() string { return w.process }

// Held returns the number of messages in the worker's lanes.
func (w *Worker) Held() int { return int(w.held.Load()) }

// Books are a shard's books.
type Books struct{ books }

// OpenBooks returns books behind a settled event.
func OpenBooks(settled int64) *Books { return &Books{books{settled: settled}} }

// Enter opens the account of the next event.
func (b *Books) Enter(messages int) { b.enter(messages) }

// Close takes a message off an event's account.
func (b *Books) Close(number int64) bool { return b.close(number) }

// Read returns the last event entered, Settled the watermark.
func (b *Books) Read() int64    { return b.read() }
func (b *Books) Settled() int64 { return b.settled }

// Veil hides a secret in a text.
func Veil(secret, text string) string { return newVeil(secret).hide(text) }
