package e2e_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

var token = regexp.MustCompile(`slc_[0-9A-Za-z]{36}`)

// TestFirstStartPrintsATokenOnce starts with nothing set, twice.
func TestFirstStartPrintsATokenOnce(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	delete(s, "SLOTCAST_OWNER_TOKEN")
	p := apptest.Start(t, s)
	printed := token.FindString(p.Output())
	if printed == "" || !strings.Contains(p.Output(), "curl") {
		t.Fatalf("the first start prints\n%s", p.Output())
	}
	p.Client(printed).Do(t, `{ viewer { role } }`, nil, nil)
	if code := p.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	p.Restart()
	if again := token.FindString(p.Output()); again != "" {
		t.Errorf("the second start prints %s", again)
	}
	p.Client(printed).Do(t, `{ viewer { role } }`, nil, nil)
}

// TestPrintedCommandBooks runs what the first start says to paste.
func TestPrintedCommandBooks(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Settings{})
	body := regexp.MustCompile(`-d '(\{.*\})'`).FindStringSubmatch(p.Output())
	if body == nil {
		t.Fatalf("no command in\n%s", p.Output())
	}
	answer, err := p.Client(token.FindString(p.Output())).Send(t.Context(), []byte(body[1]), "application/json")
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	if !strings.Contains(string(text), `"status":"ACTIVE"`) {
		t.Errorf("it answers %s", text)
	}
}

func TestSecondServerOnTheSameDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	apptest.Start(t, s)
	refused(t, apptest.Run(t, s, "serve"), 1, "in use by another slotcast", "SLOTCAST_DATA_DIR")
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	s := apptest.Settings{
		"SLOTCAST_DATABASE_URL": entdbtest.EmptyPostgresURL(t),
		"SLOTCAST_OWNER_TOKEN":  credential.New(credential.Access),
	}
	printed(t, apptest.Run(t, s, "migrate", "status"), "pending", "run slotcast migrate up")
	for _, args := range [][]string{{"serve"}, {"token", "create", "--app", "app_x", "--agent", "agt_x", "--name", "x"}} {
		refused(t, apptest.Run(t, s, args...), 1, "migrations", "slotcast migrate up", "SLOTCAST_MIGRATE=auto")
	}
	printed(t, apptest.Run(t, s, "migrate", "up"), "applied")
	if r := apptest.Run(t, s, "migrate", "status"); r.Code != 0 || strings.Contains(r.Stdout, "pending") {
		t.Errorf("status after up: %+v", r)
	}
	p := apptest.Start(t, s)
	p.Client(s["SLOTCAST_OWNER_TOKEN"]).Do(t, `{ viewer { role } }`, nil, nil)
	p.Stop()

	db, err := entdb.Open(t.Context(), entdb.Config{URL: s["SLOTCAST_DATABASE_URL"], MaxConns: 1})
	must(t, err)
	defer db.Close()
	_, err = db.SQL.ExecContext(t.Context(), "INSERT INTO schema_migrations (version, applied_at) VALUES ('99991231000000_future', now())")
	must(t, err)
	for _, args := range [][]string{{"serve"}, {"migrate", "up"}, {"migrate", "status"}} {
		refused(t, apptest.Run(t, s, args...), 1, "newer than this slotcast")
	}
}

// TestServersStartTogether: on an empty database one of them migrates it and
// makes the app.
func TestServersStartTogether(t *testing.T) {
	t.Parallel()
	s := apptest.Settings{
		"SLOTCAST_DATABASE_URL": entdbtest.EmptyPostgresURL(t), "SLOTCAST_MIGRATE": "auto",
		"SLOTCAST_OWNER_TOKEN": credential.New(credential.Access),
	}
	var first owner
	for i, p := range apptest.StartAll(t, s, 3) {
		me := newOwner(t, p, s)
		if i == 0 {
			first = me
		}
		if me.AppID != first.AppID {
			t.Errorf("server %d has app %s, the first one %s", i, me.AppID, first.AppID)
		}
	}
}

func TestTokenCreate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		me := newOwner(t, p, s)
		r := apptest.Run(t, s, "token", "create", "--app", me.AppID, "--agent", me.AgentID, "--name", "CI")
		if r.Code != 0 || !token.MatchString(r.Stdout) || len(strings.Fields(r.Stdout)) != 1 {
			t.Fatalf("token create: %+v", r)
		}
		p.Client(strings.TrimSpace(r.Stdout)).Do(t, `{ viewer { role } }`, nil, nil)

		refused(t, apptest.Run(t, s, "token", "create", "--app", me.AppID, "--agent", "agt_x", "--name", "CI"), 1, "agt_x")
		refused(t, apptest.Run(t, s, "token", "create", "--app", me.AppID), 2, "--agent")
	})
}

// TestBadCommandLine: each ends with 2 and says what is wrong.
func TestBadCommandLine(t *testing.T) {
	t.Parallel()
	none := apptest.Settings{}
	refused(t, apptest.Run(t, none, "dance"), 2, "dance")
	refused(t, apptest.Run(t, none, "--speed", "9"), 2, "--speed")
	refused(t, apptest.Run(t, none, "migrate", "down"), 2, "down")
	for name, value := range map[string]string{
		"SLOTCAST_ADDR": "nowhere", "SLOTCAST_DATABASE_URL": "mysql://u:geheim@h/d", "SLOTCAST_REDIS_URL": "http://h",
		"SLOTCAST_OWNER_TOKEN": "secret", "SLOTCAST_ALLOW_TARGETS": "all", "SLOTCAST_LOG_LEVEL": "loud",
	} {
		r := apptest.Run(t, apptest.Settings{name: value})
		refused(t, r, 2, name)
		if strings.Contains(r.Stderr, "geheim") {
			t.Errorf("%s: the password is shown: %s", name, r.Stderr)
		}
	}
	typo := credential.New(credential.Access)
	typo = typo[:len(typo)-1] + string('0'+(typo[len(typo)-1]+1)%2) // another last digit
	refused(t, apptest.Run(t, apptest.Settings{"SLOTCAST_OWNER_TOKEN": typo}), 1, "owner's token", "typing error")
	refused(t, apptest.Run(t, apptest.Settings{"SLOTCAST_DATABASE_URL": "postgres://u:geheim@127.0.0.1:1/d"}), 1, "database")
	printed(t, apptest.Run(t, none, "--help"), "Usage: slotcast", "SLOTCAST_DATABASE_URL")
	printed(t, apptest.Run(t, none, "--version"), "slotcast ")
}

func TestTakenAddressIsRefused(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Settings{})
	at := strings.TrimPrefix(p.URL(), "http://")
	refused(t, apptest.Run(t, apptest.Settings{"SLOTCAST_ADDR": at}), 1, at, "SLOTCAST_ADDR")
}

func TestPlainEndpoints(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Settings{})
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/healthz": {http.StatusOK, "ok"}, "/readyz": {http.StatusOK, "ok"},
		"/schema.graphql": {http.StatusOK, "bookMeeting"}, "/nowhere": {http.StatusNotFound, ""},
	} {
		status, text := get(t, p.URL()+path)
		if status != want.status || !strings.Contains(text, want.text) {
			t.Errorf("%s answers %d %.100s", path, status, text)
		}
	}
	_, sdl := get(t, p.URL()+"/schema.graphql")
	if _, err := gqlparser.LoadSchema(&ast.Source{Name: "served", Input: sdl}); err != nil {
		t.Errorf("/schema.graphql: %v", err)
	}
}

func get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(body)
}

// printed wants a command to succeed and to say all of the words.
func printed(t *testing.T, r apptest.Result, words ...string) {
	t.Helper()
	for _, w := range words {
		if r.Code != 0 || !strings.Contains(r.Stdout, w) {
			t.Errorf("code %d, want %q in\n%s%s", r.Code, w, r.Stdout, r.Stderr)
		}
	}
}

// refused wants a command to fail with the given code and to say all of the
// words, and no stack.
func refused(t *testing.T, r apptest.Result, code int, words ...string) {
	t.Helper()
	for _, w := range words {
		if r.Code != code || !strings.Contains(r.Stderr, w) || strings.Contains(r.Stderr, "goroutine") {
			t.Errorf("code %d, want %d and %q in\n%s%s", r.Code, code, w, r.Stdout, r.Stderr)
		}
	}
}
