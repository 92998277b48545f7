package apptest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Process is a running server. Starting and ending it is for the test's own
// goroutine; the rest is safe for concurrent use.
type Process struct {
	t        testing.TB
	settings Settings
	args     []string

	mu    sync.Mutex
	url   string
	cmd   *exec.Cmd
	out   *output
	ended chan struct{} // closed when it has
}

// Start runs a server and waits until it is ready. The test's end kills it, and
// shows what it printed if the test has failed.
func Start(t testing.TB, s Settings) *Process {
	t.Helper()
	return StartAll(t, s, 1)[0]
}

// StartCommand is Start for a command that serves, such as demo.
func StartCommand(t testing.TB, s Settings, args ...string) *Process {
	t.Helper()
	return start(t, s, 1, args)[0]
}

// StartAll is Start for several servers that start at once.
func StartAll(t testing.TB, s Settings, n int) []*Process {
	t.Helper()
	return start(t, s, n, nil)
}

func start(t testing.TB, s Settings, n int, args []string) []*Process {
	t.Helper()
	all := make([]*Process, n)
	for i := range all {
		p := &Process{t: t, settings: s.complete(t), args: args}
		all[i] = p
		p.launch()
		t.Cleanup(func() {
			p.Kill()
			if t.Failed() {
				t.Logf("a server printed at last:\n%s", p.out.tail(40))
			}
		})
	}
	for _, p := range all {
		p.await()
	}
	return all
}

// Set changes a setting for the next Restart; an empty value takes it away.
func (p *Process) Set(name, value string) {
	p.settings = maps.Clone(p.settings)
	p.settings[name] = value
}

// Restart starts the server again after its end, with the same settings, and
// waits until it is ready. Its port may be another one.
func (p *Process) Restart() {
	p.t.Helper()
	p.launch()
	p.await()
}

func (p *Process) launch() {
	p.t.Helper()
	path, err := program()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd, out, ended := exec.CommandContext(p.t.Context(), path, p.args...), &output{}, make(chan struct{}) //nolint:gosec // the program and its arguments are the test's own
	cmd.Env, cmd.Stdout, cmd.Stderr = p.settings.environ(), out, out
	if err := cmd.Start(); err != nil {
		p.t.Fatalf("starting the server: %v", err)
	}
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ended is in its state
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.out, p.ended = cmd, out, ended
}

func (p *Process) await() {
	p.t.Helper()
	Until(p.t, func() error {
		select {
		case <-p.ended:
			p.t.Fatalf("the server ended with code %d:\n%s", p.cmd.ProcessState.ExitCode(), p.out)
		default:
		}
		return p.ready(p.out)
	})
}

var address = regexp.MustCompile(`(http://\S+)/readyz`)

// ready asks at the address: that of the settings, or, where the port is a free
// one, the one that was printed.
func (p *Process) ready(out *output) error {
	url := "http://" + p.settings["SLOTCAST_ADDR"]
	if strings.HasSuffix(url, ":0") {
		found := address.FindStringSubmatch(out.String())
		if found == nil {
			return errors.New("no address printed")
		}
		url = found[1]
	}
	p.mu.Lock()
	p.url = url
	p.mu.Unlock()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz answers %s", answer.Status)
	}
	return nil
}

// URL returns where the server is, or was last.
func (p *Process) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.url
}

// Output returns what the server has printed since it was started last.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// Kill ends the server as a crash would, if it runs.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.ended
}

// Terminate asks the server to end, and does not wait.
func (p *Process) Terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("asking the server to end: %v", err)
	}
}

// Wait returns the server's exit code once it has ended.
func (p *Process) Wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatalf("the server did not end within %v", patience)
		return -1
	}
}

// Stop asks the server to end and returns its exit code.
func (p *Process) Stop() int {
	p.t.Helper()
	p.Terminate()
	return p.Wait()
}

// output keeps what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String returns all of it.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) tail(n int) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := bytes.SplitAfter(o.text.Bytes(), []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-n):], nil)
}
