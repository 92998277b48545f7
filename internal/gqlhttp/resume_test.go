package gqlhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
)

// event is the block of an event stream about news.
func event(place int, text string) string {
	return fmt.Sprintf("event: next\ndata: {\"data\":{\"news\":%q},\"extensions\":{\"cursor\":\"%d\"}}\nid: %d", text, place, place)
}

// A browser that connects again says where it was, and goes on there: also over the
// argument that its request repeats.
func TestSSELastEventID(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	j := f.journal("")
	j.write("one", "two", "three", "four")
	for name, tt := range map[string]struct {
		query string
		last  string
		want  int // the first place
	}{
		"no argument":              {"subscription{news}", "2", 3},
		"knows better":             {"subscription{news(after:0)}", "3", 4},
		"no event, the argument":   {"subscription{news(after:1)}", "", 2},
		"as a variable":            {"subscription($a:Int=0){news(after:$a)}", "1", 2},
		"what is no cursor at all": {"subscription{news(after:3)}", "x", 0},
	} {
		t.Run(name, func(t *testing.T) {
			headers := []string{acceptEvents}
			if tt.last != "" {
				headers = append(headers, "Last-Event-ID: "+tt.last)
			}
			s := f.stream(t, request{http.MethodGet, get("query", tt.query), headers, ""})
			if tt.want == 0 { // the fixture begins at the end then
				return
			}
			for place := tt.want; place <= 4; place++ {
				s.expectNews(event(place, j.texts[place-1]))
			}
		})
	}
}

// A stream of which little passes the filter tells how far it has come, once.
func TestSSEKeepAliveTellsTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		j := f.journal("")
		s := f.stream(t, ssePost(`{"query":"subscription{news}"}`))
		s.expect("id: 0") // where it stands
		s.expect(":")
		j.write("one", "", "", "")
		s.expect(event(1, "one"))
		s.expect("id: 4")
		s.expect(":")
		j.write("", "six")
		s.expect(event(6, "six"))
		s.expect(":") // the client has that cursor
		j.write("")
		s.expect("id: 7")
	})
}

// An event stream whose client stalls behind the ring goes on from the feed, and then
// with its group again: what comes is exactly what there is.
func TestSSEFallsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{hub: fanout.Config{Entries: 4}, sse: gqlhttp.SSEConfig{WriteTimeout: time.Hour}})
		j := f.journal("")
		s := f.stream(t, ssePost(`{"query":"subscription{news}"}`))
		fast := f.open(t)
		fast.send(subscribe("1", allNews))
		synctest.Wait()
		place := 0
		for range 3 {
			for range 50 {
				place++
				j.write(fmt.Sprint("text ", place))
				fast.expect(news("1", place, fmt.Sprint("text ", place)))
			}
			synctest.Wait()
			for at := place - 49; at <= place; at++ {
				s.expectNews(event(at, fmt.Sprint("text ", at)))
			}
		}
		if n := f.executed.Load(); n > 300 {
			t.Errorf("%d executions", n)
		}
	})
}

// One that is not read is let go, whoever it shares with.
func TestSSEStalledInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{})
		s := f.stream(t, ssePost(`{"query":"subscription{news}"}`))
		fast := f.open(t)
		fast.send(subscribe("1", allNews))
		synctest.Wait()
		began := time.Now()
		for place := 1; place <= 3; place++ {
			text := fmt.Sprint(place, strings.Repeat("x", 100_000))
			f.journal("").write(text)
			fast.expect(news("1", place, text))
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the other one waited for %v", took)
		}
		until(t, "it is gone", func() bool { return f.sse.Open() == 0 })
		if took := time.Since(began).Round(time.Second); took != 10*time.Second {
			t.Errorf("let go after %v, want 10 s", took)
		}
		s.resp.Body.Close()
	})
}

// The hook is asked about subscriptions alone, before their resolver is.
func TestSubscribeHook(t *testing.T) {
	t.Parallel()
	hook := func(context.Context) *gqlerror.Error {
		return &gqlerror.Error{Message: "too many", Extensions: map[string]any{"code": "RATE_LIMITED"}}
	}
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{Subscribe: hook}, sse: gqlhttp.SSEConfig{Subscribe: hook}})
	p := f.open(t)
	p.send(subscribe("1", allNews))
	p.expect(`{"type":"error","id":"1","payload":[{"message":"too many","extensions":{"code":"RATE_LIMITED"}}]}`)
	p.send(subscribe("1", "{name}"))
	p.expect(next("1", `{"data":{"name":"it"}}`), complete("1"))
	s := f.stream(t, ssePost(`{"query":"subscription{news}"}`))
	s.expectNext(`{"errors":[{"message":"too many","extensions":{"code":"RATE_LIMITED"}}]}`)
	s.expectComplete()
	s = f.stream(t, ssePost(`{"query":"{name}"}`))
	s.expectNext(`{"data":{"name":"it"}}`)
	s.expectComplete()
	if n := f.resolved.Load(); n != 0 {
		t.Errorf("the resolver was called %d times", n)
	}
}
