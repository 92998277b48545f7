package secrets

import (
	"context"

	"slotcast/ent"
	"slotcast/internal/sealing"
)

// Sight is what there is to see of the secrets in a database.
type Sight struct {
	Sealed   int   // open with the ring
	Plain    int   // are not sealed
	Unopened int   // do not open
	First    error // why the first of those does not
	Known    []string
}

// Look tries to open every secret, and changes nothing. With an error comes what
// it has seen until then.
func Look(ctx context.Context, client *ent.Client, ring *sealing.Ring) (Sight, error) {
	var s Sight
	var bad unopened
	known, err := Known(ctx, client)
	if err != nil {
		return s, err
	}
	s.Known = known
	for _, c := range columns() {
		err := c.each(ctx, client, c.name+" <> ''", func(page []row) error {
			for _, t := range page {
				if _, err := ring.Open(t.text, c.row(t.id)); err != nil {
					bad.add(c, t, err)
				} else if sealing.KeyOf(t.text) == "" {
					s.Plain++
				} else {
					s.Sealed++
				}
			}
			return nil
		})
		s.Unopened, s.First = bad.count, bad.first
		if err != nil {
			return s, err
		}
	}
	return s, nil
}
