package sealing_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/sealing"
)

const row = "whk_01jh0m2y8wfxvv5t9k4b6n1c2d"

func ring(t testing.TB, list ...sealing.Key) *sealing.Ring {
	t.Helper()
	r, err := sealing.NewRing(list...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sealed(t testing.TB, r *sealing.Ring, text string) string {
	t.Helper()
	s, err := r.Seal(text, row)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, at := rapid.String().Draw(t, "text"), rapid.String().Draw(t, "row")
		a, b := sealing.NewKey(), sealing.NewKey()
		old, err := sealing.NewRing(a)
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := old.Seal(text, at)
		if err != nil || text != "" && strings.Contains(hidden, text) && len(text) > 3 {
			t.Fatalf("%q is sealed as %q, %v", text, hidden, err)
		}
		again, err := sealing.NewRing(b, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Open(hidden, at); err != nil || got != text {
			t.Fatalf("%q comes back as %q, %v", text, got, err)
		}
		if text == "" {
			return
		}
		if got, err := again.Open(hidden, at+"x"); err == nil {
			t.Fatalf("in another row it opens as %q", got)
		}
		if twice, _ := old.Seal(text, at); twice == hidden {
			t.Fatal("sealed twice it looks the same")
		}
	})
}

func TestEmptyStaysEmpty(t *testing.T) {
	t.Parallel()
	r := ring(t, sealing.NewKey())
	if s := sealed(t, r, ""); s != "" {
		t.Errorf("sealed as %q", s)
	}
	if got, err := r.Open("", row); got != "" || err != nil {
		t.Errorf("opened as %q, %v", got, err)
	}
}

// Rows of earlier versions hold secrets as they are; some look a little like
// sealed ones.
func TestUnsealedTextPasses(t *testing.T) {
	t.Parallel()
	r := ring(t, sealing.NewKey())
	for _, text := range []string{
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "open sesame", "sealed", "sealed.", "sealed.0123456789abcdef",
		"sealed.0123456789abcdeF.AAAA", "sealed.0123456789abcde.AAAA", "Sealed.0123456789abcdef.AAAA", "sealed..AAAA",
	} {
		if got, err := r.Open(text, row); got != text || err != nil || sealing.KeyOf(text) != "" {
			t.Errorf("%q comes back as %q of key %q, %v", text, got, sealing.KeyOf(text), err)
		}
	}
}

// Whatever is changed in a sealed text, it never opens.
func TestAlteredText(t *testing.T) {
	t.Parallel()
	r := ring(t, sealing.NewKey())
	whole := sealed(t, r, secret)
	body := len(sealing.MarkOf(r.Current()))
	for i := range len(whole) {
		for _, c := range []byte{whole[i] ^ 1, whole[i] ^ 0x20, '\n', '*', '=', 0, 0xff} {
			if c == whole[i] {
				continue
			}
			altered := whole[:i] + string([]byte{c}) + whole[i+1:]
			got, err := r.Open(altered, row)
			if got == secret || i >= body && err == nil {
				t.Errorf("byte %d as %q: opens as %q, %v", i, c, got, err)
			}
		}
	}
	for i := body; i < len(whole); i++ {
		if got, err := r.Open(whole[:i], row); err == nil {
			t.Errorf("the first %d bytes open as %q", i, got)
		}
	}
	for _, more := range []string{"A", "AA", "=", "\n"} {
		if got, err := r.Open(whole+more, row); err == nil {
			t.Errorf("with %q behind it opens as %q", more, got)
		}
	}
}

// The error names the key that is missing and the text not at all.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	a, b := sealing.NewKey(), sealing.NewKey()
	hidden := sealed(t, ring(t, a), "open sesame")
	_, err := ring(t, b).Open(hidden, row)
	if err == nil || !strings.Contains(err.Error(), a.ID()) || !strings.Contains(err.Error(), "SLOTCAST_SECRET_KEYS") {
		t.Errorf("the error is %v", err)
	}
	forged := sealing.MarkOf(b.ID()) + strings.TrimPrefix(hidden, sealing.MarkOf(a.ID()))
	if got, err := ring(t, b, a).Open(forged, row); err == nil || strings.Contains(err.Error(), forged) {
		t.Errorf("under the name of another key it opens as %q, %v", got, err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	a, b := sealing.NewKey(), sealing.NewKey()
	r := ring(t, a, b)
	if r.Current() != a.ID() || !r.Has(a.ID()) || !r.Has(b.ID()) || r.Has(sealing.NewKey().ID()) || a.ID() == b.ID() {
		t.Errorf("current %s of %s and %s", r.Current(), a.ID(), b.ID())
	}
	if hidden := sealed(t, r, "x"); sealing.KeyOf(hidden) != a.ID() || !strings.HasPrefix(hidden, sealing.MarkOf(a.ID())) {
		t.Errorf("%s is of key %s, want %s", hidden, sealing.KeyOf(hidden), a.ID())
	}
	if id := (sealing.Key{}).ID(); id != "58bc23888df6ca10" { // databases hold names
		t.Errorf("the zero key is called %s", id)
	}
	if _, err := sealing.NewRing(); err == nil {
		t.Error("a ring without keys")
	}
}

// A ring that follows looks at most once a second, takes up what is new, and
// still opens what was taken away.
func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b, c := sealing.NewKey(), sealing.NewKey(), sealing.NewKey()
		now, broken, looks := []sealing.Key{a}, error(nil), 0
		r, err := sealing.Follow(func() ([]sealing.Key, error) { looks++; return now, broken })
		if err != nil {
			t.Fatal(err)
		}
		ofB := sealed(t, ring(t, b), "open sesame")
		now = []sealing.Key{b}
		if _, err := r.Open(ofB, row); err == nil || looks != 1 {
			t.Errorf("in the first second: %v, %d looks", err, looks)
		}
		ofA := sealed(t, r, "open sesame")
		<-time.After(sealing.Refresh)
		for range 3 {
			if got, err := r.Open(ofB, row); err != nil || got != "open sesame" || looks != 2 {
				t.Errorf("after it: %q, %v, %d looks", got, err, looks)
			}
			if got, err := r.Open(ofA, row); err != nil || got != "open sesame" {
				t.Errorf("of the key that is gone: %q, %v", got, err)
			}
		}
		if r.Current() != b.ID() {
			t.Error("the new key is not used")
		}

		now = []sealing.Key{c, b}
		<-time.After(sealing.Refresh)
		if hidden := sealed(t, r, "x"); sealing.KeyOf(hidden) != c.ID() || looks != 3 {
			t.Errorf("sealed with %s after %d looks", sealing.KeyOf(hidden), looks)
		}
		now, broken = nil, fmt.Errorf("the disk is gone")
		<-time.After(sealing.Refresh)
		if hidden := sealed(t, r, "x"); sealing.KeyOf(hidden) != c.ID() || looks != 4 {
			t.Errorf("without the file: sealed with %s after %d looks", sealing.KeyOf(hidden), looks)
		}
		<-time.After(sealing.Refresh)
		ofD := sealed(t, ring(t, sealing.NewKey()), "x")
		if _, err := r.Open(ofD, row); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
			t.Errorf("without the file an unknown key gives %v", err)
		}
		if _, err := sealing.Follow(func() ([]sealing.Key, error) { return now, broken }); err == nil {
			t.Error("a ring of a file that cannot be read")
		}
	})
}

// The format stays: databases hold texts of it. This one is of the zero key.
const (
	secret = "open sesame"
	whole  = "sealed.58bc23888df6ca10./KDEmlljUPOxhQ/0s3avtEt1cjq1LKGP7Um0z+5cMO3loON7eHKx"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	if got, err := ring(t, sealing.Key{}).Open(whole, row); got != secret || err != nil {
		t.Errorf("a text of the first version opens as %q, %v", got, err)
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, sealing.Key{})
	for _, seed := range []string{
		whole, whole[:len(whole)-1], whole + "=", "", "sealed.", sealing.MarkOf(r.Current()), sealing.MarkOf(r.Current()) + "AAAA",
		"sealed.0123456789abcdef.AAAA", "sealed.0123456789abcdef", "whsec_AAAA", "sealed.\x00.", sealing.MarkOf(r.Current()) + "\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := r.Open(text, row)
		id, encoded, ok := sealing.Cut(text)
		switch {
		case ok && sealing.MarkOf(id)+encoded != text:
			t.Errorf("%q is cut into %q and %q", text, id, encoded)
		case ok && err == nil && (got != secret || text != whole):
			t.Errorf("%q opens as %q", text, got)
		case !ok && (got != text || err != nil):
			t.Errorf("%q, which was never sealed, comes back as %q, %v", text, got, err)
		case err != nil && len(encoded) > 40 && strings.Contains(err.Error(), encoded):
			t.Errorf("the error shows the text: %v", err)
		}
	})
}

func Example() {
	old, current := sealing.NewKey(), sealing.NewKey()
	before, _ := sealing.NewRing(old)
	ring, _ := sealing.NewRing(current, old)

	sealed, _ := before.Seal("open sesame", "whk_1")
	secret, err := ring.Open(sealed, "whk_1")
	fmt.Println(secret, err, sealing.KeyOf(sealed) == old.ID())

	_, err = ring.Open(sealed, "whk_2")
	fmt.Println(err)
	// Output:
	// open sesame <nil> true
	// the sealed text was altered, or belongs to another row
}
