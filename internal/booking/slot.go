package booking

import "time"

// Slot is a time that can be booked.
type Slot struct {
	Start, End      time.Time // in the zone asked for
	DurationMinutes int
	Seats           int      // how many attendees it has room for
	AgentIds        []string // who is free, in id order: one takes it, or of a COLLECTIVE all
}
