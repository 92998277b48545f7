// Package redistest gives a test a redis-server of its own, which it may flush,
// kill and start again. The program is the one that SLOTCAST_TEST_REDIS_SERVER
// names, or redis-server on the path. Without it the test is skipped, and fails
// where SLOTCAST_TEST_FULL is set.
package redistest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/eventlog/redistail"
)

// patience bounds the wait for a server that starts.
const patience = 10 * time.Second

// Server is a private redis-server on the loopback address. The test's end stops
// it.
type Server struct {
	t       testing.TB
	program string
	dir     string
	port    int
	args    []string
	process *exec.Cmd // nil while it is stopped
}

// Start runs a server that keeps nothing on disk. Further arguments are those of
// redis-server: "--appendonly", "yes" for one that does.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, program: find(t), dir: t.TempDir(), port: freePort(t), args: args}
	t.Cleanup(s.Stop)
	s.Start()
	return s
}

// URL returns the server's address; it stays the same when it starts again.
func (s *Server) URL() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", s.port) }

// Start runs the server again after Stop, and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	args := append([]string{
		"--bind", "127.0.0.1", "--port", strconv.Itoa(s.port), "--dir", s.dir, "--save", "",
		"--logfile", "redis.log",
	}, s.args...)
	s.process = exec.CommandContext(s.t.Context(), s.program, args...) //nolint:gosec // the test's own program and arguments
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("starting redis-server: %v", err)
	}
	s.do(func(c redis.UniversalClient) error {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		deadline := time.After(patience)
		for {
			err := c.Ping(s.t.Context()).Err()
			if err == nil {
				return nil
			}
			select {
			case <-tick.C:
			case <-deadline:
				return fmt.Errorf("no answer within %v: %w", patience, err)
			}
		}
	})
}

// Stop kills the server, as a crash would, and waits for its end.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // it was killed: that is its error
	s.process = nil
}

// Flush removes everything.
func (s *Server) Flush() {
	s.t.Helper()
	s.do(func(c redis.UniversalClient) error { return c.FlushAll(s.t.Context()).Err() })
}

// do runs one action with a client of its own.
func (s *Server) do(action func(c redis.UniversalClient) error) {
	s.t.Helper()
	c, err := redistail.NewClient(s.URL())
	if err != nil {
		s.t.Fatalf("reading the server's own URL: %v", err)
	}
	defer func() { _ = c.Close() }()
	if err := action(c); err != nil {
		s.t.Fatalf("redis-server on port %d: %v", s.port, err)
	}
}

func find(t testing.TB) string {
	t.Helper()
	name := os.Getenv("SLOTCAST_TEST_REDIS_SERVER")
	if name == "" {
		name = "redis-server"
	}
	program, err := exec.LookPath(name)
	if err == nil {
		return program
	}
	if os.Getenv("SLOTCAST_TEST_FULL") != "" {
		t.Fatalf("no redis-server: %v; run make test", err)
	}
	t.Skip("no redis-server: run make test for the whole suite")
	return ""
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("looking for a free port: %v", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
