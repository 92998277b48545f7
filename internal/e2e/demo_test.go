package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// soon is how long whoever starts a demonstration waits until things move.
const soon = 10 * time.Second

// TestDemo starts a demonstration where a database and a mail server are set,
// which it may not touch. Within ten seconds something is booked, delivered and
// tried again. Stopped, it leaves nothing behind.
func TestDemo(t *testing.T) {
	t.Parallel()
	temporary := t.TempDir()
	p := apptest.StartCommand(t, apptest.Settings{
		"TMPDIR":                temporary,
		"SLOTCAST_DATA_DIR":     t.TempDir(),
		"SLOTCAST_DATABASE_URL": "postgres://nobody:hushhush@127.0.0.1:1/none",
		"SLOTCAST_REDIS_URL":    "redis://127.0.0.1:1",
		"SLOTCAST_OWNER_TOKEN":  "slc_0123456789abcdefghijABCDEFGHIJ012345",
	}, "demo", "--receiver-addr", "127.0.0.1:0", "--rate", "60")
	ready := time.Now()
	said := p.Output()
	for _, ignored := range []string{"SLOTCAST_DATA_DIR", "SLOTCAST_DATABASE_URL or DATABASE_URL", "SLOTCAST_REDIS_URL or REDIS_URL", "SLOTCAST_OWNER_TOKEN"} {
		if line, _, _ := strings.Cut(said, "\n"); !strings.HasPrefix(line, "ignored") || !strings.Contains(line, ignored) {
			t.Errorf("it does not say first that %s is ignored", ignored)
		}
	}
	if strings.Contains(said, "hushhush") {
		t.Error("it prints a password")
	}
	if made := directories(t, temporary); len(made) != 1 {
		t.Errorf("its directories are %v", made)
	}
	owner, member := p.Client(shownAs(t, said, `Owner +(slc_\S+)`)), p.Client(shownAs(t, said, `Member +(slc_\S+)`))
	page := shownAs(t, said, `Receiver +(http\S+)`)
	requests := received(t, page)

	stream, err := owner.WebSocket(t.Context(), "subscription { meetingEvents { id } }", nil)
	if err != nil {
		t.Fatal(err)
	}
	var event struct{ MeetingEvents struct{ ID string } }
	stream.Receive(t, &event)
	retried, delivered, verdicts := false, map[string]bool{}, map[string]bool{}
	for !retried || !delivered[event.MeetingEvents.ID] {
		select {
		case r := <-requests:
			retried = retried || r.Attempt > 1
			delivered[r.ID] = true
			verdicts[r.Verdict] = true
		case <-time.After(soon):
			t.Fatalf("the event is delivered: %v, something is tried again: %v", delivered[event.MeetingEvents.ID], retried)
		}
	}
	if took := time.Since(ready); took > soon {
		t.Errorf("an event, its delivery and a retry took %v", took)
	}
	if len(verdicts) != 1 || !verdicts["valid"] {
		t.Errorf("the signatures are %v", verdicts)
	}
	if all, own := webhooks(t, owner), webhooks(t, member); all != 5 || own != 1 {
		t.Errorf("the owner sees %d webhooks, the member %d", all, own)
	}

	stream.Cut()
	hang(t, page)
	for next := (arrival{Status: 1}); next.Status != 0; next = <-requests {
	}
	stopped := time.Now() // while a request hangs
	if code := p.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if took := time.Since(stopped); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if left := directories(t, temporary); len(left) != 0 {
		t.Errorf("it leaves behind %v", left)
	}
}

// TestDemoThatCannotStart says why, and leaves nothing behind.
func TestDemoThatCannotStart(t *testing.T) {
	t.Parallel()
	taken := apptest.NewReceiver(t)
	address := strings.TrimSuffix(strings.TrimPrefix(taken.URL(), "http://"), "/hook")
	for wanted, settings := range map[string][2]string{
		"--receiver-addr": {"127.0.0.1:0", address},
		"SLOTCAST_ADDR":   {address, "127.0.0.1:0"},
	} {
		temporary := t.TempDir()
		got := apptest.Run(t, apptest.Settings{"TMPDIR": temporary, "SLOTCAST_ADDR": settings[0]}, "demo", "--receiver-addr", settings[1])
		if got.Code != 1 || !strings.Contains(got.Stderr, "choose another "+wanted) {
			t.Errorf("with an address that is taken it ends with %d: %s", got.Code, got.Stderr)
		}
		if left := directories(t, temporary); len(left) != 0 {
			t.Errorf("it leaves behind %v", left)
		}
	}
}

// directories are those of demonstrations.
func directories(t *testing.T, in string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(in, "slotcast-demo-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func shownAs(t *testing.T, said, what string) string {
	t.Helper()
	found := regexp.MustCompile(what).FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("there is no %s in:\n%s", what, said)
	}
	return found[1]
}

func webhooks(t *testing.T, c *apptest.Client) int {
	t.Helper()
	var got struct{ Webhooks struct{ TotalCount int } }
	c.Do(t, "{ webhooks { totalCount } }", nil, &got)
	return got.Webhooks.TotalCount
}

// arrival is a request as the receiver's page shows it.
type arrival struct {
	ID, Verdict string
	Attempt     int
	Status      int
}

// hang tells the receiver not to answer any more.
func hang(t *testing.T, page string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page+"answers", strings.NewReader(`{"name":"orders","answer":"hang"}`))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{}).Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("it answers %s", answer.Status)
	}
}

// received follows the receiver's page until the test ends.
func received(t *testing.T, page string) <-chan arrival {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, page+"requests", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{}).Do(q)
	if err != nil {
		t.Fatal(err)
	}
	out, ended := make(chan arrival), make(chan struct{})
	t.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var told struct{ Requests []arrival }
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); !ok || json.Unmarshal([]byte(text), &told) != nil {
				continue
			}
			for _, r := range told.Requests {
				select {
				case out <- r:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}
