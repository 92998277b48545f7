package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience bounds the wait for a program to start or to stop.
const patience = 60 * time.Second

// process is a program that this one has started.
type process struct {
	command *exec.Cmd
	output  *tail
	ended   chan struct{}
	err     error // of its end
}

// begin starts a program and keeps the end of what it prints.
func begin(command *exec.Cmd) (*process, error) {
	p := &process{command: command, output: &tail{}, ended: make(chan struct{})}
	if command.Stdout == nil {
		command.Stdout = p.output
	}
	command.Stderr = p.output
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", command.Path, err)
	}
	go func() {
		defer close(p.ended)
		p.err = command.Wait()
	}()
	return p, nil
}

// launch starts a program that serves HTTP in a folder, and returns how long it
// took until it answered. The caller stops it.
func launch(ctx context.Context, program, folder string) (*process, time.Duration, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, 0, err
	}
	address := "127.0.0.1:" + strconv.Itoa(port)
	command := exec.CommandContext(ctx, program, "--addr", address) //nolint:gosec // built by this program
	command.Dir, command.Env = folder, bareEnvironment()
	client := keepAlive(1)
	defer client.CloseIdleConnections()
	began := time.Now()
	p, err := begin(command)
	if err != nil {
		return nil, 0, err
	}
	if err := p.answers(ctx, client, "http://"+address+"/healthz"); err != nil {
		return nil, 0, errors.Join(err, p.stop())
	}
	return p, time.Since(began), nil
}

// answers asks every half a millisecond until the program says 200.
func (p *process) answers(ctx context.Context, client *http.Client, url string) error {
	tick := time.NewTicker(500 * time.Microsecond)
	defer tick.Stop()
	limit := time.After(patience)
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("it ended: %w\n%s", p.err, p.output)
		case <-limit:
			return fmt.Errorf("no answer within %v\n%s", patience, p.output)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// stop interrupts the program, and kills it where that does not help.
func (p *process) stop() error { return p.end(os.Interrupt) }

// end sends the program a signal that should end it.
func (p *process) end(s os.Signal) error {
	if err := p.command.Process.Signal(s); err != nil {
		_ = p.command.Process.Kill() // no interrupts here, or it has gone
	}
	select {
	case <-p.ended: // how it ends when interrupted is its own affair
		return nil
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("%s went on for %v after %v\n%s", p.command.Path, patience, s, p.output)
	}
}

// kill ends the program as a crash would, also while it is frozen.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have gone already
	<-p.ended
}

// freeze holds the program where it is, until thaw.
func (p *process) freeze() error { return p.command.Process.Signal(syscall.SIGSTOP) }
func (p *process) thaw() error   { return p.command.Process.Signal(syscall.SIGCONT) }

// resident returns the program's resident memory in MB, where the system tells.
func (p *process) resident() (mb float64, ok bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb * 1024 / 1e6, true
		}
	}
	return 0, false
}

// collected has a part collect its garbage, and returns its resident memory in
// MB when that has settled.
func (p *process) collected(ctx context.Context) float64 {
	_ = p.command.Process.Signal(collectSignal) // one that has gone has no memory either
	last, since := 0.0, time.Now()
	_, _ = until(ctx, 10*time.Second, func() (bool, error) { // what does not settle is taken as it is then
		mb, _ := p.resident()
		if mb > 1.005*last || mb < 0.995*last {
			last, since = mb, time.Now()
		}
		return time.Since(since) > 500*time.Millisecond, nil
	})
	return last
}

// bareEnvironment is the environment without settings of the server or of a
// part.
func bareEnvironment() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SLOTCAST_") && !strings.HasPrefix(v, "DATABASE_URL=") && !strings.HasPrefix(v, "REDIS_URL=") &&
			!strings.HasPrefix(v, "BENCH_") {
			out = append(out, v)
		}
	}
	return out
}

// tail keeps the end of what is written to it. It is safe for concurrent use.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 8 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if len(t.text) > 2*tailSize {
		t.text = append([]byte(nil), t.text[len(t.text)-tailSize:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
