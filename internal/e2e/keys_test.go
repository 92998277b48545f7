package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/viewer"
)

// with returns settings with another one.
func with(s apptest.Settings, name, value string) apptest.Settings {
	out := maps.Clone(s)
	out[name] = value
	return out
}

func openDB(t *testing.T, s apptest.Settings) *entdb.DB {
	t.Helper()
	db, err := entdb.Open(t.Context(), entdb.Config{URL: s["SLOTCAST_DATABASE_URL"], DataDir: s["SLOTCAST_DATA_DIR"], MaxConns: 2})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// kept is what a webhook's row has for a secret.
func kept(t *testing.T, s apptest.Settings, hook string) string {
	t.Helper()
	return openDB(t, s).Client.Webhook.GetX(viewer.System(t.Context()), hook).Secret
}

func TestKeysNew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 3 {
		r := apptest.Run(t, apptest.Settings{}, "keys", "new")
		key := strings.TrimSuffix(r.Stdout, "\n")
		if _, err := sealing.ParseKey(key); r.Code != 0 || err != nil || seen[key] || r.Stderr != "" {
			t.Errorf("keys new: %+v, %v", r, err)
		}
		seen[key] = true
	}
}

// TestKeyFile: the first start makes it, and without it nothing starts.
func TestKeyFile(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	file := filepath.Join(s["SLOTCAST_DATA_DIR"], "secret.keys")
	p := apptest.Start(t, s)
	hook, secret := newOwner(t, p, s).subscribe(t, apptest.NewReceiver(t))
	if text := kept(t, s, hook); sealing.KeyOf(text) == "" || strings.Contains(text, secret) {
		t.Errorf("the row has %s", text)
	}
	if strings.Contains(p.Output(), "secret_keys_in_file") {
		t.Errorf("a warning for the embedded database:\n%s", p.Output())
	}
	p.Stop()
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	printed(t, apptest.Run(t, s, "doctor"), "1 key in", "1 sealed secret, all can be opened", "nothing to do")

	must(t, os.Chmod(file, 0o644))
	refused(t, apptest.Run(t, s, "serve"), 1, "chmod 600 "+file)
	refused(t, apptest.Run(t, s, "keys", "rotate"), 1, "chmod 600 "+file)
	if r := apptest.Run(t, s, "doctor"); r.Code != 1 || !strings.Contains(r.Stdout, "chmod 600") {
		t.Errorf("doctor says\n%s", r.Stdout)
	}
	must(t, errors.Join(os.Chmod(file, 0o600), os.Rename(file, file+".away")))
	refused(t, apptest.Run(t, s, "serve"), 1, "no key file "+file, "SLOTCAST_SECRET_KEYS", "backup")
	if _, err := os.Stat(file); err == nil {
		t.Error("a new file was made although the database has secrets")
	}
	refused(t, apptest.Run(t, with(s, "SLOTCAST_SECRET_KEYS", sealing.NewKey().Text()), "serve"), 1, "does not have", "SLOTCAST_SECRET_KEYS")
	if r := apptest.Run(t, s, "doctor"); r.Code != 1 || !strings.Contains(r.Stdout, "serve refuses to start") {
		t.Errorf("doctor says\n%s", r.Stdout)
	}
	must(t, os.Rename(file+".away", file))
	p.Restart()
	p.Client(s["SLOTCAST_OWNER_TOKEN"]).Do(t, `{ viewer { role } }`, nil, nil)
}

// TestServersNeedTheSameKeys: servers of one database that start at once, from one
// directory and from others.
func TestServersNeedTheSameKeys(t *testing.T) {
	t.Parallel()
	s := apptest.Settings{
		"SLOTCAST_DATABASE_URL": entdbtest.EmptyPostgresURL(t), "SLOTCAST_MIGRATE": "auto",
		"SLOTCAST_OWNER_TOKEN": credential.New(credential.Access), "SLOTCAST_DATA_DIR": filepath.Join(t.TempDir(), "new"),
	}
	for _, p := range apptest.StartAll(t, s, 3) {
		p.Client(s["SLOTCAST_OWNER_TOKEN"]).Do(t, `{ viewer { role } }`, nil, nil)
		if !strings.Contains(p.Output(), "secret_keys_in_file") || !strings.Contains(p.Output(), "SLOTCAST_SECRET_KEYS") {
			t.Errorf("no warning in\n%s", p.Output())
		}
	}
	elsewhere := with(s, "SLOTCAST_DATA_DIR", t.TempDir())
	refused(t, apptest.Run(t, elsewhere, "serve"), 1, "no key file", "SLOTCAST_SECRET_KEYS", "another server")
	refused(t, apptest.Run(t, with(s, "SLOTCAST_SECRET_KEYS", sealing.NewKey().Text()), "serve"), 1, "does not have", "add that key")
	keys, err := sealing.ReadFile(filepath.Join(s["SLOTCAST_DATA_DIR"], "secret.keys"))
	must(t, err)
	apptest.Start(t, with(elsewhere, "SLOTCAST_SECRET_KEYS", sealing.NewKey().Text()+","+keys[0].Text()))
}

// TestSecretsOfAnEarlierVersion are sealed at a start that may migrate; until then
// they work as they are.
func TestSecretsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		me, receiver := newOwner(t, p, s), apptest.NewReceiver(t)
		hook, secret := me.subscribe(t, receiver)
		openDB(t, s).Client.Webhook.UpdateOneID(hook).SetSecret(secret).ExecX(viewer.System(t.Context()))
		me.book(t, 1)
		verify(t, secret, receiver.Wait(t, 1)[0])
		if r := apptest.Run(t, s, "doctor"); !strings.Contains(r.Stdout, "1 secret of an earlier version") {
			t.Errorf("doctor says\n%s", r.Stdout)
		}
		p.Stop()

		p.Set("SLOTCAST_MIGRATE", "never")
		p.Restart()
		if kept(t, s, hook) != secret {
			t.Error("a start that may not migrate has changed the secret")
		}
		p.Stop()
		p.Set("SLOTCAST_MIGRATE", "auto")
		p.Restart()
		if text := kept(t, s, hook); sealing.KeyOf(text) == "" {
			t.Errorf("the row has %s", text)
		}
		me = newOwner(t, p, s)
		me.book(t, 2)
		verify(t, secret, receiver.Wait(t, 2)[1])
		printed(t, apptest.Run(t, s, "doctor"), "1 sealed secret, all can be opened")
	})
}

// verifier has an app book all the time, and checks each signature.
type verifier struct {
	t        *testing.T
	me       owner
	receiver *apptest.Receiver
	secret   string
	checked  int
}

// some books a few meetings and waits until they have arrived, signed.
func (v *verifier) some(n int) {
	v.t.Helper()
	for range n {
		v.me.book(v.t, v.checked)
		v.checked++
		verify(v.t, v.secret, v.receiver.Wait(v.t, v.checked)[v.checked-1])
	}
}

// TestRotateBesideAServer rotates the key file twice while a server delivers, and
// makes webhooks.
func TestRotateBesideAServer(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	file := filepath.Join(s["SLOTCAST_DATA_DIR"], "secret.keys")
	p := apptest.Start(t, s)
	v := &verifier{t: t, me: newOwner(t, p, s), receiver: apptest.NewReceiver(t)}
	hook, secret := v.me.subscribe(t, v.receiver)
	v.secret = secret
	v.some(2)
	first := sealing.KeyOf(kept(t, s, hook))

	ctx, stop := context.WithCancel(t.Context())
	var busy errgroup.Group
	busy.Go(func() error { return makeWebhooks(ctx, v.me) })
	for range 2 {
		done := make(chan apptest.Result, 1)
		go func() { done <- apptest.Run(t, s, "keys", "rotate") }()
		for running := true; running; {
			select {
			case r := <-done:
				printed(t, r, "is new, and current from now on", "secrets were sealed anew", "stays in "+file)
				running = false
			default:
				v.some(1)
			}
		}
	}
	stop()
	must(t, busy.Wait())
	v.some(1)
	list, err := sealing.ReadFile(file)
	must(t, err)
	if text := kept(t, s, hook); len(list) != 2 || sealing.KeyOf(text) != list[0].ID() || list[1].ID() == first {
		t.Errorf("the row has %s, the file %v, the first key was %s", text, list, first)
	}
	printed(t, apptest.Run(t, s, "doctor"), "all can be opened", "2 keys in")
	p.Stop()
	p.Restart()
	v.me = newOwner(t, p, s)
	v.some(1)
}

// makeWebhooks makes some until the context ends; each is secret in a way of its
// own.
func makeWebhooks(ctx context.Context, me owner) error {
	for i := 0; ; i++ {
		err := me.Try(ctx, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret } }`, map[string]any{
			"in": map[string]any{"subscriberUrl": fmt.Sprintf("http://127.0.0.1:9/%d", i), "triggers": []string{"MEETING_NO_SHOW"}},
		}, nil)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end was asked for
		}
		if err != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
}

// TestRotateSettings goes the way of several servers: the new key behind the old
// one, then in front, then alone.
func TestRotateSettings(t *testing.T) {
	t.Parallel()
	s, _ := production(t)
	old, current := sealing.NewKey(), sealing.NewKey()
	s["SLOTCAST_SECRET_KEYS"] = old.Text()
	servers := apptest.StartAll(t, s, 2)
	v := &verifier{t: t, me: newOwner(t, servers[0], s), receiver: apptest.NewReceiver(t)}
	hook, secret := v.me.subscribe(t, v.receiver)
	v.secret = secret
	v.some(2)
	for _, keys := range []string{old.Text() + "," + current.Text(), current.Text() + "," + old.Text()} {
		for _, p := range servers {
			p.Stop()
			p.Set("SLOTCAST_SECRET_KEYS", keys)
			p.Restart()
			v.me = newOwner(t, p, s)
			v.some(1)
		}
	}
	both := with(s, "SLOTCAST_SECRET_KEYS", current.Text()+","+old.Text())
	printed(t, apptest.Run(t, both, "keys", "rotate"), "key 1 of SLOTCAST_SECRET_KEYS", "key 2 ("+old.ID()+") seals nothing")
	v.some(2)
	if text := kept(t, s, hook); sealing.KeyOf(text) != current.ID() {
		t.Errorf("the row has %s", text)
	}
	for _, p := range servers {
		p.Stop()
		p.Set("SLOTCAST_SECRET_KEYS", current.Text())
		p.Restart()
		v.me = newOwner(t, p, s)
		v.some(1)
	}
	refused(t, apptest.Run(t, s, "serve"), 1, current.ID())
}
