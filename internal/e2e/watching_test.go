package e2e_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/internal/app/apptest"
)

// watching is watch.mjs as it runs, and what it says.
type watching struct {
	cmd   *exec.Cmd
	input io.Closer
	read  chan struct{} // closed when it says no more

	mu     sync.Mutex
	seen   map[string][]logged
	faults map[string]string
	closed map[string][]int // the codes of sockets
	other  string           // a line that cannot be read
}

func startWatching(t *testing.T, config map[string]any) *watching {
	t.Helper()
	w := &watching{
		cmd: nodeCommand(t, "watch.mjs"), read: make(chan struct{}),
		seen: map[string][]logged{}, faults: map[string]string{}, closed: map[string][]int{},
	}
	input, err := w.cmd.StdinPipe()
	must(t, err)
	output, err := w.cmd.StdoutPipe()
	must(t, err)
	must(t, w.cmd.Start())
	w.input = input
	go w.listen(output)
	t.Cleanup(func() {
		input.Close()
		_ = w.cmd.Process.Kill() // it may have ended
		<-w.read
	})
	must(t, json.NewEncoder(input).Encode(config))
	return w
}

func (w *watching) listen(output io.Reader) {
	defer close(w.read)
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		var line struct {
			Client, ID, Cursor, Fault string
			Closed                    int
		}
		err := json.Unmarshal(lines.Bytes(), &line)
		w.mu.Lock()
		switch {
		case err != nil:
			w.other = lines.Text()
		case line.Fault != "":
			w.faults[line.Client] = line.Fault
		case line.Closed != 0:
			w.closed[line.Client] = append(w.closed[line.Client], line.Closed)
		default:
			w.seen[line.Client] = append(w.seen[line.Client], logged{line.ID, line.Cursor})
		}
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.other = cmp.Or(w.other, "the clients' program has ended")
}

// failed says that some client follows no more.
func (w *watching) failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.faults) > 0 || w.other != ""
}

// check waits until a client has seen all of the log, and nothing else.
func (w *watching) check(t *testing.T, client string, log []logged) {
	t.Helper()
	apptest.Until(t, func() error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if fault := w.faults[client] + w.other; fault != "" {
			t.Fatalf("%s: %s", client, fault)
		}
		seen := w.seen[client]
		for i, event := range seen {
			if i >= len(log) || event != log[i] {
				t.Fatalf("%s: event %d of %d is %v, the log has %v", client, i, len(seen), event, log[min(i, len(log)-1)])
			}
		}
		return expect(client+": number of events", len(seen), len(log))
	})
}

// goingAway counts a client's sockets that were closed with 1001; -1 says that it
// has none.
func (w *watching) goingAway(client string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.closed[client]) == 0 {
		return -1
	}
	for _, code := range w.closed[client] {
		if code == int(websocket.StatusGoingAway) {
			n++
		}
	}
	return n
}

// end has the clients unsubscribe: the program ends by itself when nothing of
// them is left. What came meanwhile was more than there is.
func (w *watching) end(t *testing.T, log []logged) {
	t.Helper()
	w.input.Close()
	select {
	case <-w.read:
	case <-time.After(15 * time.Second):
		t.Fatal("the clients have not ended")
	}
	if err := w.cmd.Wait(); err != nil {
		t.Errorf("the clients ended with %v", err)
	}
	for client, seen := range w.seen {
		if len(seen) != len(log) {
			t.Errorf("%s has %d events, the log %d", client, len(seen), len(log))
		}
	}
}
