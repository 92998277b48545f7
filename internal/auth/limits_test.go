package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/viewer"
)

func of(app, agent string) viewer.Viewer {
	return viewer.Viewer{AppID: app, AgentID: agent, CredentialID: "tok_" + agent}
}

// All credentials of an app have one limit together, and no other app feels it.
func TestMaxPerApp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHallOf(auth.SessionsConfig{MaxPerCredential: 2, MaxPerApp: 3})
		jo, ana, eve, kim := of("app_1", "jo"), of("app_1", "ana"), of("app_1", "eve"), of("app_2", "kim")
		for round := range 3 {
			var leave []func()
			for _, v := range []viewer.Viewer{jo, jo, ana, kim, kim} {
				_, one := h.enter(t, v)
				leave = append(leave, one)
			}
			for v, said := range map[viewer.Viewer]string{
				jo:  "this token has 2 sockets",                  // the limit that is nearer
				ana: "this app's tokens together have 3 sockets", // of whom has one
				eve: "this app's tokens together have 3 sockets", // of whom has none
				kim: "this token has 2 sockets",                  // in an app that has room
			} {
				_, err := h.Open(viewer.With(t.Context(), v))
				if !errors.Is(err, gqlhttp.ErrTooMany) || apperr.CodeOf(err) != apperr.LimitExceeded || !strings.HasPrefix(err.Error(), said) {
					t.Errorf("round %d, %s: %v", round, v.AgentID, err)
				}
			}
			leave[2]() // ana makes room for eve
			_, one := h.enter(t, eve)
			for _, one := range append(leave, one) {
				one()
			}
		}
		if h.Count() != 0 {
			t.Errorf("%d are open", h.Count())
		}
	})
}

// A subscription counts for its token, whatever it runs over, until it ends.
func TestMaxSubscriptions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHallOf(auth.SessionsConfig{MaxSubscriptions: 3})
		first, leaveFirst := h.enter(t, of("app_1", "jo"))
		second, leaveSecond := h.enter(t, of("app_1", "jo"))
		ana, leaveAna := h.enter(t, of("app_1", "ana"))
		subscribe := func(socket context.Context) (complete func()) {
			t.Helper()
			ctx, cancel := context.WithCancel(socket)
			if err := h.Subscribe(ctx); err != nil {
				t.Error(err)
			}
			return func() { cancel(); synctest.Wait() }
		}
		refused := func(socket context.Context) {
			t.Helper()
			err := h.Subscribe(socket)
			if apperr.CodeOf(err) != apperr.LimitExceeded || !strings.HasPrefix(err.Error(), "this token has 3 subscriptions") {
				t.Error(err)
			}
		}
		one := subscribe(first)
		subscribe(first)
		other := subscribe(second)
		refused(first)
		refused(second)
		for range 3 {
			subscribe(ana)
		}
		refused(ana)
		one()
		one() // ends once, however often it is told to
		subscribe(second)
		refused(second)
		other()
		leaveFirst() // the second that ran over it ends with it
		one, other = subscribe(second), subscribe(second)
		refused(second)
		leaveSecond()
		leaveAna()
		jo, leave := h.enter(t, of("app_1", "jo"))
		defer leave()
		for range 3 {
			subscribe(jo)
		}
		refused(jo)
		one()
		other()
		refused(jo)
	})
}

// Without a limit, or a viewer, nobody is refused.
func TestUnlimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHallOf(auth.SessionsConfig{})
		limited := newHallOf(auth.SessionsConfig{MaxPerApp: 1, MaxPerCredential: 1, MaxSubscriptions: 1})
		ctx, leave := h.enter(t, of("app_1", "jo"))
		defer leave()
		for range 1000 {
			_, leave := h.enter(t, of("app_1", "jo"))
			defer leave()
			if err := errors.Join(h.Subscribe(ctx), limited.Subscribe(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What is said to who is refused fits into the frame that closes a WebSocket: 123
// bytes, with a limit of six digits.
func TestRefusalsFit(t *testing.T) {
	t.Parallel()
	for _, c := range []auth.SessionsConfig{{MaxPerCredential: 1}, {MaxPerApp: 1}, {MaxSubscriptions: 1}} {
		h := newHallOf(c)
		ctx := viewer.With(t.Context(), of("app_1", "jo"))
		_, _ = h.Open(ctx)
		_ = h.Subscribe(ctx)
		_, err := h.Open(ctx)
		if err == nil {
			err = h.Subscribe(ctx)
		}
		if err == nil || len(err.Error())+len("00000") > 123 {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// However many subscribe and complete at once, no more run than may, and nothing
// stays behind.
func TestSubscribeStress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 5
		h := newHallOf(auth.SessionsConfig{MaxPerApp: most, MaxSubscriptions: most})
		var running, sockets [3]atomic.Int64 // of each app, whose agent has one token
		var guests sync.WaitGroup
		for i := range 60 {
			guests.Go(func() {
				mine := i % len(running)
				for range 50 {
					ctx, leave := context.WithCancel(viewer.With(t.Context(), of(fmt.Sprint("app_", mine), fmt.Sprint(mine))))
					if opened, err := h.Open(ctx); err == nil {
						ctx = opened
						if n := sockets[mine].Add(1); n > most {
							t.Errorf("%d are open", n)
						}
						if h.Subscribe(ctx) == nil {
							if n := running[mine].Add(1); n > most {
								t.Errorf("%d are running", n)
							}
							running[mine].Add(-1)
						}
						sockets[mine].Add(-1)
					}
					leave()
				}
			})
		}
		guests.Wait()
		synctest.Wait()
		for app := range running {
			v := of(fmt.Sprint("app_", app), fmt.Sprint(app))
			for range most {
				ctx, leave := h.enter(t, v)
				defer leave()
				if err := h.Subscribe(ctx); err != nil {
					t.Errorf("something has stayed behind: %v", err)
				}
			}
		}
	})
}
