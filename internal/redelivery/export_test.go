package redelivery

import (
	"context"

	"slotcast/ent"
)

// Put makes a delivery due, going by what was read of it.
func (s *Service) Put(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error {
	_, err := s.put(ctx, tx, d)
	return err
}

// Stretch is how many events of an app one statement looks through.
const Stretch = stretch
