package eventlog

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"slotcast/internal/apperr"
)

// Position is a place in the log: behind event Number of a shard. The zero
// number is before the first event. It is what clients hold as a cursor, what
// workers store as their progress, and what a stream entry is named by.
type Position struct {
	Shard      int
	Generation int64 // of the log; one restored from a backup gets a new one
	Number     int64
}

const cursorVersion = 1

// Cursor writes the position in the opaque form that clients see.
func (p Position) Cursor() string {
	b := binary.AppendUvarint([]byte{cursorVersion}, uint64(p.Shard)) //nolint:gosec // shards count from 0
	b = binary.AppendVarint(b, p.Generation)
	b = binary.AppendVarint(b, p.Number)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads what Cursor wrote. Anything else is a BAD_USER_INPUT error
// about the given field.
func ParseCursor(field, cursor string) (Position, error) {
	bad := apperr.BadInput(field, "the cursor is not one that this server gave out: pass it on unchanged, or leave it out to start from now")
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) == 0 || b[0] != cursorVersion {
		return Position{}, bad
	}
	b = b[1:]
	shard, n := binary.Uvarint(b)
	if n <= 0 || shard > 1<<16 {
		return Position{}, bad
	}
	b = b[n:]
	generation, n := binary.Varint(b)
	if n <= 0 {
		return Position{}, bad
	}
	b = b[n:]
	number, n := binary.Varint(b)
	if n <= 0 || n != len(b) || number < 0 {
		return Position{}, bad
	}
	return Position{Shard: int(shard), Generation: generation, Number: number}, nil
}

// String is for logs.
func (p Position) String() string {
	return fmt.Sprintf("%d/%d-%d", p.Shard, p.Generation, p.Number)
}
