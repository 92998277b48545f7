package scalar

import (
	"encoding/base64"
	"errors"

	"entgo.io/contrib/entgql"
	"github.com/99designs/gqlgen/graphql"
)

// maxCursor is how long a cursor is at most: it has an id and a value to sort
// by, the longest of which is a name of 200 characters.
const maxCursor = 1500

var errNoCursor = errors.New("a cursor that this list gave out is needed: pass it on unchanged, or leave it out")

// MarshalCursor writes a Cursor.
func MarshalCursor(c entgql.Cursor[string]) graphql.Marshaler { return c }

// UnmarshalCursor reads a Cursor. It looks at the form before the contents are
// decoded: a list or map in there may claim any length, and the decoder makes
// room for it, at every level of some thousand bytes again.
func UnmarshalCursor(v any) (c entgql.Cursor[string], err error) {
	text, ok := v.(string)
	if !ok || len(text) > maxCursor {
		return c, errNoCursor
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || !wellFormed(raw) || c.UnmarshalGQL(text) != nil {
		return entgql.Cursor[string]{}, errNoCursor
	}
	return c, nil
}

// wellFormed reports whether this is MessagePack of {i: text} or {i: text, v:
// text, number, time or nil}, as cursors are written.
func wellFormed(raw []byte) bool {
	if len(raw) < 4 || raw[0] != 0x81 && raw[0] != 0x82 || raw[1] != 0xa1 || raw[2] != 'i' {
		return false
	}
	rest, ok := skipText(raw[3:])
	if !ok || raw[0] == 0x81 {
		return ok && len(rest) == 0
	}
	return len(rest) > 2 && rest[0] == 0xa1 && rest[1] == 'v' && plain(rest[2])
}

// skipText leaves out the text that MessagePack begins with.
func skipText(raw []byte) (rest []byte, ok bool) {
	var end int
	switch code := raw[0]; {
	case code&0xe0 == 0xa0: // up to 31 bytes
		end = 1 + int(code&0x1f)
	case code == 0xd9 && len(raw) > 1: // up to 255
		end = 2 + int(raw[1])
	default:
		return nil, false
	}
	if len(raw) < end {
		return nil, false
	}
	return raw[end:], true
}

// plain tells MessagePack's single values, times among them, from lists, maps and
// what may be longer than a cursor.
func plain(code byte) bool {
	switch {
	case code < 0x80, code >= 0xe0: // small numbers
		return true
	case code >= 0xa0 && code <= 0xc0: // short texts, nil
		return true
	case code == 0xc7, code >= 0xca && code <= 0xda: // times, numbers, texts
		return true
	}
	return false
}
