package fanout

import (
	"sync"
	"time"
)

// Kind says what an entry is.
type Kind uint8

// The kinds of entries. All but Next are the last of their stream.
const (
	Next     Kind = iota // a value
	Failed               // the stream ends with an error
	Complete             // the stream ends
	Broken               // the execution was cancelled: nothing is to be told
)

// Entry is what subscribers get of one value. It is shared, and not changed.
type Entry struct {
	Kind    Kind
	Place   int64
	Cursor  string
	At      time.Time // when the value came to be; zero: unknown
	Payload []byte    // Next: the response. Failed: the list of errors. In JSON.

	sum  int64 // bytes of this entry and all before it
	once sync.Once
	form []byte
}

// Form returns what change makes of the payload. It is called once for all
// subscribers, who therefore need to want the same.
func (e *Entry) Form(change func(payload []byte) []byte) []byte {
	e.once.Do(func() { e.form = change(e.Payload) })
	return e.form
}

// Encoder is one execution of an operation, which makes entries of values. It is
// used by one goroutine.
type Encoder interface {
	// Encode makes an entry of a value.
	Encode(item Item) *Entry
	// End makes the last entry. With io.EOF the stream is complete; any other error
	// is why it ends.
	End(err error) *Entry
}
