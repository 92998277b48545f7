package backoff_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"slotcast/internal/backoff"
)

func TestScheduleAfter(t *testing.T) {
	t.Parallel()
	lowest := func() float64 { return 0 }
	highest := func() float64 { return math.Nextafter(1, 0) }
	tests := []struct {
		attempt         int
		least, most     time.Duration
		exact           time.Duration
		stillOnSchedule bool
	}{
		{0, 4 * time.Second, 6 * time.Second, 5 * time.Second, true},
		{1, 4 * time.Second, 6 * time.Second, 5 * time.Second, true},
		{2, 4 * time.Minute, 6 * time.Minute, 5 * time.Minute, true},
		{6, 8 * time.Hour, 12 * time.Hour, 10 * time.Hour, true},
		{9, 19*time.Hour + 12*time.Minute, 28*time.Hour + 48*time.Minute, 24 * time.Hour, true},
		{10, 0, 0, 0, false},
		{math.MaxInt, 0, 0, 0, false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.attempt), func(t *testing.T) {
			t.Parallel()
			s := backoff.Default()
			for _, c := range []struct {
				rnd  func() float64
				want time.Duration
			}{{lowest, tt.least}, {highest, tt.most}, {nil, tt.exact}} {
				got, ok := s.After(tt.attempt, c.rnd)
				if ok != tt.stillOnSchedule || (got-c.want).Abs() > time.Millisecond {
					t.Errorf("After(%d) = %v, %v; want %v, %v", tt.attempt, got, ok, c.want, tt.stillOnSchedule)
				}
			}
		})
	}
}

func TestEmptyScheduleAllowsOneAttempt(t *testing.T) {
	t.Parallel()
	if _, ok := (backoff.Schedule)(nil).After(1, nil); ok {
		t.Error("an empty schedule asked for a second attempt")
	}
}

func ExampleSchedule_After() {
	schedule := backoff.Default()
	for attempt := 1; ; attempt++ {
		wait, ok := schedule.After(attempt, nil)
		if !ok {
			fmt.Println("give up after attempt", attempt)
			return
		}
		fmt.Println(wait)
	}
	// Output:
	// 5s
	// 5m0s
	// 30m0s
	// 2h0m0s
	// 5h0m0s
	// 10h0m0s
	// 14h0m0s
	// 20h0m0s
	// 24h0m0s
	// give up after attempt 10
}
