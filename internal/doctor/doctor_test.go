package doctor_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slotcast/internal/config"
	"slotcast/internal/doctor"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/redistail/redistest"
)

// env are settings, as the environment has them.
type env map[string]string

func (e env) settings(t *testing.T) config.Config {
	t.Helper()
	_, cli, err := config.Parse([]string{"doctor"}, func(name string) string { return e[name] }, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	return cli.Config
}

// findings are what the doctor says, as "outcome check: facts".
func findings(t *testing.T, c doctor.Config) []string {
	t.Helper()
	words := map[doctor.Outcome]string{doctor.OK: "ok", doctor.Warning: "warning", doctor.Failure: "failure", doctor.Skipped: "skipped"}
	var out []string
	doctor.Run(t.Context(), c, func(f doctor.Finding) {
		out = append(out, fmt.Sprintf("%s %s: %s", words[f.Outcome], f.Check, f.Facts))
		if (f.Advice == "") == (f.Outcome == doctor.Warning || f.Outcome == doctor.Failure) {
			t.Errorf("%v: the advice is %q", out[len(out)-1], f.Advice)
		}
	})
	return out
}

// says wants each text to be part of a line that begins with its first word.
func says(t *testing.T, lines []string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		begin, part, _ := strings.Cut(want, ": ")
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, begin+":") && strings.Contains(l, part) }) {
			t.Errorf("%q is missing in\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

// fine wants neither warnings nor failures.
func fine(t *testing.T, lines []string) {
	t.Helper()
	for _, l := range lines {
		if strings.HasPrefix(l, "warning") || strings.HasPrefix(l, "failure") {
			t.Error(l)
		}
	}
}

// newSQLite is a directory with a database that nobody has open.
func newSQLite(t *testing.T, migrate bool) string {
	t.Helper()
	dir := t.TempDir()
	db := must(entdb.Open(t.Context(), entdb.Config{DataDir: dir}))(t)
	defer db.Close()
	if !migrate {
		must(db.SQL.ExecContext(t.Context(), "CREATE TABLE something (id text)"))(t)
		return dir
	}
	must(db.Migrate(t.Context()))(t)
	if err := eventlog.Init(t.Context(), db.Client, 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	admit(t, db)
	return dir
}

func TestBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "not", "there")
	lines := findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": dir}.settings(t)})
	says(t, lines, "ok data directory: does not exist yet", "skipped database: no database yet",
		"skipped migrations: no database yet", "skipped invariants: no database yet", "ok redis: not set")
	fine(t, lines)
	if _, err := os.Stat(filepath.Dir(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory was made: %v", err)
	}
	empty := t.TempDir()
	lines = findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": empty}.settings(t)})
	says(t, lines, "ok data directory: has no database yet", "skipped database: no database yet")
	if entries := must(os.ReadDir(empty))(t); len(entries) > 0 {
		t.Errorf("%v was made", entries)
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]func(t *testing.T) env{
		"sqlite": func(t *testing.T) env { return env{"SLOTCAST_DATA_DIR": newSQLite(t, true)} },
		"postgres": func(t *testing.T) env {
			return env{"DATABASE_URL": partitioned(t), "REDIS_URL": redistest.Start(t).URL()}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := settings(t)
			before := hash(e["SLOTCAST_DATA_DIR"])
			lines := findings(t, doctor.Config{Settings: e.settings(t)})
			says(t, lines, "ok settings: listens on 127.0.0.1:8080", "ok migrations: none pending", "ok clock: apart from the database's",
				"ok time zones: available", "ok delivery: no server runs", "ok retention: kept for 30 days", fmt.Sprintf("ok invariants: %[1]d of %[1]d hold", len(doctor.Rules())))
			fine(t, lines)
			if hash(e["SLOTCAST_DATA_DIR"]) != before {
				t.Error("the file of the database has changed")
			}
		})
	}
}

// hash of the database's file, if there is one.
func hash(dir string) [32]byte {
	text, _ := os.ReadFile(filepath.Join(dir, "slotcast.db"))
	return sha256.Sum256(text)
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	lines := findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": newSQLite(t, false)}.settings(t)})
	says(t, lines, "warning migrations: the next start applies them", "skipped delivery: schema", "skipped invariants: schema")

	dir := newSQLite(t, true)
	db := must(entdb.Open(t.Context(), entdb.Config{DataDir: dir}))(t)
	must(db.SQL.ExecContext(t.Context(), "INSERT INTO schema_migrations VALUES ('99991231000000_future', 'now')"))(t)
	_ = db.Close()
	lines = findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": dir}.settings(t)})
	says(t, lines, "failure migrations: a newer slotcast", "skipped invariants: schema")

	url := entdbtest.EmptyPostgresURL(t)
	lines = findings(t, doctor.Config{Settings: env{"DATABASE_URL": url}.settings(t)})
	says(t, lines, "ok database: PostgreSQL", "failure migrations: serve refuses to start", "skipped invariants: schema")
	empty := must(entdb.Open(t.Context(), entdb.Config{URL: url, MaxConns: 1}))(t)
	defer empty.Close()
	applied, _, err := empty.Status(t.Context())
	if err != nil || len(applied) > 0 {
		t.Errorf("it migrated: %v, %v", applied, err)
	}
}

func TestViolationsAreFailures(t *testing.T) {
	t.Parallel()
	dir := newSQLite(t, true)
	db := must(entdb.Open(t.Context(), entdb.Config{DataDir: dir}))(t)
	defer db.Close()
	must(db.SQL.ExecContext(t.Context(), "DELETE FROM agent_slots"))(t)
	must(db.SQL.ExecContext(t.Context(), "UPDATE payments SET held_until = '2020-01-01 00:00:00+00:00'"))(t)
	must(db.SQL.ExecContext(t.Context(), "UPDATE leases SET settled = 0"))(t)
	lines := findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": dir}.settings(t)})
	says(t, lines, "failure invariants: live_without_slot: 6 meetings", "warning invariants: held_too_long: 2 payments",
		"warning delivery: no server runs, and 5 of 5 events wait", fmt.Sprintf("ok invariants: %d of %d hold", len(doctor.Rules())-2, len(doctor.Rules())))

	var out strings.Builder
	err := doctor.Report(t.Context(), &out, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": dir}.settings(t)})
	if err == nil || err.Error() != "doctor found 1 problem" || !strings.HasSuffix(out.String(), "\n1 problem, 2 warnings\n") {
		t.Errorf("%v after\n%s", err, &out)
	}
}

func TestDataDirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	says(t, findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": file}.settings(t)}),
		"failure data directory: not a directory", "skipped database: no database yet")

	damaged := t.TempDir()
	write(t, filepath.Join(damaged, "slotcast.db"), strings.Repeat("no database ", 1000))
	says(t, findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": damaged}.settings(t)}),
		"failure database: not a database", "skipped invariants: does not answer")

	if os.Getuid() == 0 {
		return // root may write anywhere
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{closed, filepath.Join(closed, "below")} {
		says(t, findings(t, doctor.Config{Settings: env{"SLOTCAST_DATA_DIR": dir}.settings(t)}), "failure data directory: denied")
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	settings := env{"SLOTCAST_DATA_DIR": newSQLite(t, true)}.settings(t)
	for ahead, want := range map[time.Duration]string{
		0: "ok clock: apart", 10 * time.Second: "warning clock: apart", -10 * time.Second: "warning clock: apart",
		time.Minute: "failure clock: apart", -time.Hour: "failure clock: apart",
	} {
		says(t, findings(t, doctor.Config{Settings: settings, Now: func() time.Time { return time.Now().Add(ahead) }}), want)
	}
}

// Servers that take a connection and say nothing, or do not answer at all.
func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	l := must((&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0"))(t)
	defer l.Close() // what it has taken in, nobody reads
	for _, addr := range []string{l.Addr().String(), "127.0.0.1:1"} {
		began := time.Now()
		lines := findings(t, doctor.Config{Patience: time.Second, Settings: env{
			"DATABASE_URL": "postgres://user:geheim@" + addr + "/name?sslmode=disable", "REDIS_URL": "redis://user:geheim@" + addr,
		}.settings(t)})
		says(t, lines, "failure database: connecting", "skipped migrations: does not answer", "skipped clock: does not answer",
			"skipped invariants: does not answer", "failure redis: nothing is lost without it", "ok settings: PostgreSQL at "+addr+"/name, Redis at "+addr)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	}
}

func TestSlowQueriesAreCutOff(t *testing.T) {
	t.Parallel()
	url := entdbtest.PostgresURL(t)
	db := must(entdb.Open(t.Context(), entdb.Config{URL: url, MaxConns: 1}))(t)
	defer db.Close()
	tx := must(db.SQL.BeginTx(t.Context(), nil))(t)
	defer tx.Rollback()
	must(tx.ExecContext(t.Context(), "LOCK TABLE payments IN ACCESS EXCLUSIVE MODE"))(t)
	lines := findings(t, doctor.Config{Settings: env{"DATABASE_URL": url}.settings(t), Patience: 500 * time.Millisecond})
	says(t, lines, "warning invariants: held_for_nothing: cut off after 500ms", "warning invariants: payments_reported_twice: cut off")
	if got := len(slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, "cut off") })); got != 7 {
		t.Errorf("%d rules were cut off, want those that read payments", got)
	}
}
