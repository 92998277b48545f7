package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// consoleWorld is what the cases of the console play on: the browser has the first
// of the servers.
type consoleWorld struct {
	settings apptest.Settings
	servers  []*apptest.Process
	ids      int // of apps

	folder string // of the cases; empty: console/cases
	path   string // what the public URL has behind the host, with a slash at the end

	browsing *browsing
	names    []string // of the cases
}

func newConsoleWorld(s apptest.Settings, servers ...*apptest.Process) *consoleWorld {
	return &consoleWorld{settings: s, servers: servers}
}

// stage makes an app for one case, with an owner, an event type of his, and a
// member, and the means for what the case cannot do itself.
func (w *consoleWorld) stage(t *testing.T) stage {
	t.Helper()
	w.ids++
	r := apptest.Run(t, w.settings, "app", "create", "--name", fmt.Sprintf("Acme %d", w.ids), "--owner-name", "Olga Owner", "--owner-email", "olga@example.org")
	ids := regexp.MustCompile(`App +(app_\w+)\nOwner +(agt_\w+)\nToken +(slc_\w+)\n`).FindStringSubmatch(r.Stdout)
	if ids == nil {
		t.Fatalf("app create: %+v", r)
	}
	client := w.servers[len(w.servers)-1].Client(ids[3])
	var made struct {
		CreateAgent, CreateEventType struct{ ID string }
	}
	client.Do(t, `mutation {
		createAgent(input: {name: "Max Member", email: "max@example.org"}) { id }
		createEventType(input: {name: "Intro call", slug: "intro-call", durationMinutes: 30}) { id }
	}`, nil, &made)
	var out struct{ CreateAccessToken struct{ Token string } }
	client.Do(t, `mutation($agent: ID!) { createAccessToken(input: {name: "Console", agentId: $agent}) { token } }`,
		map[string]any{"agent": made.CreateAgent.ID}, &out)

	var urls []string
	for _, p := range w.servers {
		urls = append(urls, p.URL()+"/"+w.path)
	}
	return stage{calls: w.controls(t), world: map[string]any{
		"base": urls[0], "urls": urls, "app": ids[1],
		"owner":  map[string]any{"id": ids[2], "token": ids[3], "name": "Olga Owner", "eventTypeId": made.CreateEventType.ID},
		"member": map[string]any{"id": made.CreateAgent.ID, "token": out.CreateAccessToken.Token, "name": "Max Member"},
	}}
}

// controls are what a case may ask for. At its end the server runs again, and its
// receivers are gone.
func (w *consoleWorld) controls(t *testing.T) func(string, json.RawMessage) (any, error) {
	t.Helper()
	var receivers []*toldReceiver
	first, down := w.servers[0], false
	t.Cleanup(func() {
		if down {
			first.Restart()
		}
	})
	return func(name string, args json.RawMessage) (any, error) {
		var in struct {
			ID, N int
			How   any
		}
		if len(args) > 0 {
			if err := json.Unmarshal(args, &in); err != nil {
				return nil, err
			}
		}
		switch name {
		case "kill":
			first.Kill()
			down = true
		case "restart":
			if !down {
				return nil, errors.New("the server runs")
			}
			first.Restart()
			down = false
		case "link":
			line := signInLink.FindAllStringSubmatch(first.Output(), -1)
			if line == nil {
				return nil, errors.New("the server printed no link")
			}
			return line[len(line)-1][0], nil
		case "receiver":
			receivers = append(receivers, newToldReceiver(t))
			return map[string]any{"id": len(receivers) - 1, "url": receivers[len(receivers)-1].URL()}, nil
		case "answer":
			return nil, receivers[in.ID].tell(in.How)
		case "requests":
			return receivers[in.ID].requests(in.N)
		default:
			return nil, fmt.Errorf("there is no %q", name)
		}
		return nil, nil
	}
}

var signInLink = regexp.MustCompile(`http://\S+/sign-in#code=\S+`)

// toldReceiver is a receiver that a case tells what to answer.
type toldReceiver struct {
	*apptest.Receiver
	over chan struct{} // closed at the test's end, for those that hang
}

func newToldReceiver(t *testing.T) *toldReceiver {
	t.Helper()
	r := &toldReceiver{apptest.NewReceiver(t), make(chan struct{})}
	t.Cleanup(func() { close(r.over) })
	return r
}

// tell sets the answer: a status, or "hang".
func (r *toldReceiver) tell(how any) error {
	status, isStatus := how.(float64)
	switch {
	case isStatus && status >= 200 && status < 600:
		r.Answer(func(apptest.Request) int { return int(status) })
	case how == "hang":
		r.Answer(func(apptest.Request) int { <-r.over; return http.StatusServiceUnavailable })
	default:
		return fmt.Errorf("a receiver answers with a status or hangs, not %v", how)
	}
	return nil
}

// requests waits for n of them, for a while, and returns what there is.
func (r *toldReceiver) requests(n int) (all []map[string]any, err error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(15 * time.Second)
	for len(r.Requests()) < n {
		select {
		case <-tick.C:
		case <-late:
			return nil, fmt.Errorf("%d of %d requests have come", len(r.Requests()), n)
		}
	}
	all = []map[string]any{}
	for _, got := range r.Requests() {
		all = append(all, map[string]any{"header": got.Header, "body": string(got.Body)})
	}
	return all, nil
}

// steadyAddr is a free address that stays free while a server is away: below the
// ports that the system gives to outgoing connections.
func steadyAddr(t *testing.T) string {
	t.Helper()
	for range 50 {
		addr := fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(8000))
		if listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr); err == nil {
			listener.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}
