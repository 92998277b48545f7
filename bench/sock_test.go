package main

import (
	"math"
	"sync"
	"testing"
)

func TestAnEventsNumberAndCursorAreFound(t *testing.T) {
	t.Parallel()
	const head = `{"id":"1","type":"next","payload":{"data":{"meetingEvents":{`
	for _, c := range []struct {
		message, cursor string
		number          int
	}{
		{head + `"sequence":17,"cursor":"abc=","id":"evt_1"}}}}`, "abc=", 17},
		{head + `"sequence":9}}}}`, "", 9},
		{`{"type":"ping"}`, "", 0},
		{`{"id":"1","type":"error","payload":[{"message":"no"}]}`, "", 0},
	} {
		number, cursor := numbered([]byte(c.message))
		if number != c.number || string(cursor) != c.cursor {
			t.Errorf("%s: %d, %q", c.message, number, cursor)
		}
	}
}

// heard has a socket read the numbers, cut into pieces of so many bytes, and
// returns what has been seen of them.
func heard(t *testing.T, piece int, numbers ...string) Watched {
	t.Helper()
	w := &Watcher{}
	var err error
	if w.poll, err = newPoller(&sync.Mutex{}, w.took); err != nil {
		t.Fatal(err)
	}
	s := &sock{}
	var all []byte
	for _, n := range numbers {
		all = append(all, serverFrame(opText, []byte(`{"type":"next","payload":{"sequence":`+n+`}}`))...)
	}
	for len(all) > 0 {
		n := min(piece, len(all))
		w.took(s, all[:n:n], nil)
		all = all[n:]
	}
	return w.Watched
}

func TestWhatIsMissedOrComesTwiceIsSeen(t *testing.T) {
	t.Parallel()
	for _, piece := range []int{1, 7, 50, 1000} {
		for _, c := range []struct {
			name           string
			numbers        []string
			lost, repeated int
		}{
			{"all in order", []string{"4", "5", "6"}, 0, 0},
			{"two left out", []string{"4", "7", "8"}, 2, 0},
			{"one twice", []string{"4", "5", "5", "6"}, 0, 1},
			{"one too late", []string{"4", "6", "5"}, 1, 1},
		} {
			got := heard(t, piece, c.numbers...)
			if got.Lost != c.lost || got.Repeated != c.repeated || got.Frames != int64(len(c.numbers)) || got.Ready != 1 {
				t.Errorf("%s, in pieces of %d bytes: %+v", c.name, piece, got)
			}
			if (got.sound() == nil) != (c.lost+c.repeated == 0) {
				t.Errorf("%s, in pieces of %d bytes: %v", c.name, piece, got.sound())
			}
		}
	}
}

func TestGrowth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"flat", []float64{5, 5, 5, 5}, 0}, {"a saw", []float64{4, 6, 6, 4}, 0}, {"a rise", []float64{8, 9, 11, 12}, 4.2 / 10},
		{"a fall", []float64{12, 10, 8}, -4.0 / 10}, {"one", []float64{7}, 0}, {"none", nil, 0},
	} {
		at := []float64{0, 1, 2, 3}[:len(c.values)]
		if got := growth(at, c.values); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestASoakThatGrowsFails(t *testing.T) {
	t.Parallel()
	soak := func(rise float64) *soaked {
		f := &soaked{}
		for i := range 20 {
			f.Moments = append(f.Moments, moment{Seconds: float64(i), Goroutines: 1000, Heap: 40 + rise*float64(i), Resident: 100})
		}
		return f
	}
	if err := soak(0.1).broken(); err != nil {
		t.Errorf("flat: %v", err)
	}
	if err := soak(1).broken(); err == nil {
		t.Error("a heap that rises passes")
	}
	lossy := soak(0)
	lossy.Lost = 1
	if err := lossy.broken(); err == nil {
		t.Error("a lost event passes")
	}
}
