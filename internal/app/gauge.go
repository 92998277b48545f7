package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/redelivery"
)

// gauge prints how far a replay is, how fast it goes and how long it will take: a
// bar on a terminal, else a line every few seconds and one at the end.
type gauge struct {
	*progress
	from  int64 // where it was
	began time.Time
}

func newGauge(out io.Writer, from int64, now time.Time) *gauge {
	return &gauge{progress: newProgress(out, ""), from: from, began: now}
}

func (g *gauge) show(r *ent.Replay, now time.Time) {
	every := 5 * time.Second
	if g.terminal {
		every = 0
	}
	if ended := r.FinishedAt != nil; !ended && !g.last.IsZero() && now.Sub(g.last) < every {
		return
	}
	g.last = now
	done := redelivery.Progress(r)
	text := fmt.Sprintf("%3.0f%%  %d sent%s", 100*done, r.Sent, g.pace(r, now))
	if !g.terminal {
		_, _ = fmt.Fprintln(g.out, text)
		return
	}
	const width = 40
	filled := int(width * done)
	g.open = true
	// What stood there may have been longer.
	_, _ = fmt.Fprintf(g.out, "\r[%s%s] %-50s", strings.Repeat("#", filled), strings.Repeat(" ", width-filled), text)
}

// pace is how many events a second it goes through, and the time to its end.
func (g *gauge) pace(r *ent.Replay, now time.Time) string {
	took, gone := now.Sub(g.began).Seconds(), r.Number-g.from
	if took < 1 || gone <= 0 || r.FinishedAt != nil {
		return ""
	}
	rate := float64(gone) / took
	rest := time.Duration(float64(max(0, r.End-r.Number)) / rate * float64(time.Second))
	return fmt.Sprintf(", %.0f events/s, %s to go", rate, rest.Round(time.Second))
}

// line prints a sentence of its own; an empty one only ends the bar.
func (g *gauge) line(text string) {
	if text != "" || g.open {
		g.progress.line(text)
	}
}
