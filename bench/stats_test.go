package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []int
		q      float64
		want   int
	}{
		{nil, 0.5, 0},
		{[]int{7}, 0.5, 7},
		{[]int{7}, 0.99, 7},
		{[]int{3, 1, 2}, 0.5, 2},
		{[]int{4, 3, 2, 1}, 0.5, 2},
		{[]int{4, 3, 2, 1}, 0, 1},
		{[]int{4, 3, 2, 1}, 1, 4},
		{[]int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 0.9, 9},
		{[]int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 0.99, 10},
	} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile(%v, %v) = %d, want %d", c.values, c.q, got, c.want)
		}
	}
}

func TestQuantileKeepsTheOrderOfItsValues(t *testing.T) {
	t.Parallel()
	values := []int{3, 1, 2}
	median(values)
	if values[0] != 3 || values[1] != 1 || values[2] != 2 {
		t.Errorf("the values are now %v", values)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	if got := rate(50, 2*time.Second); math.Abs(got-25) > 1e-9 {
		t.Errorf("50 in 2 s are %v per second", got)
	}
	if got := rate(50, 0); got != 0 {
		t.Errorf("50 in no time are %v per second", got)
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	line := func(ratio float64, less, main bool) figure { return figure{Ratio: ratio, Less: less, Main: main} }
	for _, c := range []struct {
		name    string
		figures []figure
		ratio   float64
	}{
		{"none", nil, 0},
		{"more is better", []figure{line(0.5, false, true), line(0.2, false, true), line(0.3, false, true)}, 0.2},
		{"less is better", []figure{line(3, true, true), line(5, true, true), line(4, true, true)}, 5},
		{"only main ones count", []figure{line(0.5, false, true), line(9, true, false), line(0.1, false, false)}, 0.5},
	} {
		if got, _ := worst(c.figures); got != c.ratio {
			t.Errorf("%s: %v, want %v", c.name, got, c.ratio)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	rows := newFigure("sqlite", "bookings", "1/s", 640, 2560)
	rows.Main = true
	var out bytes.Buffer
	if err := (report{Name: "booking", Figures: []figure{rows, newFigure("sqlite", "alone", "ms", 1.5, 0)}}).write(&out, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if got := strings.Join(strings.Fields(lines[1]), " "); got != "sqlite bookings 640 2560 1/s 0.250" {
		t.Errorf("the table says %q", got)
	}
	if got := strings.Join(strings.Fields(lines[2]), " "); got != "sqlite alone 1.50 - ms -" {
		t.Errorf("without a floor the table says %q", got)
	}
	var object struct {
		Name  string
		Ratio float64
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &object); err != nil || object.Name != "booking" || object.Ratio != 0.25 {
		t.Errorf("the last line is %s (%v)", lines[len(lines)-1], err)
	}
}
