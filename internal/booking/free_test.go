package booking_test

import (
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// TestFreeOnly: what has to be paid for is refused, and nothing is held; so is a
// seat in a group, but not what is free at the duration asked for.
func TestFreeOnly(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		priced := func(c *ent.EventTypeCreate) {
			c.SetCurrencyCode("EUR").SetAmountOnDuration(map[string]int64{"30": 100, "60": 0}).SetDurations([]int{30, 60})
		}
		group := f.eventType(func(c *ent.EventTypeCreate) { priced(c.SetType(domain.Group).SetMaxAttendees(3)) })
		for n, et := range []*ent.EventType{f.eventType(priced), group} {
			in := f.input(at(10+2*n, 0))
			in.EventTypeID, in.FreeOnly = et.ID, true
			before := dump(t, db)
			_, err := f.service.Book(f.ctx, in)
			refused(t, err, "BAD_USER_INPUT eventTypeId")
			unchanged(t, db, before)
			in.DurationMinutes = pointer(60)
			b := must(f.service.Book(f.ctx, in))(t)
			if b.Payment != nil || b.Meeting.Status != domain.Active {
				t.Errorf("%s: %s, with the payment %v", et.Type, b.Meeting.Status, b.Payment)
			}
		}
		in := f.input(at(15, 0))
		in.FreeOnly = true
		must(f.service.Book(f.ctx, in))(t)
	})
}
