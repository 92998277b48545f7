package gqlhttp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/internal/gqlhttp"
)

const tooSlow websocket.StatusCode = 4430

// said is a next message about news.
type said struct {
	ID, Type string
	Payload  struct {
		Data       struct{ News string }
		Extensions struct{ Cursor string }
	}
}

func (p *peer) said() (s said, err error) {
	_, data, err := p.conn.Read(p.t.Context())
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	return s, err
}

// TestStalledClient: over TCP, one that reads nothing delays nobody and costs little,
// is closed when its time is over, and goes on exactly where it was.
func TestStalledClient(t *testing.T) {
	t.Parallel()
	const texts, size = 150, 16 << 10 // far more than what the kernel keeps for a connection
	f := setup(t, configs{sends: 64 << 10, ws: gqlhttp.WebSocketConfig{WriteTimeout: 50 * time.Millisecond}})
	stalled := f.openOver(t, small)
	stalled.send(subscribe("1", allNews))
	var others []*peer
	for range 3 {
		p := f.open(t)
		p.send(subscribe("1", allNews))
		others = append(others, p)
	}
	f.allFollow(t, 4)
	text := func(place int) string { return fmt.Sprint(place, strings.Repeat("x", size)) }
	for place := 1; place <= texts; place++ {
		f.journal("").write(text(place))
		for _, p := range others {
			p.expect(news("1", place, text(place)))
		}
		if left := f.ws.Left(); left > 300<<10 {
			t.Fatalf("%d bytes wait for the one that reads nothing", left)
		}
	}
	if n := f.executed.Load(); n > texts+16*2 {
		t.Errorf("%d executions for %d texts", n, texts)
	}
	until(t, "its time is over", func() bool { return f.left.Load() == 1 })
	got := 0
	for {
		s, err := stalled.said()
		if closed, ok := errors.AsType[websocket.CloseError](err); ok && closed.Code == tooSlow {
			break
		}
		if got++; err != nil || s.Payload.Data.News != text(got) {
			t.Fatalf("number %d: cursor %s, %v", got, s.Payload.Extensions.Cursor, err)
		}
	}
	again := f.open(t)
	again.send(follow("1", "subscription($a:Int){news(after:$a)}", fmt.Sprintf(`{"a":%d}`, got)))
	for place := got + 1; place <= texts; place++ {
		again.expect(news("1", place, text(place)))
	}
}
