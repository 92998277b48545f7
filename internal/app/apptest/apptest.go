// Package apptest lets a test use slotcast as its users do. It builds the
// program once for each test process, runs it as a process that may be killed
// and started again, and speaks to it over the network: GraphQL requests,
// subscriptions over WebSocket and server-sent events, and a receiver of
// webhooks.
//
//	func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }
//
// Everything a test starts ends with the test; Main removes the program.
// Nothing here sleeps: what takes time is waited for, within bounds.
package apptest

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// patience bounds each wait for something that ought to happen soon.
const patience = 30 * time.Second

// Main runs the tests of a package that uses Start or Run, and returns the exit
// code.
func Main(m *testing.M) int {
	defer func() { _ = os.RemoveAll(programDir()) }()
	return m.Run()
}

// program is the path of the program, built at the first call.
var program = sync.OnceValues(func() (string, error) {
	if err := os.MkdirAll(programDir(), 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(programDir(), "slotcast")
	if text, err := exec.Command("go", "build", "-o", path, "slotcast").CombinedOutput(); err != nil { //nolint:gosec // the path is made above
		return "", fmt.Errorf("go build: %w\n%s", err, text)
	}
	return path, nil
})

func programDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("slotcast-test-%d", os.Getpid()))
}

// Settings are environment variables; the program sees no others. Without a
// database it gets a data directory of its own, without an address a free port;
// servers of one PostgreSQL get the same secret key, unless they are given keys or
// a directory.
type Settings map[string]string

func (s Settings) complete(t testing.TB) Settings {
	t.Helper()
	out := Settings{"SLOTCAST_ADDR": "127.0.0.1:0"}
	switch url := s["SLOTCAST_DATABASE_URL"]; {
	case s["SLOTCAST_DATA_DIR"] != "":
	case url == "":
		out["SLOTCAST_DATA_DIR"] = t.TempDir()
	default:
		key := sha256.Sum256([]byte(url))
		out["SLOTCAST_SECRET_KEYS"] = base64.StdEncoding.EncodeToString(key[:])
	}
	maps.Copy(out, s)
	return out
}

func (s Settings) environ() []string {
	var out []string
	for name, value := range s {
		out = append(out, name+"="+value)
	}
	return out
}

// Result is how a command ended.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// Run runs one command to its end.
func Run(t testing.TB, s Settings, args ...string) Result {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr output
	cmd := exec.CommandContext(t.Context(), path, args...) //nolint:gosec // the program and its arguments are the test's own
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.complete(t).environ(), t.TempDir(), &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatalf("running slotcast %v: %v", args, err)
	}
	return Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// Until looks again and again, for half a minute, until check returns nil.
func Until(t testing.TB, check func() error) {
	t.Helper()
	Within(t, patience, check)
}

// Within is Until with a limit of the test's own.
func Within(t testing.TB, limit time.Duration, check func() error) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(limit)
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("after %v still: %v", limit, err)
		}
	}
}
