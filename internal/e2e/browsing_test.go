package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// chromium returns where the browser is. Without one the test is skipped, or fails
// if everything is to be tested.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("SLOTCAST_TEST_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const words = "there is no chromium: install it, or say where it is with SLOTCAST_TEST_CHROMIUM"
	if os.Getenv("SLOTCAST_TEST_FULL") != "" {
		t.Fatal(words)
	}
	t.Skip(words)
	return ""
}

// browsing is console/harness/run.mjs with its browser: started when needed, killed
// when a case hangs, and then started anew for the next one. The case that runs may
// ask for what only this process can do. It serves one case at a time, on the
// goroutine of the case's test.
type browsing struct {
	t                *testing.T
	folder, origin   string
	again            bool // the same cases run elsewhere too: those that are to run once do not run here
	evidence, tmpdir string
	grace            time.Duration // from a limit that was not kept to the kill

	cmd    *exec.Cmd // nil: not running
	input  io.WriteCloser
	lines  chan said // closed when it says no more
	stderr *strings.Builder
	names  []string
}

// said is a line of it.
type said struct {
	Cases  []string
	Call   int
	Name   string
	Args   json.RawMessage
	Result *browsed

	err error // the line cannot be read
}

// browsed is how a case went.
type browsed struct {
	Name   string
	Faults []string // what is wrong, the case's own failure first
	Steps  []struct {
		Title string
		MS    *int // nil: it failed
	}
	Notes []string // what is worth telling, whether it fails or not
	Files []string // what is kept of a failure
	Log   []string // the browser's last words
	Stuck bool     // the browser is of no more use
	MS    int
}

// stage is what a case plays on.
type stage struct {
	world map[string]any
	calls func(name string, args json.RawMessage) (any, error)
}

func newBrowsing(t *testing.T, folder, origin string) *browsing {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(clients, folder))
	must(t, err)
	b := &browsing{t: t, folder: dir, origin: origin, evidence: evidence(t), tmpdir: shortDir(t), grace: 15 * time.Second}
	t.Cleanup(b.end)
	return b
}

// cases are the names of all cases.
func (b *browsing) cases() []string {
	b.t.Helper()
	b.start(b.t)
	return b.names
}

func (b *browsing) start(t *testing.T) {
	t.Helper()
	if b.cmd != nil {
		return
	}
	cmd := nodeCommand(t, "console/harness/run.mjs")
	cmd = exec.Command(cmd.Path, cmd.Args[1:]...) // without a context: it outlives the case that starts it
	cmd.Dir, cmd.Env = clients, append(os.Environ(), "TMPDIR="+b.tmpdir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	b.stderr = &strings.Builder{}
	cmd.Stderr, cmd.WaitDelay = b.stderr, 5*time.Second
	input, err := cmd.StdinPipe()
	must(t, err)
	output, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	b.cmd, b.input, b.lines = cmd, input, make(chan said, 16)
	go read(output, b.lines)
	b.say(map[string]any{"folder": b.folder, "origin": b.origin, "again": b.again, "chromium": chromium(t)})
	first, err := b.hear(time.After(30 * time.Second))
	must(t, err)
	b.names = first.Cases
}

func read(output io.Reader, lines chan<- said) {
	defer close(lines)
	for scanner := bufio.NewReader(output); ; {
		text, err := scanner.ReadBytes('\n')
		if err != nil {
			return
		}
		var line said
		if err := json.Unmarshal(text, &line); err != nil {
			line.err = fmt.Errorf("%w: %.200s", err, text)
		}
		lines <- line
	}
}

// say writes a line. Where nobody reads it, hear knows why.
func (b *browsing) say(line any) { _ = json.NewEncoder(b.input).Encode(line) }

// hear returns the next line, or says what became of the program.
func (b *browsing) hear(late <-chan time.Time) (said, error) {
	select {
	case line, open := <-b.lines:
		if open {
			return line, line.err
		}
		b.end()
		return said{}, fmt.Errorf("the browser's program has ended:\n%s", b.stderr)
	case <-late:
		b.kill()
		b.end()
		return said{}, fmt.Errorf("the browser's program hangs, and was killed:\n%s", b.stderr)
	}
}

// run runs one case, which is ended by the browser's program at its limit, and by
// killing that a little later.
func (b *browsing) run(t *testing.T, name string, s stage, limit time.Duration) (browsed, error) {
	t.Helper()
	b.start(t)
	world := map[string]any{"limit": limit.Milliseconds(), "evidence": b.evidence}
	for key, value := range s.world {
		world[key] = value
	}
	b.say(map[string]any{"run": name, "world": world})
	over := false
	defer func() {
		if !over { // the test was ended in the middle of it
			b.kill()
			b.end()
		}
	}()
	late := time.After(limit + b.grace)
	for {
		line, err := b.hear(late)
		if err != nil {
			over = true
			return browsed{}, err
		}
		if line.Result != nil {
			over = true
			if line.Result.Stuck {
				b.end()
			}
			return *line.Result, nil
		}
		reply := map[string]any{"reply": line.Call}
		value, err := s.calls(line.Name, line.Args)
		if reply["value"] = value; err != nil {
			reply["error"] = err.Error()
		}
		b.say(reply)
	}
}

// end ends the program with its browser. Closing the program's input ends both in
// good order; a program that hangs is killed,
// and the browser, a group of its own, ends when the pipe between them breaks.
func (b *browsing) end() {
	if b.cmd == nil {
		return
	}
	b.input.Close()
	timer := time.AfterFunc(b.grace, b.kill)
	for range b.lines {
		continue // until it says no more
	}
	_ = b.cmd.Wait() // it may have been killed
	timer.Stop()
	b.cmd = nil
}

func (b *browsing) kill() { _ = syscall.Kill(-b.cmd.Process.Pid, syscall.SIGKILL) }

// judge fails the test where something was wrong, and says what.
func (r browsed) judge(t *testing.T) {
	t.Helper()
	if len(r.Faults) == 0 {
		return
	}
	for _, fault := range r.Faults {
		t.Error(fault)
	}
	for _, step := range r.Steps {
		if step.MS != nil {
			t.Logf("%6d ms %s", *step.MS, step.Title)
		} else {
			t.Logf("   FAILED %s", step.Title)
		}
	}
	t.Logf("the browser said at last:\n  %s", strings.Join(r.Log, "\n  "))
	t.Logf("kept: %s", strings.Join(r.Files, " "))
}

// shortDir is a folder whose path leaves room for that of a socket, which has 107
// bytes at most: Chromium makes one a level below. t.TempDir has the test's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "c") //nolint:usetesting // its path is too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // Chromium's last processes may still write
	return dir
}
