// Package locallimit counts requests in the process: a token bucket for each
// key, of the keys that were used last.
//
// It keeps a bounded number of keys. Where there are more, the one that has been
// silent longest is forgotten: it has a full bucket when it comes again.
package locallimit

import (
	"cmp"
	"context"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"slotcast/internal/ratelimit"
)

// Config is what a Limiter is made of. Its zero value has the defaults.
type Config struct {
	Keys int              // kept at once; 0 means 32,768, about 10 MB
	Now  func() time.Time // nil means time.Now
}

// Limiter counts in the process. It is safe for concurrent use.
type Limiter struct {
	now     func() time.Time
	buckets *lru.Cache[slot, *bucket]
}

// slot: a key has a bucket for each rate that is asked of it.
type slot struct {
	key  string
	rate ratelimit.Rate
}

// bucket is locked over a take and the look at what remains.
type bucket struct {
	mu sync.Mutex
	*rate.Limiter
}

// New returns a Limiter.
func New(c Config) *Limiter {
	if c.Now == nil {
		c.Now = time.Now
	}
	buckets, err := lru.New[slot, *bucket](cmp.Or(max(0, c.Keys), 32<<10))
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Limiter{now: c.Now, buckets: buckets}
}

// Take takes cost requests out of the key's bucket, or none where it has less.
// A cost of 0 is a look: it takes nothing, and says whether a request would be
// allowed. The rate must not be unlimited.
func (l *Limiter) Take(_ context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result {
	b := l.bucket(slot{key, r})
	b.mu.Lock()
	defer b.mu.Unlock()
	now := l.now()
	allowed := b.AllowN(now, cost)
	tokens := b.TokensAt(now)
	if cost == 0 {
		allowed = tokens >= 1
	}
	return r.At(tokens, allowed)
}

func (l *Limiter) bucket(s slot) *bucket {
	if known, ok := l.buckets.Get(s); ok {
		return known
	}
	fresh := &bucket{Limiter: rate.NewLimiter(rate.Limit(float64(s.rate.Requests)/s.rate.Per.Seconds()), s.rate.Requests)}
	if first, ok, _ := l.buckets.PeekOrAdd(s, fresh); ok {
		return first
	}
	return fresh
}
