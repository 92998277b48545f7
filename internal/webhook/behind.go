package webhook

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/backlog"
	"slotcast/ent/shard"
	"slotcast/internal/viewer"
)

// Behind returns how many events of its app's shard a webhook has still to go
// through; 0 where it keeps up. The viewer sees the webhook, or has no business to
// ask.
func (s *Service) Behind(ctx context.Context, w *ent.Webhook) (int, error) {
	ctx = viewer.System(ctx) // neither table is anybody's
	b, err := s.client.Backlog.Query().Where(backlog.ID(w.ID)).Only(ctx)
	if ent.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the backlog of webhook %s: %w", w.ID, err)
	}
	at, err := s.client.Shard.Query().Where(shard.ID(b.Shard)).Only(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the head of shard %d: %w", b.Shard, err)
	}
	return int(max(at.Head-b.Number, 0)), nil
}
