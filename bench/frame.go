package main

import (
	"encoding/binary"
	"errors"
)

// Opcodes of WebSocket frames (RFC 6455, 5.2).
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

var errFrame = errors.New("not a frame that a server may send here: it is masked, or a part of a message, or compressed")

// cutFrame cuts the first frame of a server off b. Where b holds no whole frame
// it returns all of it as the rest, and no payload.
func cutFrame(b []byte) (op byte, payload, rest []byte, err error) {
	if len(b) < 2 {
		return 0, nil, b, nil
	}
	if b[0]&0xf0 != 0x80 || b[1]&0x80 != 0 || b[0]&0x0f == 0 {
		return 0, nil, b, errFrame
	}
	head, size := 2, int(b[1])
	switch size {
	case 126:
		head = 4
		if len(b) < head {
			return 0, nil, b, nil
		}
		size = int(binary.BigEndian.Uint16(b[2:]))
	case 127:
		head = 10
		if len(b) < head {
			return 0, nil, b, nil
		}
		if size = int(binary.BigEndian.Uint32(b[6:])); binary.BigEndian.Uint32(b[2:]) != 0 {
			return 0, nil, b, errFrame
		}
	}
	if len(b) < head+size {
		return 0, nil, b, nil
	}
	return b[0] & 0x0f, b[head : head+size : head+size], b[head+size:], nil
}

// frameHead is the head of a frame; mask is 0x80 for a client's, whose mask of
// four bytes follows.
func frameHead(op byte, size int, mask byte) []byte {
	switch {
	case size < 126:
		return []byte{0x80 | op, mask | byte(size)} //nolint:gosec // it fits
	case size < 1<<16:
		return []byte{0x80 | op, mask | 126, byte(size >> 8), byte(size)} //nolint:gosec // the bytes of the size
	}
	return binary.BigEndian.AppendUint64([]byte{0x80 | op, mask | 127}, uint64(size))
}

// serverFrame makes a frame that a server sends.
func serverFrame(op byte, payload []byte) []byte {
	return append(frameHead(op, len(payload), 0), payload...)
}

// clientFrame makes a frame that a client sends. Its mask is zero, which leaves
// the payload as it is.
func clientFrame(op byte, payload []byte) []byte {
	return append(append(frameHead(op, len(payload), 0x80), 0, 0, 0, 0), payload...)
}
