package e2e_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// consoleLimit is how long one case in the browser may take.
const consoleLimit = 45 * time.Second

// TestConsole has a browser do what clients/console/cases say, against a server on
// the embedded database, and against two on PostgreSQL and Redis, where the browser
// has one of them and the cases' own requests go to the other. Each case has an app
// of its own and is a test of its own:
//
//	go test ./internal/e2e -run 'TestConsole$/embedded/stage'
func TestConsole(t *testing.T) {
	t.Parallel()
	nodeCommand(t) // or it is skipped
	chromium(t)
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		var worlds []*consoleWorld
		for range 2 { // the cases mostly wait
			s := embedded(t)
			s["SLOTCAST_ADDR"] = steadyAddr(t)
			worlds = append(worlds, newConsoleWorld(s, apptest.Start(t, s)))
		}
		browse(t, worlds...)
	})
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		s, _ := production(t)
		other := apptest.Start(t, s)
		s["SLOTCAST_ADDR"] = steadyAddr(t)
		browse(t, newConsoleWorld(s, apptest.Start(t, s), other))
	})
}

// TestConsoleUnderPath: what clients/console/under-path says, against a server whose
// URL has a path, and which lets one address try few tokens.
func TestConsoleUnderPath(t *testing.T) {
	t.Parallel()
	nodeCommand(t) // or it is skipped
	chromium(t)
	s := embedded(t)
	s["SLOTCAST_ADDR"] = steadyAddr(t)
	s["SLOTCAST_PUBLIC_URL"] = "http://" + s["SLOTCAST_ADDR"] + "/meet"
	s["SLOTCAST_ADDRESS_RATE"] = "2"
	w := newConsoleWorld(s, apptest.Start(t, s))
	w.folder, w.path = "console/under-path", "meet/"
	browse(t, w)
}

// browse runs all cases that the test's own filter lets through, the files of them
// one after the other in each of the worlds, which are alike.
func browse(t *testing.T, worlds ...*consoleWorld) {
	t.Helper()
	for _, w := range worlds {
		w.browsing = newBrowsing(t, cmp.Or(w.folder, "console/cases"), w.servers[0].URL())
		w.browsing.again = len(w.servers) > 1
		w.names = w.browsing.cases()
	}
	if len(worlds[0].names) == 0 {
		t.Fatal("there are no cases")
	}
	var files []string
	for _, name := range worlds[0].names {
		if file, _, _ := strings.Cut(name, "/"); !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	next := make(chan string, len(files))
	for _, file := range files {
		next <- file
	}
	close(next)
	var all sync.WaitGroup
	for _, w := range worlds {
		all.Go(func() {
			for file := range next {
				t.Run(file, func(t *testing.T) { w.file(t, file) })
			}
		})
	}
	all.Wait()
}

// file runs the cases of one file. One that fails is tried once more, on an app of
// its own, and the log tells of both: how long a browser takes for what on a busy
// machine is not ours to say. What is broken fails twice.
func (w *consoleWorld) file(t *testing.T, file string) {
	for _, name := range w.names {
		title, is := strings.CutPrefix(name, file+"/")
		if !is {
			continue
		}
		t.Run(title, func(t *testing.T) {
			r, err := w.browsing.run(t, name, w.stage(t), consoleLimit)
			must(t, err)
			if len(r.Faults) > 0 {
				t.Logf("tried once more, after: %s", strings.Join(r.Faults, "\n"))
				r, err = w.browsing.run(t, name, w.stage(t), consoleLimit)
				must(t, err)
			}
			r.judge(t)
			for _, note := range r.Notes {
				t.Log(note)
			}
		})
	}
}

// evidence is where what a failed case leaves is kept: $SLOTCAST_TEST_EVIDENCE, or a
// folder that stays behind when there is something in it.
func evidence(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("SLOTCAST_TEST_EVIDENCE"); dir != "" {
		dir, err := filepath.Abs(dir)
		must(t, err)
		return filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-"))
	}
	dir, err := os.MkdirTemp("", "slotcast-console-") //nolint:usetesting // it has to outlive a test that fails
	must(t, err)
	t.Cleanup(func() { _ = os.Remove(dir) }) // if it is empty
	return dir
}
