package gqlhttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"slotcast/internal/gqlhttp"
)

// pace writes texts one by one, each when all have got the last: then nobody can be
// behind what a group keeps.
func pace(j *journal, from, to int, expect func(place int, text string)) {
	for place := from; place <= to; place++ {
		text := fmt.Sprint("text ", place)
		j.write(text)
		expect(place, text)
	}
}

// Everybody shares an execution, over whatever transport, from then on.
func TestSharedAcrossTransports(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	var sockets []*peer
	var streams []*stream
	for range 5 {
		p := f.open(t)
		p.send(subscribe("a", allNews), subscribe("b", allNews))
		sockets = append(sockets, p)
		streams = append(streams, f.stream(t, ssePost(`{"query":"`+allNews+`"}`)))
	}
	f.allFollow(t, 15)
	expect := func(place int, text string) {
		for _, p := range sockets {
			p.expectAll(news("a", place, text), news("b", place, text))
		}
		for _, s := range streams {
			s.expectNews(event(place, text))
		}
	}
	pace(f.journal(""), 1, 10, expect)
	if n := f.hub.Groups(); n != 1 {
		t.Errorf("%d groups, want 1", n)
	}
	if n := f.executed.Load(); n != 10 {
		t.Errorf("%d executions for 10 texts", n)
	}
	if n := f.resolved.Load(); n != 15 {
		t.Errorf("the resolver was called %d times for 15 subscriptions", n)
	}
	f.journal("").finish(io.EOF)
	for _, p := range sockets {
		p.expectAll(complete("a"), complete("b"))
	}
	for _, s := range streams {
		s.expectComplete()
	}
}

// What has to be equal, and what not.
func TestWhoShares(t *testing.T) {
	t.Parallel()
	const resuming = "subscription($a:Int,$o:String){news(after:$a,of:$o)}"
	type ask struct{ query, variables string }
	for name, tt := range map[string]struct {
		a, b   ask
		groups int
	}{
		"the same":                   {ask{allNews, `{}`}, ask{allNews, `{}`}, 1},
		"another text":               {ask{allNews, `{}`}, ask{"subscription {news}", `{}`}, 2},
		"another name":               {ask{"subscription A{news} subscription B{news}", `{},"operationName":"A"`}, ask{"subscription A{news} subscription B{news}", `{},"operationName":"B"`}, 2},
		"another place, by variable": {ask{resuming, `{"a":0}`}, ask{resuming, `{"a":2}`}, 1},
		"a place and none":           {ask{resuming, `{"a":0}`}, ask{resuming, `{}`}, 1},
		"another place, literal":     {ask{"subscription{news(after:0)}", `{}`}, ask{"subscription{news(after:2)}", `{}`}, 2},
		"another variable":           {ask{resuming, `{"o":"x"}`}, ask{resuming, `{"o":"y"}`}, 2},
		"a string and a number":      {ask{"subscription($o:String,$n:Int){news(of:$o,only:$n)}", `{"o":"1"}`}, ask{"subscription($o:String,$n:Int){news(of:$o,only:$n)}", `{"n":1}`}, 2},
		"the place is used elsewhere": {ask{"subscription($a:Int){news(after:$a,only:$a)}", `{"a":0}`},
			ask{"subscription($a:Int){news(after:$a,only:$a)}", `{"a":2}`}, 2},
		"the place is used in a directive": {ask{"subscription($a:Int,$b:Boolean=true){news(after:$a) @include(if:$b)}", `{"a":0}`},
			ask{"subscription($a:Int,$b:Boolean=true){news(after:$a) @include(if:$b)}", `{"a":2}`}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, configs{})
			a, b := f.open(t), f.open(t)
			a.send(follow("1", tt.a.query, tt.a.variables))
			b.send(follow("1", tt.b.query, tt.b.variables))
			f.allFollow(t, 2)
			if n := f.hub.Groups(); n != tt.groups {
				t.Errorf("%d groups, want %d", n, tt.groups)
			}
		})
	}
}

// Other rights, another group; no rights to compare, none at all.
func TestRightsDoNotShare(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{
		Authenticate: func(ctx context.Context, payload map[string]any) (context.Context, error) {
			return context.WithValue(ctx, shareKey{}, payload["share"]), nil
		},
	}})
	var all []*peer
	for _, share := range []string{"a", "a", "b", "", ""} {
		p := f.dial(t)
		p.send(fmt.Sprintf(`{"type":"connection_init","payload":{"share":%q}}`, share))
		p.expect(connAck)
		p.send(subscribe("1", allNews))
		all = append(all, p)
	}
	f.resolvedTimes(t, 5)
	f.groupsOf(t, 2)
	pace(f.journal(""), 1, 5, func(place int, text string) {
		for _, p := range all {
			p.expect(news("1", place, text))
		}
	})
	if n := f.executed.Load(); n != 5*4 {
		t.Errorf("%d executions for 5 texts, want 20: two groups, and two alone", n)
	}
}

// A client that resumes gets what it missed, and then shares.
func TestResumes(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	j := f.journal("")
	for i := range 50 {
		j.write(fmt.Sprint("text ", i+1))
	}
	const query = "subscription($a:Int){news(after:$a)}"
	var all []*peer
	for _, after := range []int{0, 17, 49, 50} {
		p := f.open(t)
		p.send(follow("1", query, fmt.Sprintf(`{"a":%d}`, after)))
		for place := after + 1; place <= 50; place++ {
			p.expect(news("1", place, fmt.Sprint("text ", place)))
		}
		all = append(all, p)
	}
	f.allFollow(t, 4)
	before := f.executed.Load()
	pace(j, 51, 60, func(place int, text string) {
		for _, p := range all {
			p.expect(news("1", place, text))
		}
	})
	if n := f.executed.Load() - before; n != 10 || f.hub.Groups() != 1 {
		t.Errorf("%d executions for 10 texts in %d groups", n, f.hub.Groups())
	}
}

// A stream's end, a value that fails and one that panics reach all who share.
func TestSharedEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end  func(j *journal)
		last string
		sse  string
	}{
		"an error of the feed": {func(j *journal) { j.finish(errors.New("too old")) },
			`{"type":"error","id":"1","payload":[{"message":"too old"}]}`, `{"errors":[{"message":"too old"}]}`},
		"a value that fails": {func(j *journal) { j.write("fail", "x") },
			`{"type":"error","id":"1","payload":[{"message":"failed"}]}`, `{"errors":[{"message":"failed"}]}`},
		"a value that panics": {func(j *journal) { j.write("panic", "x") },
			`{"type":"error","id":"1","payload":[{"message":"recovered","extensions":{"code":"INTERNAL"}}]}`,
			`{"errors":[{"message":"recovered","extensions":{"code":"INTERNAL"}}]}`},
		"a value without a response": {func(j *journal) { j.write("mute", "x") }, complete("1"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, configs{})
			f.answer = func(text string) bool { return text != "mute" }
			a, b := f.open(t), f.open(t)
			a.send(subscribe("1", allNews))
			b.send(subscribe("1", allNews))
			s := f.stream(t, ssePost(`{"query":"`+allNews+`"}`))
			f.allFollow(t, 3)
			tt.end(f.journal(""))
			for _, p := range []*peer{a, b} {
				p.expect(tt.last)
				p.send(subscribe("1", "{name}")) // the id is free
				p.expect(next("1", `{"data":{"name":"it"}}`), complete("1"))
			}
			if tt.sse != "" {
				s.expectNews("event: next\ndata: " + tt.sse)
			}
			s.expectNews("event: complete\ndata:")
			s.expectEnd()
		})
	}
}

// The resolver has answered each subscriber; what it would answer a group later, when
// the database is away or the place too old, is nobody's business.
func TestGroupDoesNotAskAgain(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	asked := make(chan struct{}, 10)
	f.resolve = func(context.Context) error {
		asked <- struct{}{}
		if f.resolved.Load() > 1 {
			return errors.New("the database is away")
		}
		return nil
	}
	p := f.open(t)
	p.send(subscribe("1", allNews))
	receive(t, asked)
	f.groupsOf(t, 1)
	pace(f.journal(""), 1, 3, func(place int, text string) { p.expect(news("1", place, text)) })
	p.send(subscribe("2", strings.Replace(allNews, "news", "news ", 1)))
	p.expect(`{"type":"error","id":"2","payload":[{"message":"the database is away"}]}`)
}
