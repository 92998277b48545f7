package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// goalFlat is how much a line may rise from its beginning to its end, as a share
// of its mean.
const goalFlat = 0.1

// soaked is what came of a soak. With -json it is the last line.
type soaked struct {
	Name        string   `json:"name"`
	Quick       bool     `json:"quick"`
	Subscribers int      `json:"subscribers"`
	Most        float64  `json:"mostPerSecond"`
	Churn       float64  `json:"churnPerSecond"`
	Moments     []moment `json:"moments"`
	Watched     `json:"watched"`
}

var errSoak = errors.New("the soak found what may not be")

// rises returns how much each line rises, as a share of its mean.
func (f *soaked) rises() (goroutines, heap, resident float64) {
	rise := func(of func(m moment) float64) float64 {
		var at, values []float64
		for _, m := range f.settled() {
			at, values = append(at, m.Seconds), append(values, of(m))
		}
		return growth(at, values)
	}
	return rise(func(m moment) float64 { return m.Goroutines }), rise(func(m moment) float64 { return m.Heap }),
		rise(func(m moment) float64 { return m.Resident })
}

// settled leaves out the first half, in which pools and buffers are filled.
func (f *soaked) settled() []moment { return f.Moments[len(f.Moments)/2:] }

// growth is the slope of the line that fits best, times its length, as a share of
// the mean.
func growth(at, values []float64) float64 {
	var meanAt, mean float64
	for i := range at {
		meanAt += at[i] / float64(len(at))
		mean += values[i] / float64(len(at))
	}
	var above, below float64
	for i := range at {
		above += (at[i] - meanAt) * (values[i] - mean)
		below += (at[i] - meanAt) * (at[i] - meanAt)
	}
	if below == 0 || mean == 0 {
		return 0
	}
	return above / below * (at[len(at)-1] - at[0]) / mean
}

// broken says what is not as it has to be.
func (f *soaked) broken() error {
	goroutines, heap, resident := f.rises()
	if len(f.settled()) > 1 && max(goroutines, heap, resident) > goalFlat {
		return fmt.Errorf("%w: not flat in the second half: goroutines %+.1f %%, heap %+.1f %%, resident memory %+.1f %%",
			errSoak, 100*goroutines, 100*heap, 100*resident)
	}
	if err := f.sound(); err != nil {
		return fmt.Errorf("%w: %w", errSoak, err)
	}
	return nil
}

func (f *soaked) write(out io.Writer, asJSON bool) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "s\tdeliveries/s\tsockets\tgoroutines\theap MB\tresident MB\t")
	for _, m := range f.Moments {
		fmt.Fprintf(table, "%.0f\t%.0f\t%d\t%.0f\t%.1f\t%.1f\t\n", m.Seconds, m.Rate, m.Sockets, m.Goroutines, m.Heap, m.Resident)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the table: %w", err)
	}
	goroutines, heap, resident := f.rises()
	for _, line := range []struct {
		what string
		rise float64
	}{{"goroutines", goroutines}, {"heap", heap}, {"resident memory", resident}} {
		verdict := "flat"
		if line.rise > goalFlat {
			verdict = "not flat"
		}
		fmt.Fprintf(out, "%s: %+.1f %% in the second half, %s (goal ≤ %.0f %%)\n", line.what, 100*line.rise, verdict, 100*goalFlat)
	}
	fmt.Fprintf(out, "%.0f deliveries a second at most, %d in all; %d reconnects, %d of them resumed; lost %d, twice %d, ended by the server %d (goal: none)\n",
		f.Most, f.Frames, f.Reconnects, f.Resumed, f.Lost, f.Repeated, f.Ended)
	var err error
	if asJSON {
		err = json.NewEncoder(out).Encode(f)
	}
	return errors.Join(err, f.broken())
}
