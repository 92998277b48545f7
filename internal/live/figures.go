package live

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"slotcast/internal/domain"
)

// Window is how far back a dashboard looks.
type Window string

// The windows; see [Window.steps].
const (
	Hour Window = "HOUR"
	Day  Window = "DAY"
	Week Window = "WEEK"
)

// Values lists the members, for checks of input.
func (Window) Values() []string { return []string{string(Hour), string(Day), string(Week)} }

// steps are the parts of a window: it moves on by one of them at a time.
func (w Window) steps() (n int, each time.Duration) {
	switch w {
	case Hour:
		return 60, time.Minute
	case Day:
		return 96, 15 * time.Minute
	case Week:
		return 168, time.Hour
	}
	return 0, 0
}

// MarshalGQL writes the member as a GraphQL enum value.
func (w Window) MarshalGQL(out io.Writer) { _, _ = io.WriteString(out, strconv.Quote(string(w))) }

// UnmarshalGQL reads a member and refuses any other word.
func (w *Window) UnmarshalGQL(from any) error {
	word, ok := from.(string)
	if !ok || !slices.Contains(w.Values(), word) {
		return fmt.Errorf("%v is not one of %v", from, w.Values())
	}
	*w = Window(word)
	return nil
}

// Dashboard is what went on in a window. It belongs to all who watch, and must
// not be changed.
type Dashboard struct {
	Window          Window
	From, To        time.Time
	Triggers        []TriggerCount
	Statuses        []StatusCount
	EventsPerMinute float64
	Deliveries      *DeliveryFigures // nil: not for the viewer
	UpcomingToday   int
	Points          []DashboardPoint
}

// TriggerCount is how many events of a trigger there were.
type TriggerCount struct {
	Trigger domain.Trigger
	Count   int
}

// StatusCount is how many events left a meeting in a status.
type StatusCount struct {
	Status domain.MeetingStatus
	Count  int
}

// DeliveryFigures are what became of messages: their number by status, and how
// long the last answers took, in milliseconds.
type DeliveryFigures struct {
	Delivered, Failed, Cancelled, Pending int
	SuccessRate                           *float64
	LatencyP50, LatencyP95                *int
}

// DashboardPoint is what went on in one step of a window. What is nil is not for
// the viewer.
type DashboardPoint struct {
	At                                     time.Time
	Booked, Canceled, Rescheduled, NoShows int
	Submissions, Delivered, Failed         *int
}
