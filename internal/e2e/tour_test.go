package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// TestTour does what the README's five minutes say, word for word but for the
// ports, against a first start.
func TestTour(t *testing.T) {
	t.Parallel()
	settings := embedded(t)
	server := apptest.Start(t, settings)
	receiver := freeAddr(t)
	words := strings.NewReplacer(
		"http://127.0.0.1:8080", server.URL(), "127.0.0.1:9000", receiver, "slc_...", settings["SLOTCAST_OWNER_TOKEN"],
		"sleep 1\n", "sleep 3\n") // the moment of a machine that is busy with other tests

	out := &transcript{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail")
	shell.WaitDelay = time.Second // for what outlives the shell with its output
	shell.Dir, shell.Stdout, shell.Stderr = filepath.Join("..", ".."), out, out
	shell.Env = append(os.Environ(), "ADDR="+receiver)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	keys, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatalf("the tour needs bash and curl: %v", err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL)
		if t.Failed() {
			t.Logf("the tour said:\n%s", out)
		}
	})
	for _, step := range tour(t) {
		if _, err := io.WriteString(keys, words.Replace(step)+"\n"); err != nil {
			t.Fatalf("typing: %v", err)
		}
		out.await(t, step)
	}
	_ = keys.Close()
	if err := shell.Wait(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		t.Errorf("the tour ends with %v", err)
	}
	said := out.String()
	for text, times := range map[string]int{
		`"state":"ACTIVE"`: 1, "signature: valid": 2, "MEETING_BOOKED": 1, "MEETING_CANCELED": 1, "booked mtg_": 1,
		`"status":"CANCELLED","cancellation":{"reason":"ill"`: 1, `"status":"DELIVERED"`: 2, `"errors"`: 0,
	} {
		if n := strings.Count(said, text); n != times {
			t.Errorf("the tour says %s %d times, want %d", text, n, times)
		}
	}
}

// tour returns the steps behind the first, which starts the server.
func tour(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Five minutes\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var commands []string
	for _, block := range strings.Split(section, "```sh\n")[1:] {
		command, _, _ := strings.Cut(block, "```")
		commands = append(commands, command)
	}
	if len(commands) < 3 || strings.TrimSpace(commands[0]) != "go run ." {
		t.Fatalf("the README's tour begins with %q", commands)
	}
	return commands[1:]
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr())
}

// transcript is what several processes write at once.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await waits as a reader does: what a step starts in the background is up when
// he goes on with the next one.
func (s *transcript) await(t *testing.T, step string) {
	t.Helper()
	for command, sign := range map[string]string{"./docs/receiver &": "waiting for messages", "text/event-stream": "\n:\n"} {
		if !strings.Contains(step, command) {
			continue
		}
		apptest.Until(t, func() error {
			if !strings.Contains(s.String(), sign) {
				return fmt.Errorf("the tour does not say %q", sign)
			}
			return nil
		})
	}
}
