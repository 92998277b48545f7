// Package redislimit counts requests in Redis, so that all processes count
// together (GCRA, by the library redis_rate: one script and one small key that
// ends by itself).
//
// Redis has a small time to answer. When it does not, or answers with an error,
// the process counts by itself: the limits hold for each process then, neither
// open nor closed. Redis is asked again after a second, by one request; the
// others do not wait for it meanwhile. The log has one line when that begins and
// one when it ends.
package redislimit

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"slotcast/internal/ratelimit"
)

// prefix of the keys; the library puts "rate:" before it.
const prefix = "slotcast:"

// Local counts while Redis does not answer; see package locallimit.
type Local interface {
	Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result
}

// Config is what a Limiter is made of.
type Config struct {
	// Client obeys its context's deadline and does not try again by itself, as
	// redistail.NewClient makes it. It is closed by its owner.
	Client redis.UniversalClient
	Local  Local
	Budget time.Duration    // for one answer of Redis; 0 means 50 ms
	Retry  time.Duration    // until Redis is asked again after it failed; 0 means 1 s
	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger
}

// Limiter counts in Redis. It is safe for concurrent use.
type Limiter struct {
	cfg    Config
	shared *redis_rate.Limiter
	askAt  atomic.Int64 // when Redis may be asked again, in Unix nanoseconds; 0 while it answers
}

// New returns a Limiter.
func New(c Config) *Limiter {
	c.Budget = cmp.Or(c.Budget, 50*time.Millisecond)
	c.Retry = cmp.Or(c.Retry, time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Limiter{cfg: c, shared: redis_rate.NewLimiter(c.Client)}
}

// Take is that of package locallimit, for all processes together.
func (l *Limiter) Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result {
	if !l.mayAsk() {
		return l.cfg.Local.Take(ctx, key, r, cost)
	}
	result, err := l.ask(ctx, key, r, cost)
	if err == nil {
		l.answered(ctx)
		return result
	}
	if ctx.Err() == nil { // else it was the caller who left
		l.failed(ctx, err)
	}
	return l.cfg.Local.Take(ctx, key, r, cost)
}

func (l *Limiter) ask(ctx context.Context, key string, r ratelimit.Rate, cost int) (ratelimit.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Budget)
	defer cancel()
	limit := redis_rate.Limit{Rate: r.Requests, Burst: r.Requests, Period: r.Per}
	got, err := l.shared.AllowN(ctx, prefix+key, limit, cost)
	if err != nil {
		return ratelimit.Result{}, err
	}
	// What is there of the bucket, to the fraction, is told by when it is full.
	tokens := float64(r.Requests) * (1 - got.ResetAfter.Seconds()/r.Per.Seconds())
	allowed := got.Allowed > 0
	if cost == 0 {
		allowed = got.Remaining > 0
	}
	return r.At(tokens, allowed), nil
}

// mayAsk reports whether to ask Redis: while it is away, one request in a while.
func (l *Limiter) mayAsk() bool {
	at := l.askAt.Load()
	if at == 0 {
		return true
	}
	now := l.cfg.Now()
	return now.UnixNano() >= at && l.askAt.CompareAndSwap(at, now.Add(l.cfg.Retry).UnixNano())
}

func (l *Limiter) failed(ctx context.Context, err error) {
	if l.askAt.Swap(l.cfg.Now().Add(l.cfg.Retry).UnixNano()) == 0 {
		l.cfg.Logger.WarnContext(ctx, "rate_limits_shared", "ok", false, "error", err)
	}
}

func (l *Limiter) answered(ctx context.Context) {
	if l.askAt.Load() != 0 && l.askAt.Swap(0) != 0 {
		l.cfg.Logger.InfoContext(ctx, "rate_limits_shared", "ok", true)
	}
}
