package account

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"slotcast/ent/accesstoken"
	"slotcast/ent/publishablekey"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	usesEvery   = time.Second      // when uses are written
	usesKnown   = time.Minute      // how exactly the last one is known
	usesTimeout = 10 * time.Second // for writing them
	batch       = 500              // ids in one statement
)

// uses are the access tokens and publishable keys that were used and whose rows
// do not say so yet. It holds maxIdentities of them and forgets what is more.
type uses struct {
	mu    sync.Mutex
	due   map[string]bool
	noted *lru.Cache[string, time.Time] // when each was last made due
}

func newUses() *uses {
	noted, err := lru.New[string, time.Time](maxIdentities)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &uses{due: map[string]bool{}, noted: noted}
}

// used takes note of a viewer's token or key.
func (s *Service) used(v viewer.Viewer) {
	if usedTable(v.CredentialID) == "" {
		return
	}
	u, now := s.uses, s.now()
	u.mu.Lock()
	defer u.mu.Unlock()
	if last, ok := u.noted.Get(v.CredentialID); ok && now.Sub(last) < usesKnown || len(u.due) >= maxIdentities {
		return
	}
	u.noted.Add(v.CredentialID, now)
	u.due[v.CredentialID] = true
}

func usedTable(id string) string {
	switch typeid.PrefixOf(id) {
	case typeid.AccessToken:
		return accesstoken.Table
	case typeid.PublishableKey:
		return publishablekey.Table
	default: // nothing else has a time of its last use
		return ""
	}
}

// Run writes down, every second, which tokens were used, until ctx ends. It
// returns nil after the last writing and the last fetch of keys.
func (s *Service) Run(ctx context.Context) error {
	defer s.jwts.Close()
	tick := time.NewTicker(usesEvery)
	defer tick.Stop()
	failing := false
	for more := true; more; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			more = false
		}
		_, err := s.RecordUses(context.WithoutCancel(ctx))
		if err != nil && !failing {
			s.logger.WarnContext(ctx, "token_uses_unwritten", "error", err)
		}
		failing = err != nil
	}
	return nil
}

// RecordUses writes down which access tokens and publishable keys were used, and
// returns how many rows it has changed: none of those that say so within the
// last minute. What could not be written is tried again the next time.
func (s *Service) RecordUses(ctx context.Context) (n int, err error) {
	u := s.uses
	u.mu.Lock()
	due := slices.Sorted(maps.Keys(u.due))
	clear(u.due)
	u.mu.Unlock()
	ctx, cancel := context.WithTimeout(viewer.System(ctx), usesTimeout)
	defer cancel()
	byTable := map[string][]string{}
	for _, id := range due {
		byTable[usedTable(id)] = append(byTable[usedTable(id)], id)
	}
	var errs []error
	for table, ids := range byTable {
		for part := range slices.Chunk(ids, batch) {
			changed, err := s.recordUses(ctx, table, part)
			if n += changed; err != nil {
				errs = append(errs, err)
				u.again(part)
			}
		}
	}
	return n, errors.Join(errs...)
}

func (u *uses) again(ids []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, id := range ids {
		u.due[id] = true
	}
}

// recordUses is SQL of its own because the entities would set updated_at, too:
// nothing of the token was changed.
func (s *Service) recordUses(ctx context.Context, table string, ids []string) (int, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	args := []any{now, now.Add(-usesKnown)}
	var places strings.Builder
	for i, id := range ids {
		fmt.Fprintf(&places, ", $%d", i+3)
		args = append(args, id)
	}
	query := fmt.Sprintf("UPDATE %s SET last_used_at = $1 WHERE (last_used_at IS NULL OR last_used_at < $2) AND id IN (%s)",
		table, places.String()[2:])
	result, err := s.client.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("writing when tokens were last used: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("counting the tokens whose use was written: %w", err)
	}
	return int(n), nil
}
