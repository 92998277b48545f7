package auth

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/viewer"
)

// checkTimeout bounds one look at the database.
const checkTimeout = 10 * time.Second

// Accounts says who would not be let in any more; see account.Service.Lapsed.
type Accounts interface {
	Lapsed(ctx context.Context, held []account.Held) ([]bool, error)
}

// SessionsConfig is what Sessions are made of.
type SessionsConfig struct {
	Auth             *Auth
	Accounts         Accounts
	MaxPerCredential int              // open at once; 0: any number
	Every            time.Duration    // between two looks; 0 means 1 s
	Now              func() time.Time // nil means time.Now
	Logger           *slog.Logger
}

// Sessions are the sockets and event streams that are open in this process. They
// are safe for concurrent use.
type Sessions struct {
	cfg SessionsConfig

	mu    sync.Mutex
	open  map[*session]struct{}
	count map[credential]int
}

// session is one of them.
type session struct {
	held account.Held
	end  context.CancelCauseFunc
}

// credential is what is counted as one.
type credential struct{ id, agentID, manageHash string }

func (s *session) credential() credential {
	v := s.held.Viewer
	return credential{v.CredentialID, v.AgentID, v.ManageHash}
}

// NewSessions returns Sessions of which none is open.
func NewSessions(c SessionsConfig) *Sessions {
	c.Every = cmp.Or(c.Every, time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Sessions{cfg: c, open: map[*session]struct{}{}, count: map[credential]int{}}
}

// Init is Auth.Init, and Open for the socket. ctx has to end with the socket.
func (s *Sessions) Init(ctx context.Context, payload map[string]any) (context.Context, error) {
	ctx, err := s.cfg.Auth.Init(ctx, payload)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx)
}

// Open registers a socket or an event stream of the context's viewer until ctx
// ends. The context that it returns ends with the viewer's token, or with the
// cause gqlhttp.ErrForbidden. Over the limit it is gqlhttp.ErrTooMany, with the
// code LIMIT_EXCEEDED. Without a viewer, nothing is registered.
func (s *Sessions) Open(ctx context.Context) (context.Context, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return ctx, nil
	}
	opened, end := context.WithCancelCause(ctx)
	stop := context.CancelFunc(func() {})
	if !v.Until.IsZero() {
		opened, stop = context.WithDeadline(opened, v.Until)
	}
	one := &session{held: account.Held{Viewer: v, Origin: originOf(ctx), Since: s.cfg.Now()}, end: end}
	if !s.enter(one) {
		stop()
		end(nil)
		return nil, fmt.Errorf("%w: %w", gqlhttp.ErrTooMany,
			apperr.New(apperr.LimitExceeded, "more than %d sockets and event streams are open with this token", s.cfg.MaxPerCredential))
	}
	context.AfterFunc(ctx, func() {
		s.leave(one)
		stop()
		end(nil)
	})
	return opened, nil
}

func (s *Sessions) enter(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := one.credential()
	if s.cfg.MaxPerCredential > 0 && s.count[c] >= s.cfg.MaxPerCredential {
		return false
	}
	s.open[one] = struct{}{}
	s.count[c]++
	return true
}

func (s *Sessions) leave(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
	c := one.credential()
	if s.count[c]--; s.count[c] == 0 {
		delete(s.count, c)
	}
}

// Count returns how many are open.
func (s *Sessions) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// Run ends what is no longer allowed, until ctx ends.
func (s *Sessions) Run(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.Every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		ended, err := s.Check(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if ended > 0 {
			s.cfg.Logger.InfoContext(ctx, "sessions_ended", "sessions", ended)
		}
		if err != nil && !failing {
			s.cfg.Logger.WarnContext(ctx, "sessions_unchecked", "error", err)
		}
		failing = err != nil
	}
}

// Check looks once, and returns how many it has ended. It asks nothing when none
// is open.
func (s *Sessions) Check(ctx context.Context) (ended int, err error) {
	s.mu.Lock()
	open := slices.Collect(maps.Keys(s.open))
	s.mu.Unlock()
	if len(open) == 0 {
		return 0, nil
	}
	held := make([]account.Held, len(open))
	for i, one := range open {
		held[i] = one.held
		if end := one.held.Viewer.Until; !end.IsZero() && !s.cfg.Now().Before(end) {
			one.end(context.DeadlineExceeded) // the machine slept: timers did, too
		}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	lapsed, err := s.cfg.Accounts.Lapsed(ctx, held)
	if err != nil {
		return 0, err
	}
	for i, gone := range lapsed {
		if gone {
			open[i].end(gqlhttp.ErrForbidden)
			ended++
		}
	}
	return ended, nil
}
