package delivery

// books counts, for each event above the watermark, the messages without a row.
type books struct {
	settled int64 // every event up to here has its rows
	written int64 // the watermark in the table
	open    []int // open[i]: messages of event settled+1+i that have no row yet
}

// read returns the number of the last event entered.
func (b *books) read() int64 { return b.settled + int64(len(b.open)) }

// enter opens the account of the next event.
func (b *books) enter(messages int) {
	b.open = append(b.open, messages)
	b.advance()
}

// close takes one message off an event's account, and reports whether the
// watermark moved.
func (b *books) close(number int64) (moved bool) {
	if i := number - b.settled - 1; i >= 0 && i < int64(len(b.open)) {
		b.open[i]--
	}
	return b.advance()
}

func (b *books) advance() (moved bool) {
	for len(b.open) > 0 && b.open[0] <= 0 {
		b.open = b.open[1:]
		b.settled++
		moved = true
	}
	return moved
}
