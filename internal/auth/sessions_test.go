package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/viewer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// register is the accounts as far as Sessions need them: who is in gone has to go.
type register struct {
	mu    sync.Mutex
	gone  map[string]bool // agents
	err   error
	looks int
	held  []account.Held // of the last look
}

func (*register) Admits(context.Context, string, string) error { return nil }

func (r *register) Identify(_ context.Context, token string) (viewer.Viewer, error) {
	if token == "bad" {
		return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "bad token")
	}
	return viewer.Viewer{AppID: "app_1", AgentID: token, CredentialID: "tok_" + token}, nil
}

func (r *register) Lapsed(_ context.Context, held []account.Held) ([]bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looks++
	r.held = held
	if r.err != nil {
		return nil, r.err
	}
	out := make([]bool, len(held))
	for i, h := range held {
		out[i] = r.gone[h.Viewer.AgentID]
	}
	return out, nil
}

func (r *register) set(err error, gone ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err, r.gone = err, map[string]bool{}
	for _, id := range gone {
		r.gone[id] = true
	}
}

func (r *register) looked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.looks
}

// log is what was logged.
type log struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) count(message string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), message)
}

type hall struct {
	*auth.Sessions
	*register
	log log
}

func newHall(limit int) *hall { return newHallOf(auth.SessionsConfig{MaxPerCredential: limit}) }

// newHallOf has the limits of c.
func newHallOf(c auth.SessionsConfig) *hall {
	h := &hall{register: &register{}}
	c.Auth, c.Accounts, c.Logger = auth.New(h.register), h.register, slog.New(slog.NewTextHandler(&h.log, nil))
	h.Sessions = auth.NewSessions(c)
	return h
}

// enter opens a session, which leave closes.
func (h *hall) enter(t *testing.T, v viewer.Viewer) (ctx context.Context, leave func()) {
	t.Helper()
	parent, cancel := context.WithCancel(viewer.With(t.Context(), v))
	ctx, err := h.Open(parent)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, func() { cancel(); synctest.Wait() }
}

func agent(id string) viewer.Viewer {
	return viewer.Viewer{AppID: "app_1", AgentID: id, CredentialID: "tok_" + id}
}

// Every second those are asked for that are open, and sent away that have to go.
func TestRevoked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(0)
		run, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.Run(run) }()
		<-time.After(10 * time.Second)
		if n := h.looked(); n != 0 {
			t.Errorf("asked %d times with nothing open", n)
		}
		jo, leaveJo := h.enter(t, agent("jo"))
		defer leaveJo()
		ana, leaveAna := h.enter(t, agent("ana"))
		begun := time.Now()
		h.set(nil, "jo")
		<-jo.Done()
		if took := time.Since(begun); took > time.Second || !errors.Is(context.Cause(jo), gqlhttp.ErrForbidden) {
			t.Errorf("after %v: %v", took, context.Cause(jo))
		}
		if ana.Err() != nil {
			t.Errorf("who may stay: %v", context.Cause(ana))
		}
		leaveJo()
		if n := h.Count(); n != 1 || h.log.count("sessions_ended") != 1 {
			t.Errorf("%d are open; log: %s", n, h.log.b.String())
		}
		leaveAna()
		asked := h.looked()
		<-time.After(10 * time.Second)
		if h.looked() != asked || h.Count() != 0 {
			t.Errorf("asked %d times more, %d open", h.looked()-asked, h.Count())
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// While the database does not answer all stay, and the log says so once.
func TestOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(0)
		jo, leave := h.enter(t, agent("jo"))
		defer leave()
		run, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.Run(run) }()
		for outage := 1; outage <= 2; outage++ {
			h.set(errDown, "jo")
			<-time.After(10 * time.Second)
			if jo.Err() != nil || h.log.count("sessions_unchecked") != outage {
				t.Errorf("outage %d: %v; log: %s", outage, context.Cause(jo), h.log.b.String())
			}
			h.set(nil)
			<-time.After(2 * time.Second)
		}
		h.set(nil, "jo")
		<-jo.Done()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// A session ends with its token, to the moment and with another cause.
func TestUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(0)
		v := agent("jo")
		v.Until = time.Now().Add(time.Hour).Round(0)
		ctx, leave := h.enter(t, v)
		defer leave()
		begun := time.Now()
		<-ctx.Done()
		if time.Since(begun) != time.Hour || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			t.Errorf("after %v: %v", time.Since(begun), context.Cause(ctx))
		}
		late, leaveLate := h.enter(t, v)
		defer leaveLate()
		if !errors.Is(context.Cause(late), context.DeadlineExceeded) {
			t.Errorf("too late: %v", context.Cause(late))
		}
	})
}

// A machine that slept has timers that are late: the look goes by the clock.
func TestUntilByTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, ahead := &register{}, time.Duration(0)
		s := auth.NewSessions(auth.SessionsConfig{Auth: auth.New(r), Accounts: r, Now: func() time.Time { return time.Now().Add(ahead) }})
		h := &hall{Sessions: s, register: r}
		v := agent("jo")
		v.Until = time.Now().Add(time.Hour)
		ctx, leave := h.enter(t, v)
		defer leave()
		ahead = time.Hour
		if _, err := s.Check(t.Context()); err != nil || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			t.Errorf("%v, %v", err, context.Cause(ctx))
		}
	})
}

func TestMaxPerCredential(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(2)
		seat := func(hash string) viewer.Viewer {
			return viewer.Viewer{AppID: "app_1", Kind: viewer.Attendee, ManageHash: hash}
		}
		of := func(provider, agent string) viewer.Viewer {
			return viewer.Viewer{AppID: "app_1", AgentID: agent, CredentialID: provider}
		}
		kinds := []viewer.Viewer{agent("jo"), agent("ana"), seat("1"), seat("2"), of("idp_1", "jo"), of("idp_1", "ana"), of("idp_2", "jo")}
		for round := range 3 {
			var leave []func()
			for _, v := range kinds {
				for range 2 {
					_, one := h.enter(t, v)
					leave = append(leave, one)
				}
				_, err := h.Open(viewer.With(t.Context(), v))
				if !errors.Is(err, gqlhttp.ErrTooMany) || apperr.CodeOf(err) != apperr.LimitExceeded {
					t.Errorf("round %d, %+v: %v", round, v, err)
				}
			}
			for _, one := range leave {
				one()
			}
		}
		if h.Count() != 0 {
			t.Errorf("%d are open", h.Count())
		}
	})
}

// Init registers whom it lets in, with the page that it came from.
func TestInitRegisters(t *testing.T) {
	t.Parallel()
	h := newHall(1)
	socket, leave := context.WithCancel(opened(t, auth.New(h.register), "https://app.example.org"))
	defer leave()
	payload := func(token string) map[string]any { return map[string]any{"Authorization": "Bearer " + token} }
	if _, err := h.Init(socket, payload("bad")); apperr.CodeOf(err) != apperr.Unauthenticated || h.Count() != 0 {
		t.Errorf("a bad token: %v, %d open", err, h.Count())
	}
	ctx, err := h.Init(socket, payload("jo"))
	if v, _ := viewer.From(ctx); err != nil || v != agent("jo") || h.Count() != 1 {
		t.Fatalf("%+v, %v, %d open", v, err, h.Count())
	}
	if _, err := h.Init(socket, payload("jo")); !errors.Is(err, gqlhttp.ErrTooMany) {
		t.Errorf("the second: %v", err)
	}
	if _, err := h.Check(t.Context()); err != nil || len(h.held) != 1 || h.held[0].Origin != "https://app.example.org" || h.held[0].Since.IsZero() {
		t.Errorf("held %+v, %v", h.held, err)
	}
}

// Who is nobody may do nothing, and is not watched.
func TestOpenWithoutViewer(t *testing.T) {
	t.Parallel()
	h := newHall(1)
	if ctx, err := h.Open(t.Context()); err != nil || ctx != t.Context() || h.Count() != 0 {
		t.Errorf("%v, %d open", err, h.Count())
	}
}

// Many come, go and are sent away at once, while Run starts and stops.
func TestSessionsStress(t *testing.T) {
	t.Parallel()
	r := &register{}
	r.set(nil, "0")
	s := auth.NewSessions(auth.SessionsConfig{Auth: auth.New(r), Accounts: r, MaxPerCredential: 5, Every: time.Microsecond, Logger: slog.New(slog.DiscardHandler)})
	var group sync.WaitGroup
	run, stop := context.WithCancel(t.Context())
	for range 2 {
		group.Go(func() { _ = s.Run(run) })
	}
	var guests sync.WaitGroup
	for i := range 50 {
		guests.Go(func() {
			for range 20 {
				ctx, leave := context.WithCancel(viewer.With(t.Context(), agent(string(rune('0'+i%3)))))
				if opened, err := s.Open(ctx); err == nil && i%3 == 0 {
					<-opened.Done()
				}
				leave()
			}
		})
	}
	guests.Wait()
	stop()
	group.Wait()
	for s.Count() > 0 { // the last are leaving
		<-time.After(time.Millisecond)
	}
}
