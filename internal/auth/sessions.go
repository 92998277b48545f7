package auth

import (
	"cmp"
	"context"
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
	MaxPerApp        int              // open at once with all credentials of an app; 0: any number
	MaxSubscriptions int              // running at once with a credential, over whatever it has open; 0: any number
	Every            time.Duration    // between two looks; 0 means 1 s
	Now              func() time.Time // nil means time.Now
	Logger           *slog.Logger
}

// Sessions are the sockets and event streams that are open in this process, and
// the subscriptions that run over them. No credential can use up the process with
// them, and neither can all of one app. They are safe for concurrent use.
type Sessions struct {
	cfg SessionsConfig

	mu         sync.Mutex
	open       map[account.Held]map[*session]struct{}
	count      int
	ofToken    tally[credential] // of those that are open
	ofApp      tally[string]     // likewise
	subscribed tally[credential]
}

// session is one of them.
type session struct {
	held account.Held
	end  context.CancelCauseFunc
}

// credential is what is counted as one.
type credential struct{ id, agentID, manageHash string }

func credentialOf(v viewer.Viewer) credential {
	return credential{v.CredentialID, v.AgentID, v.ManageHash}
}

// NewSessions returns Sessions of which none is open.
func NewSessions(c SessionsConfig) *Sessions {
	c.Every = cmp.Or(c.Every, time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Sessions{
		cfg: c, open: map[account.Held]map[*session]struct{}{}, ofToken: newTally[credential](c.MaxPerCredential),
		ofApp: newTally[string](c.MaxPerApp), subscribed: newTally[credential](c.MaxSubscriptions),
	}
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
// cause gqlhttp.ErrForbidden. Over the limit of the credential or of the app it is
// gqlhttp.ErrTooMany, with the code LIMIT_EXCEEDED; its text says which limit, and
// fits into a close frame. Without a viewer, nothing is registered.
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
	// Those who sign in alike in the same second are looked at together.
	one := &session{held: account.Held{Viewer: v, Origin: originOf(ctx), Since: s.cfg.Now().Truncate(time.Second)}, end: end}
	if err := s.enter(one); err != nil {
		stop()
		end(nil)
		return nil, err
	}
	context.AfterFunc(ctx, func() {
		s.leave(one)
		stop()
		end(nil)
	})
	return opened, nil
}

// Subscribe counts a subscription of the context's viewer until ctx ends, which
// has to be the subscription's own, and shortly after: whoever ends one at the
// limit may be refused the next for a moment. Over the limit it is an error with
// the code LIMIT_EXCEEDED. Without a viewer, nothing is counted.
func (s *Sessions) Subscribe(ctx context.Context) error {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil
	}
	c := credentialOf(v)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subscribed.full(c) {
		return apperr.New(apperr.LimitExceeded, tooManySubscriptions, s.cfg.MaxSubscriptions)
	}
	s.subscribed.add(c)
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.subscribed.remove(c)
	})
	return nil
}

func (s *Sessions) enter(one *session) error {
	c, app := credentialOf(one.held.Viewer), one.held.Viewer.AppID
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ofToken.full(c):
		return newTooMany(tooManyOfToken, s.cfg.MaxPerCredential)
	case s.ofApp.full(app):
		return newTooMany(tooManyOfApp, s.cfg.MaxPerApp)
	}
	if s.open[one.held] == nil {
		s.open[one.held] = map[*session]struct{}{}
	}
	s.open[one.held][one] = struct{}{}
	s.count++
	s.ofToken.add(c)
	s.ofApp.add(app)
	return nil
}

func (s *Sessions) leave(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if delete(s.open[one.held], one); len(s.open[one.held]) == 0 {
		delete(s.open, one.held)
	}
	s.count--
	s.ofToken.remove(credentialOf(one.held.Viewer))
	s.ofApp.remove(one.held.Viewer.AppID)
}

// Count returns how many are open.
func (s *Sessions) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
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
	held := slices.Collect(maps.Keys(s.open))
	s.mu.Unlock()
	if len(held) == 0 {
		return 0, nil
	}
	for _, h := range held {
		if end := h.Viewer.Until; !end.IsZero() && !s.cfg.Now().Before(end) {
			s.end(h, context.DeadlineExceeded) // the machine slept: timers did, too
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
			ended += s.end(held[i], gqlhttp.ErrForbidden)
		}
	}
	return ended, nil
}

// end ends those who are held alike, and returns how many there were.
func (s *Sessions) end(held account.Held, cause error) int {
	s.mu.Lock()
	ending := slices.Collect(maps.Keys(s.open[held]))
	s.mu.Unlock()
	for _, one := range ending {
		one.end(cause)
	}
	return len(ending)
}
