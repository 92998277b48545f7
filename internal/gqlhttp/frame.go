package gqlhttp

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"math"
	"sync"

	"slotcast/internal/fanout"
)

// appendFrame appends the header of a text frame whose payload is n bytes.
func appendFrame(dst []byte, n int, compressed bool) []byte {
	const final, rsv1, text = 1 << 7, 1 << 6, 1
	first := byte(final | text)
	if compressed {
		first |= rsv1
	}
	switch {
	case n < 126:
		return append(dst, first, byte(n)) //nolint:gosec // less than 126
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, first, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, first, 127), uint64(n))
}

// textFrame is a frame of its own.
func textFrame(data []byte) []byte {
	return append(appendFrame(make([]byte, 0, len(data)+10), len(data), false), data...)
}

// appendEntry appends the frame that tells a subscription of an entry. What comes
// before the payload is the subscription's own, and never compressed; the payload
// is compressed once for all.
func appendEntry(dst []byte, sub *subscription, e *fanout.Entry, packing *packer) []byte {
	switch e.Kind {
	case fanout.Next:
	case fanout.Failed:
		return append(dst, textFrame(errorMessage(sub.jsonID, e.Payload))...)
	case fanout.Complete:
		return append(dst, textFrame(completeMessage(sub.jsonID))...)
	case fanout.Broken:
		return dst
	}
	n := len(sub.opening)
	if packing == nil || len(e.Payload) < minPacked || n > math.MaxUint16 { // a block holds no more
		dst = appendFrame(dst, len(sub.opening)+len(e.Payload)+1, false)
		dst = append(append(dst, sub.opening...), e.Payload...)
		return append(dst, '}')
	}
	packed := e.Form(packing.pack)
	const stored = 5 // bytes in front of a block that is not compressed
	dst = appendFrame(dst, stored+n+len(packed), true)
	dst = append(dst, 0)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(n))
	dst = binary.LittleEndian.AppendUint16(dst, ^uint16(n))
	return append(append(dst, sub.opening...), packed...)
}

// minPacked is the size from which on a payload is compressed, in bytes.
const minPacked = 512

// packer compresses payloads by DEFLATE (RFC 1951), each for itself.
type packer struct{ writers sync.Pool }

// pack returns the blocks of a payload and the brace that closes its message,
// without the mark at the end that a frame leaves out (RFC 7692, 7.2.1).
func (p *packer) pack(payload []byte) []byte {
	var out bytes.Buffer
	w, ok := p.writers.Get().(*flate.Writer)
	if !ok {
		w, _ = flate.NewWriter(nil, flate.BestSpeed) // the level is one that there is
	}
	defer p.writers.Put(w)
	w.Reset(&out)
	_, _ = w.Write(payload) // a buffer takes everything
	_, _ = w.Write([]byte{'}'})
	_ = w.Flush()
	return bytes.Clone(bytes.TrimSuffix(out.Bytes(), []byte{0, 0, 0xff, 0xff}))
}
