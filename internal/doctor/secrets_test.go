package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slotcast/internal/doctor"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/sealing"
	"slotcast/internal/secrets"
)

// seal puts a secret of the hook, sealed with the key for the row, into the
// database.
func (w *ward) seal(k sealing.Key, row string) {
	w.t.Helper()
	ring := must(sealing.NewRing(k))(w.t)
	text := must(ring.Seal("open sesame", w.names[row]))(w.t)
	w.must(w.db.Client.Webhook.UpdateOneID(w.names["hook"]).SetSecret(text).Exec(w.sys))
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "secret.keys")
	db := must(entdb.Open(t.Context(), entdb.Config{DataDir: dir}))(t)
	defer db.Close()
	must(db.Migrate(t.Context()))(t)
	if err := eventlog.Init(t.Context(), db.Client, 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	w := admit(t, db)
	key, lost := sealing.NewKey(), sealing.NewKey()
	ask := func(keys ...sealing.Key) []string {
		t.Helper()
		e := env{"SLOTCAST_DATA_DIR": dir}
		var texts []string
		for _, k := range keys {
			texts = append(texts, k.Text())
		}
		e["SLOTCAST_SECRET_KEYS"] = strings.Join(texts, ",")
		lines := findings(t, doctor.Config{Settings: e.settings(t)})
		for _, l := range lines {
			if strings.Contains(l, "sesame") || strings.Contains(l, key.Text()) || strings.Contains(l, lost.Text()) {
				t.Errorf("a secret shows in %s", l)
			}
		}
		return lines
	}

	lines := ask()
	says(t, lines, "ok secret keys: the first start makes it", "skipped secrets: no key file")
	fine(t, lines)
	says(t, ask(key), "ok secret keys: 1 key in SLOTCAST_SECRET_KEYS, current is "+key.ID(), "warning secrets: 2 secrets of an earlier version")

	w.must(secrets.Register(t.Context(), db.Client, must(sealing.NewRing(key))(t)))
	w.must(db.Client.Webhook.Update().SetSecret("").Exec(w.sys))
	w.seal(key, "hook")
	lines = ask(key)
	says(t, lines, "ok secrets: 1 sealed secret, all can be opened")
	fine(t, lines)
	says(t, ask(), "ok secret keys: no file", "failure secrets: sealed with key "+key.ID()+", and there is no key file")
	says(t, ask(lost), "failure secrets: key "+key.ID()+", which is not among the keys here", "failure secrets: 1 secret cannot be opened, first the secret of "+w.names["hook"])
	w.seal(key, "elsewhere_hook")
	says(t, ask(key), "failure secrets: was altered, or belongs to another row")

	w.must(sealing.CreateFile(file, key, lost))
	w.seal(key, "hook")
	lines = ask()
	says(t, lines, "ok secret keys: 2 keys in "+file, "ok secrets: 1 sealed")
	fine(t, lines)
	w.must(os.Chmod(file, 0o640))
	says(t, ask(), "failure secret keys: chmod 600", "failure secrets: the keys cannot be used")
	w.must(os.Chmod(file, 0o600))
	w.must(os.WriteFile(file, []byte("sesame\n"), 0o600))
	says(t, ask(), "failure secret keys: key 1", "failure secrets: the keys cannot be used")
}

// On PostgreSQL a key file is worth a warning: other servers do not have it.
func TestKeyFileBesidePostgres(t *testing.T) {
	t.Parallel()
	url, dir := entdbtest.PostgresURL(t), t.TempDir()
	if err := sealing.CreateFile(filepath.Join(dir, "secret.keys"), sealing.NewKey()); err != nil {
		t.Fatal(err)
	}
	lines := findings(t, doctor.Config{Settings: env{"SLOTCAST_DATABASE_URL": url, "SLOTCAST_DATA_DIR": dir}.settings(t)})
	says(t, lines, "ok secret keys: 1 key in", "warning secret keys: several servers of a database need the same", "ok secrets: 0 sealed secrets")
}
