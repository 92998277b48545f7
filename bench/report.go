package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is one line of the table.
type figure struct {
	Case  string  `json:"case"` // on what: "sqlite"
	What  string  `json:"what"` // "bookings", "latency p50"
	Unit  string  `json:"unit"`
	Ours  float64 `json:"ours"`
	Floor float64 `json:"floor"` // 0: there is none
	Ratio float64 `json:"ratio"` // ours / floor
	Less  bool    `json:"lessIsBetter"`
	Main  bool    `json:"main"` // counts for the benchmark's ratio

	Goal    *float64 `json:"goal,omitempty"` // of ours; of the ratio where OfRatio
	OfRatio bool     `json:"goalOfRatio,omitempty"`
	Met     *bool    `json:"met,omitempty"`
}

func newFigure(in, what, unit string, ours, floor float64) figure {
	f := figure{Case: in, What: what, Unit: unit, Ours: ours, Floor: floor}
	if floor > 0 {
		f.Ratio = ours / floor
	}
	return f
}

// less says that less is better.
func (f figure) less() figure {
	f.Less = true
	return f
}

// wants sets a goal for ours.
func (f figure) wants(goal float64) figure {
	met := f.Ours >= goal
	if f.Less {
		met = f.Ours <= goal
	}
	f.Goal, f.Met = &goal, &met
	return f
}

// aims sets a goal for the ratio.
func (f figure) aims(goal float64) figure {
	met := f.Ratio >= goal
	if f.Less {
		met = f.Ratio <= goal
	}
	f.Goal, f.Met, f.OfRatio = &goal, &met, true
	return f
}

// goal says what was asked for, and whether it was reached.
func (f figure) goal() string {
	if f.Goal == nil {
		return ""
	}
	sign, of, verdict := "≥", "", "yes"
	if f.Less {
		sign = "≤"
	}
	if f.OfRatio {
		of = "ratio "
	}
	if !*f.Met {
		verdict = "no"
	}
	return fmt.Sprintf("%s%s %s: %s", of, sign, digits(*f.Goal), verdict)
}

// report is what a benchmark found. With -json it is the last line.
type report struct {
	Name    string   `json:"name"`
	Ratio   float64  `json:"ratio"` // the worst of the main figures
	Less    bool     `json:"lessIsBetter"`
	Quick   bool     `json:"quick"`
	Figures []figure `json:"figures"`
}

func (r report) write(out io.Writer, asJSON bool) error {
	r.Ratio, r.Less = worst(r.Figures)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%s\t \tours\tfloor\tunit\tratio\tgoal\t\n", r.Name)
	for _, f := range r.Figures {
		floor, ratio := "-", "-"
		if f.Floor > 0 {
			floor, ratio = digits(f.Floor), fmt.Sprintf("%.3f", f.Ratio)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", f.Case, f.What, digits(f.Ours), floor, f.Unit, ratio, f.goal())
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the table: %w", err)
	}
	better := "more"
	if r.Less {
		better = "less"
	}
	_, err := fmt.Fprintf(out, "ratio = ours / floor, %s is better; worst: %.3f\n", better, r.Ratio)
	if err != nil || !asJSON {
		return err
	}
	return json.NewEncoder(out).Encode(r)
}

// worst returns the worst ratio of the main figures, which agree on what better
// means.
func worst(figures []figure) (ratio float64, less bool) {
	found := false
	for _, f := range figures {
		if f.Main && (!found || f.Less == (f.Ratio > ratio)) {
			ratio, less, found = f.Ratio, f.Less, true
		}
	}
	return ratio, less
}

// digits writes a value with three digits or more.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.2f", v), ".00")
}

// latencies makes the lines for the median and the slowest of a hundred.
func latencies(in, what string, ours, floor []time.Duration) []figure {
	var out []figure
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		out = append(out, newFigure(in, what+" "+q.name, "ms",
			milliseconds(quantile(ours, q.share)), milliseconds(quantile(floor, q.share))).less())
	}
	return out
}
