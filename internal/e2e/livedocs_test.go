package e2e_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// clientDocs is what the documentation says of clients.
func clientDocs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "live.md"))
	must(t, err)
	_, section, found := strings.Cut(string(text), "\n## Clients\n")
	if !found {
		t.Fatal("docs/live.md says nothing of clients")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// block is the only code in a language that has no file name above it.
func block(t *testing.T, docs, language string) string {
	t.Helper()
	all := regexp.MustCompile("(?s)[^:]\n\n```"+language+"\n(.*?)```").FindAllStringSubmatch(docs, -1)
	if len(all) != 1 {
		t.Fatalf("%d blocks of %s, want 1", len(all), language)
	}
	return all[0][1]
}

// TestDocumentedClients: the modules in the documentation are those that the tests
// run, to the letter.
func TestDocumentedClients(t *testing.T) {
	t.Parallel()
	shown := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)\n`([a-z]+\\.mjs)`:\n\n```js\n(.*?)```").FindAllStringSubmatch(clientDocs(t), -1) {
		shown[m[1]] = m[2]
	}
	files, err := filepath.Glob(clients + "/live/*.mjs")
	must(t, err)
	if len(files) == 0 || len(files) != len(shown) {
		t.Errorf("%d modules are shown, there are %d", len(shown), len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		if shown[filepath.Base(file)] != string(text) {
			t.Errorf("docs/live.md shows %s otherwise than it is", file)
		}
	}
}

// TestDocumentedUse runs what the documentation says of where to begin, how to use
// the modules, and curl.
func TestDocumentedUse(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := apptest.Start(t, s)
	me := newOwner(t, p, s)
	docs := clientDocs(t)
	me.book(t, 0)

	var out struct {
		Events struct{ PageInfo struct{ EndCursor string } }
	}
	me.Do(t, block(t, docs, "graphql"), map[string]any{"moment": time.Now()}, &out)
	booked := me.book(t, 1)
	words := strings.NewReplacer("127.0.0.1:8080", strings.TrimPrefix(p.URL(), "http://"), "slc_...", me.Token,
		"gaFp...", out.Events.PageInfo.EndCursor)

	script := nodeCommand(t, "--import", "./browser.mjs", "--input-type=module")
	script.Stdin = strings.NewReader(strings.ReplaceAll(words.Replace(block(t, docs, "js")), "'./", "'./live/"))
	if line := <-says(t, script); !strings.HasPrefix(line, "MEETING_BOOKED "+booked.ID+" ") {
		t.Errorf("the first event behind the moment is %q, want the booking of %s", line, booked.ID)
	}

	lines := says(t, exec.CommandContext(t.Context(), "bash", "-c", "exec "+words.Replace(block(t, docs, "sh"))))
	for line := range lines { // from here on nothing is missed
		if line == ":" {
			break
		}
		if !strings.HasPrefix(line, "retry: ") {
			t.Fatalf("curl says %q", line)
		}
	}
	next := me.book(t, 2)
	for line := range lines {
		if data, ok := strings.CutPrefix(line, "data:"); ok {
			if !strings.Contains(data, next.ID) || !strings.Contains(data, `"cursor"`) {
				t.Errorf("curl says %q, want the booking of %s", line, next.ID)
			}
			return
		}
	}
	t.Error("curl says nothing of the booking")
}

// says starts a command, which ends with the test, and returns the lines that it
// prints, until it ends or half a minute is over.
func says(t *testing.T, cmd *exec.Cmd) <-chan string {
	t.Helper()
	output, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	lines, read := make(chan string), make(chan struct{})
	go func() {
		defer close(read)
		defer close(lines)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		stop()
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait() // it was killed
	})
	return lines
}
