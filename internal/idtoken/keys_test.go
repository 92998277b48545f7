package idtoken_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/idtoken"
	"slotcast/internal/idtoken/idtokentest"
	"slotcast/internal/safehttp"
)

// Keys change without a restart: a new one is found at once, an old one is no
// more believed when the keys are fetched the next time.
func TestRotation(t *testing.T) {
	t.Parallel()
	v := setup(t)
	first, second, third := idtokentest.NewKey(t, "1"), idtokentest.NewKey(t, "2"), idtokentest.NewKey(t, "3")
	server := idtokentest.Serve(t, first)
	good := func(k idtokentest.Key) {
		t.Helper()
		_, err := v.Verify(t.Context(), k.Sign(t, with(nil)), byKeys(server))
		must(t, err)
	}
	bad := func(k idtokentest.Key) {
		t.Helper()
		_, err := v.Verify(t.Context(), k.Sign(t, with(nil)), byKeys(server))
		refused(t, err, "does not publish")
	}
	asked := func(n int) {
		t.Helper()
		if server.Asked() != n {
			t.Errorf("the server was asked %d times, want %d", server.Asked(), n)
		}
	}
	good(first)
	good(first)
	asked(1)
	bad(second) // too soon after the first
	asked(1)
	v.turn(30 * time.Second)
	server.Publish(t, first, second)
	good(second)
	good(first)
	asked(2)
	server.Publish(t, second, third)
	bad(third)
	v.turn(29 * time.Second)
	bad(third)
	asked(2)
	v.turn(time.Second)
	good(third)
	bad(first)
	asked(3)
}

// After ten minutes keys are fetched again, while the old ones are used.
func TestRefresh(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.NewKey(t, "1")
	server := idtokentest.Serve(t, key)
	token := key.Sign(t, with(nil))
	check := func() error {
		_, err := v.Verify(t.Context(), token, byKeys(server))
		return err
	}
	must(t, check())
	server.Publish(t, idtokentest.NewKey(t, "2"))
	v.turn(10*time.Minute - 1)
	must(t, check())
	v.turn(1)
	release := server.Hold()
	must(t, check()) // does not wait
	must(t, check())
	release()
	v.Close() // waits for the fetch
	if server.Asked() != 2 {
		t.Errorf("asked %d times", server.Asked())
	}
	refused(t, check(), "does not publish")
}

// What was fetched lasts while the URL is down, and is let go when it is not.
func TestDown(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.NewKey(t, "1")
	server := idtokentest.Serve(t, key)
	token := key.Sign(t, with(claims{"exp": start.Add(24 * time.Hour).Unix()}))
	_, err := v.Verify(t.Context(), token, byKeys(server))
	must(t, err)
	server.Answer(http.StatusInternalServerError, []byte("down"))
	for range 3 {
		v.turn(time.Hour)
		_, err := v.Verify(t.Context(), token, byKeys(server))
		must(t, err)
	}
	// a key that may be new cannot be judged: nobody is told that it is wrong
	v.turn(time.Hour)
	_, err = v.Verify(t.Context(), idtokentest.NewKey(t, "2").Sign(t, with(claims{"exp": start.Add(24 * time.Hour).Unix()})), byKeys(server))
	if apperr.From(err) != nil || err == nil || !strings.Contains(err.Error(), "status 500") {
		t.Errorf("an unknown key: %v", err)
	}
}

// Without keys the token cannot be judged; the URL is asked every five seconds.
func TestNeverUp(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.NewKey(t, "1")
	server := idtokentest.Serve(t, key)
	token := key.Sign(t, with(nil))
	for name, answer := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"status":   {404, "{}", "status 404"},
		"redirect": {302, "{}", "status 302"},
		"no JSON":  {200, "<html>", "no JSON Web Key Set"},
		"no keys":  {200, `{"keys":[]}`, "no public key"},
		"secrets":  {200, `{"keys":[{"kty":"oct","k":"AAAA"}]}`, "no public key"},
		"others":   {200, `{"keys":[{"kty":"RSA"},{"kty":"new"},1,null,{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`, "no public key"},
		"many":     {200, `{"keys":[` + strings.Repeat("{},", 100) + `{}]}`, "more than 100 keys"},
		"endless":  {200, strings.Repeat(" ", 256<<10) + "{}", "more than 262144 bytes"},
	} {
		server.Answer(answer.status, []byte(answer.body))
		v.turn(5 * time.Second)
		asked := server.Asked()
		for range 2 {
			_, err := v.Verify(t.Context(), token, byKeys(server))
			if apperr.From(err) != nil || err == nil || !strings.Contains(err.Error(), answer.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if server.Asked() != asked+1 {
			t.Errorf("%s: asked %d times", name, server.Asked()-asked)
		}
	}
	server.Publish(t, key)
	v.turn(5 * time.Second)
	_, err := v.Verify(t.Context(), token, byKeys(server))
	must(t, err)
}

// Of many requests that need the same keys, one fetches them.
func TestStampede(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.NewKey(t, "1")
	server := idtokentest.Serve(t, key)
	token := key.Sign(t, with(nil))
	release := server.Hold()
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := v.Verify(t.Context(), token, byKeys(server)); err != nil {
				t.Error(err)
			}
		})
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := v.Verify(ctx, token, byKeys(server)); !errors.Is(err, context.Canceled) {
		t.Errorf("who has left: %v", err)
	}
	release()
	group.Wait()
	if server.Asked() != 1 {
		t.Errorf("asked %d times", server.Asked())
	}
}

// A fetch that one request began is not lost for the others when it goes.
func TestFetchOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.NewKey(t, "1")
	server := idtokentest.Serve(t, key)
	release := server.Hold()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := v.Verify(ctx, key.Sign(t, with(nil)), byKeys(server)); !errors.Is(err, context.Canceled) {
		t.Errorf("who has left: %v", err)
	}
	release()
	_, err := v.Verify(t.Context(), key.Sign(t, with(nil)), byKeys(server))
	must(t, err)
	if server.Asked() != 1 {
		t.Errorf("asked %d times", server.Asked())
	}
}

// Private addresses are refused, and no URL pushes all others out.
func TestURLs(t *testing.T) {
	t.Parallel()
	key := idtokentest.NewKey(t, "")
	token := key.Sign(t, with(nil))
	server := idtokentest.Serve(t, key)
	public := safehttp.New(safehttp.Config{})
	t.Cleanup(public.Close)
	for name, c := range map[string]idtoken.Config{"refused": {HTTP: public}, "without a client": {}} {
		v := idtoken.New(c)
		_, err := v.Verify(t.Context(), token, byKeys(server))
		if apperr.From(err) != nil || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		v.Close()
	}
	v := idtoken.New(idtoken.Config{HTTP: idtokentest.Client(t), Now: func() time.Time { return start }, URLs: 2})
	t.Cleanup(v.Close)
	for _, path := range []string{"", "?2", "", "?3", "", "?2", "", "?3"} { // the first is used most
		p := byKeys(server)
		p.KeysURL += path
		_, err := v.Verify(t.Context(), token, p)
		must(t, err)
	}
	if server.Asked() != 5 {
		t.Errorf("asked %d times, want once for the first and at each return of the others", server.Asked())
	}
}

// Close lets nothing begin.
func TestClose(t *testing.T) {
	t.Parallel()
	v := setup(t)
	key := idtokentest.NewKey(t, "1")
	server := idtokentest.Serve(t, key)
	v.Close()
	if _, err := v.Verify(t.Context(), key.Sign(t, with(nil)), byKeys(server)); err == nil || server.Asked() != 0 {
		t.Errorf("asked %d times, %v", server.Asked(), err)
	}
}
