package eventlog_test

import (
	"encoding/base64"
	"math"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/apperr"
	"slotcast/internal/eventlog"
)

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := eventlog.Position{
			Shard:      rapid.IntRange(0, 1<<16).Draw(t, "shard"),
			Generation: rapid.Int64().Draw(t, "generation"),
			Number:     rapid.Int64Range(0, math.MaxInt64).Draw(t, "number"),
		}
		got, err := eventlog.ParseCursor("after", p.Cursor())
		if err != nil || got != p {
			t.Fatalf("%+v came back as %+v, %v", p, got, err)
		}
	})
}

// The cursor is a promise to clients who have stored one.
func TestCursorForm(t *testing.T) {
	t.Parallel()
	p := eventlog.Position{Shard: 3, Generation: 1900000000000, Number: 42}
	if got, want := p.Cursor(), "AQOA4JmNzG5U"; got != want {
		t.Errorf("Cursor = %q, want %q", got, want)
	}
	if got, want := p.String(), "3/1900000000000-42"; got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
}

func TestParseCursorRefuses(t *testing.T) {
	t.Parallel()
	good := eventlog.Position{Shard: 1, Generation: 2, Number: 3}.Cursor()
	raw := func(b ...byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	for name, cursor := range map[string]string{
		"empty":             "",
		"no base64":         "%%%",
		"padded":            good + "==",
		"longer":            good + "AA",
		"another version":   raw(2, 1, 4, 6),
		"only a version":    raw(1),
		"no generation":     raw(1, 1),
		"no number":         raw(1, 1, 4),
		"unfinished number": raw(1, 1, 4, 0x80),
		"negative number":   raw(1, 1, 4, 5),
		"a huge shard":      raw(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 4, 6),
		"an endless shard":  raw(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"an id":             "evt_01jh0m2y8wfxvv5t9k4b6n1c2d",
	} {
		p, err := eventlog.ParseCursor("input.after", cursor)
		if e := apperr.From(err); e == nil || e.Code != apperr.BadUserInput || e.Field != "input.after" {
			t.Errorf("%s: ParseCursor(%q) = %+v, %v", name, cursor, p, err)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add(eventlog.Position{Shard: 1, Generation: 2, Number: 3}.Cursor())
	f.Add("")
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, cursor string) {
		p, err := eventlog.ParseCursor("after", cursor)
		if err != nil {
			return
		}
		again, err := eventlog.ParseCursor("after", p.Cursor())
		if err != nil || again != p || p.Number < 0 || p.Shard < 0 {
			t.Errorf("%q is %+v, which came back as %+v, %v", cursor, p, again, err)
		}
	})
}
