package scalar_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"entgo.io/contrib/entgql"

	"slotcast/graph/scalar"
)

func written(c entgql.Cursor[string]) string {
	var out bytes.Buffer
	scalar.MarshalCursor(c).MarshalGQL(&out)
	return strings.Trim(out.String(), `"`)
}

func TestCursorsComeBack(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 15, 10, 0, 0, 123456000, time.UTC)
	for _, c := range []entgql.Cursor[string]{
		{ID: "mtg_01m80jr6effjk9vneq4g3wd1yn"},
		{ID: strings.Repeat("x", 255)},
		{ID: "mtg_x", Value: at},
		{ID: "mtg_x", Value: time.Date(2600, 1, 1, 0, 0, 0, 1, time.UTC)},
		{ID: "agt_x", Value: "Jo"},
		{ID: "agt_x", Value: strings.Repeat("é", 200)},
	} {
		got, err := scalar.UnmarshalCursor(written(c))
		if err != nil || got.ID != c.ID {
			t.Errorf("%+v comes back as %+v, %v", c, got, err)
			continue
		}
		want, isTime := c.Value.(time.Time)
		back, _ := got.Value.(time.Time)
		if isTime && !back.Equal(want) || !isTime && got.Value != c.Value {
			t.Errorf("%+v comes back as %+v", c, got)
		}
	}
}

// A list of a length that it only claims to have costs nothing.
func TestCursorsAreRefused(t *testing.T) {
	t.Parallel()
	const start = "\x82\xa1i\xa1a\xa1v"
	raw := map[string]string{
		"nothing": "", "a list": "\x92\xa1a\xa1b", "another key": "\x81\xa1x\xa1a", "no text": "\x81\xa1i\x01", "a text cut off": "\x81\xa1i\xaaabc",
		"lists in lists": start + strings.Repeat("\xdd\xff\xff\xff\xff", 150), "maps in maps": start + strings.Repeat("\xdf\x00\xff\xff\xff\xa1a", 100),
		"a short list": start + "\x90", "a short map": start + "\x80", "a long text": start + "\xdb\xff\xff\xff\xff", "bytes": start + "\xc6\xff\xff\xff\xff",
		"no value": start, "more behind": "\x81\xa1i\xa1a\x00", "a third field": "\x83\xa1i\xa1a\xa1v\xc0\xa1w\xc0", "a length cut off": "\x81\xa1i\xd9",
	}
	for name, text := range raw {
		if c, err := scalar.UnmarshalCursor(base64.RawStdEncoding.EncodeToString([]byte(text))); err == nil {
			t.Errorf("%s is %+v", name, c)
		}
	}
	for name, v := range map[string]any{"a number": json.Number("7"), "no base64": "%%%", "nil": nil, "long": strings.Repeat("A", 1501)} {
		if c, err := scalar.UnmarshalCursor(v); err == nil || !strings.Contains(err.Error(), "unchanged") {
			t.Errorf("%s is %+v, %v", name, c, err)
		}
	}
}

func TestTimesAndMaps(t *testing.T) {
	t.Parallel()
	at, err := scalar.UnmarshalTime("2027-01-15T10:00:00.5+02:00")
	if err != nil || !at.Equal(time.Date(2027, 1, 15, 8, 0, 0, 5e8, time.UTC)) {
		t.Errorf("%v, %v", at, err)
	}
	for _, v := range []any{"", "2027-01-15", "2027-01-15 10:00:00", "2027-01-15T10:00:00", json.Number("1"), nil, true} {
		if at, err := scalar.UnmarshalTime(v); err == nil || !strings.Contains(err.Error(), "RFC 3339") {
			t.Errorf("%v is %v, %v", v, at, err)
		}
	}
	if m, err := scalar.UnmarshalMap(map[string]any{"a": 1}); err != nil || len(m) != 1 {
		t.Errorf("%v, %v", m, err)
	}
	for _, v := range []any{"{}", []any{}, nil} {
		if m, err := scalar.UnmarshalMap(v); err == nil || !strings.Contains(err.Error(), "JSON object") {
			t.Errorf("%v is %v, %v", v, m, err)
		}
	}
}

// Whatever is sent as a cursor is one, which is written as one that means the
// same, or a refusal in words.
func FuzzCursor(f *testing.F) {
	for _, cursor := range []string{"", "%%%", "AAAA", "gaFpo2FiYw", "gqFpo2FiY6F2wA", "gqFpo2FiY6F22C8", "3wAAAAA", "3f////8", "gaFp2/////8", "gaFpxv////8"} {
		f.Add(cursor)
	}
	f.Add(written(entgql.Cursor[string]{ID: "mtg_x", Value: time.Date(2027, 1, 15, 10, 0, 0, 1, time.UTC)}))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := scalar.UnmarshalCursor(text)
		if err != nil {
			return
		}
		if again, err := scalar.UnmarshalCursor(written(c)); err != nil || again.ID != c.ID {
			t.Errorf("%q is %+v, and that is %+v, %v", text, c, again, err)
		}
	})
}
