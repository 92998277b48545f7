package account

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/publishablekey"
	"slotcast/internal/viewer"
)

const (
	originsFresh   = 3 * time.Second // how long a new key, or one that has gone, may go unnoticed
	originsTimeout = 2 * time.Second
	originsKeys    = 100_000 // read at most, the newest first
)

// OriginsConfig is what Origins are made of.
type OriginsConfig struct {
	Client *ent.Client
	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger
}

// Origins knows the origins of the pages that publishable keys are for, of all
// apps together. It answers for browsers' preflights, which carry no key: with
// the request that follows, the key's own origins count. It is safe for
// concurrent use.
//
// What it knows is read anew every few seconds, by the request that finds it
// old; the others go on with the old meanwhile, also while the database is away.
type Origins struct {
	cfg     OriginsConfig
	reading sync.Mutex
	known   atomic.Pointer[originSet] // nil before the first request
}

type originSet struct {
	any  bool // some key is for pages of any origin
	set  map[string]struct{}
	read time.Time
}

// NewOrigins returns Origins.
func NewOrigins(c OriginsConfig) *Origins {
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Origins{cfg: c}
}

// Allowed reports whether some publishable key is for pages of the origin.
func (o *Origins) Allowed(ctx context.Context, origin string) bool {
	known := o.current(ctx)
	_, ok := known.set[strings.ToLower(origin)]
	return ok || known.any
}

func (o *Origins) current(ctx context.Context) *originSet {
	known := o.known.Load()
	if known == nil { // the first ones wait for it
		o.reading.Lock()
		defer o.reading.Unlock()
		if known = o.known.Load(); known == nil {
			known = o.refresh(ctx, &originSet{})
		}
		return known
	}
	if o.cfg.Now().Sub(known.read) >= originsFresh && o.reading.TryLock() {
		defer o.reading.Unlock()
		return o.refresh(ctx, known)
	}
	return known
}

// refresh reads, or keeps what there is for another while.
func (o *Origins) refresh(ctx context.Context, old *originSet) *originSet {
	fresh, err := o.read(ctx)
	if err != nil {
		o.cfg.Logger.WarnContext(ctx, "origins_unread", "error", err)
		fresh = &originSet{any: old.any, set: old.set}
	}
	fresh.read = o.cfg.Now()
	o.known.Store(fresh)
	return fresh
}

// read goes on when the client that caused it has gone: it is for all of them.
func (o *Origins) read(ctx context.Context) (*originSet, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), originsTimeout)
	defer cancel()
	rows, err := o.cfg.Client.PublishableKey.Query().
		Select(publishablekey.FieldAllowedOrigins).
		Order(publishablekey.ByID(sql.OrderDesc())).Limit(originsKeys).
		All(viewer.System(ctx))
	if err != nil {
		return nil, err
	}
	out := &originSet{set: map[string]struct{}{}}
	for _, row := range rows {
		for _, origin := range row.AllowedOrigins {
			out.any = out.any || origin == "*"
			out.set[strings.ToLower(origin)] = struct{}{}
		}
	}
	return out, nil
}
