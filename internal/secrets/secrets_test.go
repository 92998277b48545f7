package secrets_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/ent/sealingkey"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/secrets"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// fixture is a database with an app that has secrets of every kind.
type fixture struct {
	t    *testing.T
	ctx  context.Context
	c    *ent.Client
	rows entdbtest.Rows
	want map[string]string // by the row's id
}

func setup(t *testing.T, db *entdb.DB) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: viewer.System(t.Context()), c: db.Client, want: map[string]string{}}
	f.rows = entdbtest.NewRows(t, db.Client)
	f.c.SealingKey.Delete().ExecX(f.ctx)
	for _, name := range []string{"Webhook", "IdentityProvider"} {
		f.put(f.rows[name], "")
	}
	return f
}

// put writes a text into the row, as it is.
func (f *fixture) put(id, text string) {
	f.t.Helper()
	var err error
	switch prefix, _, _ := strings.Cut(id, "_"); typeid.Prefix(prefix) {
	case typeid.Webhook:
		err = f.c.Webhook.UpdateOneID(id).SetSecret(text).Exec(f.ctx)
	case typeid.IdentityProvider:
		err = f.c.IdentityProvider.UpdateOneID(id).SetSecret(text).Exec(f.ctx)
	default:
		err = f.c.Command.UpdateOneID(id).SetSealedToken(text).Exec(f.ctx)
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// get returns the text of the row.
func (f *fixture) get(id string) string {
	f.t.Helper()
	switch prefix, _, _ := strings.Cut(id, "_"); typeid.Prefix(prefix) {
	case typeid.Webhook:
		return f.c.Webhook.GetX(f.ctx, id).Secret
	case typeid.IdentityProvider:
		return f.c.IdentityProvider.GetX(f.ctx, id).Secret
	default:
		return f.c.Command.GetX(f.ctx, id).SealedToken
	}
}

// seal gives the row a secret, sealed by the ring.
func (f *fixture) seal(r *sealing.Ring, id string) {
	f.t.Helper()
	f.want[id] = signing.NewSecret()
	text, err := r.Seal(f.want[id], id)
	if err != nil {
		f.t.Fatal(err)
	}
	f.put(id, text)
}

// commands makes n commands with a token each.
func (f *fixture) commands(r *sealing.Ring, n int) {
	f.t.Helper()
	var all []*ent.CommandCreate
	for i := range n {
		id := typeid.New(typeid.Command)
		f.want[id] = fmt.Sprint("token ", i)
		text, err := r.Seal(f.want[id], id)
		if err != nil {
			f.t.Fatal(err)
		}
		all = append(all, f.c.Command.Create().SetID(id).SetAppID(f.rows["App"]).SetKey(id).SetRequestHash([]byte{1}).SetSealedToken(text))
	}
	for some := range slices.Chunk(all, 100) {
		f.c.Command.CreateBulk(some...).ExecX(f.ctx)
	}
}

// sealed wants every secret to be sealed with the ring's current key, and right.
func (f *fixture) sealed(r *sealing.Ring) {
	f.t.Helper()
	for id, want := range f.want {
		text := f.get(id)
		if got, err := r.Open(text, id); err != nil || got != want || sealing.KeyOf(text) != r.Current() {
			f.t.Errorf("%s has %q, which opens as %q, %v; want %q of key %s", id, text, got, err, want, r.Current())
		}
	}
}

// known are the registered keys.
func (f *fixture) known() []string {
	f.t.Helper()
	ids, err := secrets.Known(f.ctx, f.c)
	if err != nil {
		f.t.Fatal(err)
	}
	return ids
}

func ring(t testing.TB, list ...sealing.Key) *sealing.Ring {
	t.Helper()
	r, err := sealing.NewRing(list...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegister(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		a, b, c := sealing.NewKey(), sealing.NewKey(), sealing.NewKey()
		for _, step := range []struct {
			ring  []sealing.Key
			known int
			lacks string
		}{
			{[]sealing.Key{a}, 1, ""},
			{[]sealing.Key{a}, 1, ""},
			{[]sealing.Key{a, b}, 1, ""}, // b is there to open with
			{[]sealing.Key{c}, 1, a.ID()},
			{[]sealing.Key{b, a}, 2, ""},
			{[]sealing.Key{a}, 2, b.ID()}, // a server that was forgotten
			{[]sealing.Key{a, b, c}, 2, ""},
		} {
			err := secrets.Register(t.Context(), f.c, ring(t, step.ring...))
			if (err == nil) != (step.lacks == "") || err != nil && (!strings.Contains(err.Error(), step.lacks) ||
				!strings.Contains(err.Error(), "SLOTCAST_SECRET_KEYS") || !strings.Contains(err.Error(), "secret.keys")) {
				t.Errorf("%v: %v, want one about %q", step.ring, err, step.lacks)
			}
			if got := f.known(); len(got) != step.known || got[0] != a.ID() {
				t.Errorf("%v: registered are %v", step.ring, got)
			}
		}
		// a proof that was changed
		other, err := ring(t, a).Seal("slotcast", "elsewhere")
		if err != nil {
			t.Fatal(err)
		}
		for _, proof := range []string{other, "slotcast"} {
			f.c.SealingKey.Delete().Where(sealingkey.ID(a.ID())).ExecX(f.ctx)
			f.c.SealingKey.Create().SetID(a.ID()).SetProof(proof).ExecX(f.ctx)
			err = secrets.Register(t.Context(), f.c, ring(t, a, b))
			if err == nil || !strings.Contains(err.Error(), "proof of key "+a.ID()) {
				t.Errorf("with the proof %q: %v", proof, err)
			}
		}
	})
}

// Of servers that start at once with different keys, one succeeds; with the same
// all do.
func TestRegisterAtOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		const starts = 12
		var errs [starts]error
		var group errgroup.Group
		same := sealing.NewKey()
		run := func(key func() sealing.Key) (succeeded int) {
			for i := range starts {
				group.Go(func() error {
					errs[i] = secrets.Register(t.Context(), f.c, ring(t, key()))
					return nil
				})
			}
			_ = group.Wait()
			for _, err := range errs {
				if err == nil {
					succeeded++
				} else if !strings.Contains(err.Error(), "does not have") {
					t.Error(err)
				}
			}
			return succeeded
		}
		if n := run(sealing.NewKey); n != 1 || len(f.known()) != 1 {
			t.Errorf("%d of %d servers with different keys started, registered are %v", n, starts, f.known())
		}
		f.c.SealingKey.Delete().ExecX(f.ctx)
		if n := run(func() sealing.Key { return same }); n != starts || !slices.Equal(f.known(), []string{same.ID()}) {
			t.Errorf("%d of %d servers with the same key started, registered are %v", n, starts, f.known())
		}
	})
}

func TestSealPlain(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		keys := ring(t, sealing.NewKey())
		hook := f.rows["Webhook"]
		f.want[hook] = "open sesame"
		f.put(hook, f.want[hook])
		row := f.c.Webhook.GetX(f.ctx, hook)
		empty := f.c.Webhook.Create().SetAppID(f.rows["App"]).SetAgentID(f.rows["Agent"]).SetSubscriberURL("https://example.com").
			SetTriggers(row.Triggers).SetScope(row.Scope).SetFormat(row.Format).SetSecret("").SaveX(f.ctx)
		var group errgroup.Group
		var sealed [8]int
		for i := range sealed { // servers that start at once
			group.Go(func() (err error) {
				sealed[i], err = secrets.SealPlain(t.Context(), f.c, keys)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		f.sealed(keys)
		again, err := secrets.SealPlain(t.Context(), f.c, keys)
		if err != nil || again != 0 || sealed == [8]int{} {
			t.Errorf("%v were sealed, then %d, %v", sealed, again, err)
		}
		if got := f.get(empty.ID); got != "" {
			t.Errorf("no secret became %q", got)
		}
		if got := f.c.Webhook.GetX(f.ctx, hook).UpdatedAt; !got.Equal(row.UpdatedAt) {
			t.Errorf("the webhook was changed at %v, says the row: %v before", got, row.UpdatedAt)
		}
	})
}

func TestLook(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		a, b := sealing.NewKey(), sealing.NewKey()
		keys := ring(t, a)
		if err := secrets.Register(t.Context(), f.c, keys); err != nil {
			t.Fatal(err)
		}
		f.put(f.rows["Webhook"], "open sesame")
		f.seal(ring(t, b), f.rows["IdentityProvider"])
		f.commands(keys, 1203)
		seen, err := secrets.Look(t.Context(), f.c, keys)
		if err != nil || seen.Sealed != 1203 || seen.Plain != 1 || seen.Unopened != 1 || !slices.Equal(seen.Known, []string{a.ID()}) {
			t.Errorf("seen: %+v, %v", seen, err)
		}
		if text := fmt.Sprint(seen.First); !strings.Contains(text, f.rows["IdentityProvider"]) || !strings.Contains(text, b.ID()) {
			t.Errorf("the first: %s", text)
		}
	})
}

// rotation is one of the fixture's database, and what it said.
type rotation struct {
	secrets.Rotation
	said []string
	done [2]int
}

func (f *fixture) rotation(file string, list ...sealing.Key) *rotation {
	r := &rotation{Rotation: secrets.Rotation{Client: f.c, File: file, Keys: list, Settle: time.Millisecond}}
	r.Tell = func(line string) { r.said = append(r.said, line) }
	r.Progress = func(done, total int) {
		if done <= r.done[0] || done > total {
			f.t.Errorf("%d of %d behind %v", done, total, r.done)
		}
		r.done = [2]int{done, total}
	}
	return r
}

func (r *rotation) run(t *testing.T) string {
	t.Helper()
	r.said = nil
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return strings.Join(r.said, "\n")
}

func read(t *testing.T, file string) []sealing.Key {
	t.Helper()
	list, err := sealing.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRotateFile(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		file := filepath.Join(t.TempDir(), "secret.keys")
		if err := f.rotation(file).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "first start") {
			t.Errorf("without a file: %v", err)
		}
		first := sealing.NewKey()
		if err := sealing.CreateFile(file, first); err != nil {
			t.Fatal(err)
		}
		keys := ring(t, first)
		f.seal(keys, f.rows["Webhook"])
		f.seal(keys, f.rows["IdentityProvider"])
		f.commands(keys, 620)
		f.want[f.rows["Webhook"]] = "plain, of an earlier version"
		f.put(f.rows["Webhook"], f.want[f.rows["Webhook"]])

		r := f.rotation(file)
		said := r.run(t)
		second := read(t, file)
		if len(second) != 2 || second[1] != first || !slices.Equal(f.known(), []string{first.ID(), second[0].ID()}) {
			t.Errorf("the file has %v, registered are %v", second, f.known())
		}
		f.sealed(ring(t, second...))
		if r.done != [2]int{622, 622} || !strings.Contains(said, "622 secrets") || !strings.Contains(said, first.ID()+" stays") {
			t.Errorf("progress %v; it said\n%s", r.done, said)
		}

		// a server that has not looked into the file yet seals with the old key
		f.commands(keys, 1)
		said = f.rotation(file).run(t)
		third := read(t, file)
		if len(third) != 2 || third[1] != second[0] || slices.Contains(f.known(), first.ID()) || !strings.Contains(said, first.ID()+" seals nothing and was removed") {
			t.Errorf("the file has %v, registered are %v; it said\n%s", third, f.known(), said)
		}
		f.sealed(ring(t, third[0]))
	})
}

// A rotation that is broken off anywhere can be run again, and nothing is lost.
func TestRotationIsInterrupted(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		file, first := filepath.Join(t.TempDir(), "secret.keys"), sealing.NewKey()
		if err := sealing.CreateFile(file, first); err != nil {
			t.Fatal(err)
		}
		f.commands(ring(t, first), 350)
		for n := range 6 { // after the n-th thing that it says or does
			ctx, stop := context.WithCancel(t.Context())
			r := f.rotation(file).Rotation
			left := n
			step := func() {
				if left--; left < 0 {
					stop()
				}
			}
			r.Tell, r.Progress = func(string) { step() }, func(int, int) { step() }
			err := r.Run(ctx)
			stop()
			if n < 4 && err == nil {
				t.Errorf("run %d was not broken off", n)
			}
			list := read(t, file)
			all := ring(t, list...)
			if err := secrets.Register(t.Context(), f.c, all); err != nil {
				t.Errorf("after run %d no server starts: %v", n, err)
			}
			for id, want := range f.want {
				if got, err := all.Open(f.get(id), id); err != nil || got != want {
					t.Fatalf("after run %d: %s opens as %q, %v", n, id, got, err)
				}
			}
		}
		f.rotation(file).run(t)
		f.rotation(file).run(t)
		if list := read(t, file); len(list) != 2 || len(f.known()) != 2 {
			t.Errorf("in the end the file has %v, registered are %v", list, f.known())
		}
		f.sealed(ring(t, read(t, file)[0]))
	})
}

// What does not open is left as it is, and its keys stay.
func TestRotateWithWhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		file, first, second := filepath.Join(t.TempDir(), "secret.keys"), sealing.NewKey(), sealing.NewKey()
		if err := sealing.CreateFile(file, first, second); err != nil {
			t.Fatal(err)
		}
		f.commands(ring(t, first), 3)
		forged, err := ring(t, second).Seal("open sesame", "elsewhere")
		if err != nil {
			t.Fatal(err)
		}
		f.put(f.rows["Webhook"], forged)
		err = f.rotation(file).Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), f.rows["Webhook"]) || strings.Contains(err.Error(), forged) {
			t.Errorf("the error is %v", err)
		}
		list := read(t, file)
		if len(list) != 3 || f.get(f.rows["Webhook"]) != forged {
			t.Errorf("the file has %v, the row %q", list, f.get(f.rows["Webhook"]))
		}
		f.sealed(ring(t, list[0]))
	})
}

func TestRotateSettings(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		a, b, c := sealing.NewKey(), sealing.NewKey(), sealing.NewKey()
		if err := secrets.Register(t.Context(), f.c, ring(t, a)); err != nil {
			t.Fatal(err)
		}
		f.commands(ring(t, a), 10)
		f.seal(ring(t, c, a), f.rows["Webhook"])
		if err := f.rotation("", b).Run(t.Context()); err == nil || !strings.Contains(err.Error(), a.ID()) {
			t.Errorf("without the old key: %v", err)
		}
		said := f.rotation("", b, a, c, b).run(t)
		f.sealed(ring(t, b))
		for _, want := range []string{"11 secrets", "key 1 of", "key 2 (" + a.ID() + ") seals nothing", "key 3 (" + c.ID() + ") seals nothing"} {
			if !strings.Contains(said, want) {
				t.Errorf("%q is missing in\n%s", want, said)
			}
		}
		if !slices.Equal(f.known(), []string{b.ID()}) {
			t.Errorf("registered are %v", f.known())
		}
		if err := secrets.Register(t.Context(), f.c, ring(t, b)); err != nil {
			t.Errorf("with the new key alone: %v", err)
		}
	})
}

// A webhook has three sealed texts, and the key of its certificate opens nowhere
// but there.
func TestWebhooksHaveThree(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		file, first := filepath.Join(t.TempDir(), "secret.keys"), sealing.NewKey()
		if err := sealing.CreateFile(file, first); err != nil {
			t.Fatal(err)
		}
		keys, hook := ring(t, first), f.rows["Webhook"]
		seal := func(text, row string) string {
			sealed, err := keys.Seal(text, row)
			if err != nil {
				t.Fatal(err)
			}
			return sealed
		}
		part := sealing.Part(hook, "client_key")
		f.c.Webhook.UpdateOneID(hook).SetSecret(seal("new", hook)).SetPreviousSecret(seal("old", hook)).SetClientKey(seal("key", part)).ExecX(f.ctx)
		f.rotation(file).run(t)
		list := read(t, file)
		now, w := ring(t, list[0]), f.c.Webhook.GetX(f.ctx, hook)
		for want, c := range map[string]struct{ sealed, row string }{
			"new": {w.Secret, hook}, "old": {w.PreviousSecret, hook}, "key": {w.ClientKey, part},
		} {
			if got, err := now.Open(c.sealed, c.row); got != want || err != nil || sealing.KeyOf(c.sealed) != list[0].ID() {
				t.Errorf("%q opens as %q, %v; want %q of key %s", c.sealed, got, err, want, list[0].ID())
			}
		}
		seen, err := secrets.Look(t.Context(), f.c, now)
		if err != nil || seen.Sealed != 3 || seen.Unopened != 0 {
			t.Errorf("seen: %+v, %v", seen, err)
		}
		f.c.Webhook.UpdateOneID(hook).SetClientKey(w.Secret).ExecX(f.ctx)
		if seen, err = secrets.Look(t.Context(), f.c, now); err != nil || seen.Unopened != 1 {
			t.Errorf("the secret in the place of the key: %+v, %v", seen, err)
		}
	})
}
