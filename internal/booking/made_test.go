package booking_test

import (
	"testing"
	"time"

	"slotcast/internal/booking"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// What is booked was made when the service's clock says so, as all else of it.
func TestMadeByTheClock(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		old := f.book(at(10, 0))
		moved, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: old.ID, Start: at(12, 0), Reason: "later"})
		if err != nil {
			t.Fatal(err)
		}
		for name, made := range map[string]time.Time{"the meeting": old.CreatedAt, "the one that replaces it": moved.CreatedAt} {
			if late := made.Sub(epoch()); late < 0 || late > time.Minute {
				t.Errorf("%s was made at %v", name, made)
			}
		}
	})
}
