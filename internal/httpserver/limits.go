package httpserver

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"slotcast/internal/apperr"
	"slotcast/internal/ratelimit"
	"slotcast/internal/viewer"
)

// Limiter counts requests; see package ratelimit. A cost of 0 only looks.
type Limiter interface {
	Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result
}

// LimitsConfig is what Limits are made of.
type LimitsConfig struct {
	Limiter     Limiter
	TokenRate   int              // requests a minute for one credential; 0: no limit
	AddressRate int              // requests a minute for one address without one; 0: no limit
	Now         func() time.Time // nil means time.Now
}

// Limits bound how much a caller may ask. It is safe for concurrent use.
//
//   - An agent's requests count for his token.
//   - A booking page's count for its key and the visitor's address together,
//     since everybody has the key.
//   - Those of attendees and of invited ones count for their address.
//   - Those that nobody is known to have sent, because the token is missing or
//     wrong, count for the address, so that tokens cannot be guessed at speed:
//     an address that has failed too often is refused before its next token is
//     looked at. An address is not charged for requests that succeed.
type Limits struct {
	limiter Limiter
	token   ratelimit.Rate
	address ratelimit.Rate
	now     func() time.Time
	failed  *lru.Cache[string, time.Time] // addresses that failed too often, until when they are refused
}

// maxFailed bounds the addresses that are remembered: the one that failed longest
// ago is forgotten first, and is counted again at its next failure.
const maxFailed = 32 << 10

// NewLimits returns Limits.
func NewLimits(c LimitsConfig) *Limits {
	if c.Now == nil {
		c.Now = time.Now
	}
	failed, err := lru.New[string, time.Time](maxFailed)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Limits{
		limiter: c.Limiter, token: ratelimit.PerMinute(c.TokenRate), address: ratelimit.PerMinute(c.AddressRate),
		now: c.Now, failed: failed,
	}
}

// Refuse writes the status 429 and a body, in the form of the API that was asked.
// The headers that all forms share are set.
type Refuse func(w http.ResponseWriter, r *http.Request, by ratelimit.Result)

// Guard puts the limits around what authenticates requests and the handler
// behind it. Each answer has the headers X-RateLimit-Limit, -Remaining and -Reset
// (seconds until all of them are there again) of the limit that the request
// counted for, and one with 429 Retry-After too. The context knows the
// viewer.Origin.
func (l *Limits) Guard(authenticate func(http.Handler) http.Handler, refuse Refuse, next http.Handler) http.Handler {
	known := authenticate(l.known(refuse, next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if by, refused := l.refused(r.Context()); refused {
			answer429(w, r, by, refuse)
			return
		}
		s := &stranger{ResponseWriter: w, limits: l, refuse: refuse, passed: new(bool)}
		s.request = r.WithContext(context.WithValue(r.Context(), passedKey{}, s.passed))
		known.ServeHTTP(s, s.request)
	})
}

// known counts a request that authentication has let pass.
func (l *Limits) known(refuse Refuse, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if passed, ok := r.Context().Value(passedKey{}).(*bool); ok {
			*passed = true
		}
		by, limited := l.take(r)
		switch {
		case !limited:
		case !by.Allowed:
			answer429(w, r, by, refuse)
			return
		default:
			show(w.Header(), by)
		}
		next.ServeHTTP(w, r)
	})
}

func (l *Limits) take(r *http.Request) (by ratelimit.Result, limited bool) {
	ctx := r.Context()
	if v, ok := viewer.From(ctx); ok {
		return l.count(ctx, v)
	}
	if upgrades(r) {
		// It brings its token when it is open; see Init.
		return l.of(ctx, addressKey(ctx), l.address, 0)
	}
	by = l.fail(ctx)
	return by, !l.address.Unlimited()
}

// count takes one request of a viewer.
func (l *Limits) count(ctx context.Context, v viewer.Viewer) (by ratelimit.Result, limited bool) {
	switch v.Kind {
	case viewer.Agent:
		// A credential may be that of many agents: an identity provider's.
		return l.of(ctx, "token:"+cmp.Or(v.CredentialID, v.AppID)+":"+v.AgentID, l.token, 1)
	case viewer.Page:
		return l.of(ctx, "page:"+v.CredentialID+":"+addressKey(ctx), l.address, 1)
	case viewer.Attendee, viewer.Invited:
	}
	return l.of(ctx, addressKey(ctx), l.address, 1)
}

func (l *Limits) of(ctx context.Context, key string, rate ratelimit.Rate, cost int) (by ratelimit.Result, limited bool) {
	if rate.Unlimited() {
		return ratelimit.Result{Allowed: true}, false
	}
	return l.limiter.Take(ctx, key, rate, cost), true
}

// Init puts the limits around what authenticates a WebSocket by the payload of
// its connection_init: failures count for the address. The error is RATE_LIMITED
// where there were too many.
func (l *Limits) Init(authenticate Authenticate) Authenticate {
	return func(ctx context.Context, payload map[string]any) (context.Context, error) {
		if by, refused := l.refused(ctx); refused {
			return nil, tooMany(by)
		}
		out, err := authenticate(ctx, payload)
		if apperr.CodeOf(err) == apperr.Unauthenticated {
			if by := l.fail(ctx); !by.Allowed {
				return nil, tooMany(by)
			}
		}
		return out, err
	}
}

// Authenticate puts the viewer that a connection_init names into a context that
// derives from ctx; see auth.Auth.Init.
type Authenticate func(ctx context.Context, payload map[string]any) (context.Context, error)

// Operation counts an operation that did not come as a request of its own, but
// over a socket. Its error is RATE_LIMITED.
func (l *Limits) Operation(ctx context.Context) error {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil // it is refused for that
	}
	if by, limited := l.count(ctx, v); limited && !by.Allowed {
		return tooMany(by)
	}
	return nil
}

// fail counts what nobody is known to have sent.
func (l *Limits) fail(ctx context.Context) ratelimit.Result {
	by, limited := l.of(ctx, addressKey(ctx), l.address, 1)
	if limited && !by.Allowed {
		l.failed.Add(addressKey(ctx), l.now().Add(by.RetryAfter))
	}
	return by
}

// refused reports whether the address has failed too often to be listened to.
// It knows so by itself: the limiter, which may be elsewhere, is not asked before
// every request.
func (l *Limits) refused(ctx context.Context) (by ratelimit.Result, refused bool) {
	key := addressKey(ctx)
	until, ok := l.failed.Get(key)
	if !ok {
		return by, false
	}
	if left := until.Sub(l.now()); left > 0 {
		return l.address.At(0, false).After(left), true
	}
	l.failed.Remove(key)
	return by, false
}

func addressKey(ctx context.Context) string {
	return "address:" + ratelimit.Network(viewer.OriginOf(ctx).Address)
}

func tooMany(by ratelimit.Result) *apperr.Error {
	e := apperr.New(apperr.RateLimited, "too many requests: try again in %d s", seconds(by.RetryAfter))
	e.RetryAfter = by.RetryAfter
	return e
}

func answer429(w http.ResponseWriter, r *http.Request, by ratelimit.Result, refuse Refuse) {
	show(w.Header(), by)
	w.Header().Set("Retry-After", strconv.Itoa(seconds(by.RetryAfter)))
	refuse(w, r, by)
}

func show(h http.Header, by ratelimit.Result) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(by.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(by.Remaining))
	h.Set("X-RateLimit-Reset", strconv.Itoa(seconds(by.Reset)))
}

// seconds rounds up: who waits that long is not refused again.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
