package gqlhttp_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
)

// strange are ids that a client may choose.
var strange = []string{"1", " ", `"quoted"`, `\`, "\u2028\u0000\u007f", "</script>&", "näh 日本 🙂", strings.Repeat("long ", 60)}

// TestFrames: whatever the connections take at once, with many subscriptions on a
// socket, in one group and in several, next to queries, compressed or not, each gets
// its messages, whole, in order, once.
func TestFrames(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 1))
			f := setup(t, configs{sends: 4 << 10, hub: fanout.Config{Entries: 1 + rnd.IntN(64)}, ws: gqlhttp.WebSocketConfig{Compress: seed%2 == 1}})
			var readers sync.WaitGroup
			const texts, sockets = 100, 4
			for n := range sockets {
				own := rand.New(rand.NewPCG(seed, uint64(n)))
				p := f.openWith(t, &websocket.DialOptions{CompressionMode: websocket.CompressionMode(n % 3)},
					func(c net.Conn) net.Conn { return &nibbling{c, own} })
				r := &reader{peer: p, seen: map[string]int{}}
				for i, id := range strange {
					if own.IntN(4) == 0 {
						continue
					}
					r.seen[id] = 0
					p.send(follow(id, fmt.Sprintf("subscription($a:Int){news(after:$a)%s}", strings.Repeat(" ", i%3)), `{"a":0}`))
				}
				p.send(subscribe("query", "{name}"))
				readers.Go(func() { r.read(texts) })
			}
			for range texts {
				f.journal("").write(strings.Repeat("x", 1+rnd.IntN(3000)))
			}
			readers.Wait()
		})
	}
}

// reader checks what comes on a socket.
type reader struct {
	*peer
	seen    map[string]int // by id, the last place
	queries int
}

func (r *reader) read(texts int) {
	total := 0
	for total < texts*len(r.seen) || r.queries < 3 {
		s, err := r.said()
		switch {
		case err != nil:
			r.t.Errorf("behind %d: %v", total, err)
			return
		case s.ID == "query" && s.Type == "complete":
			if r.queries++; r.queries < 20 {
				r.send(subscribe("query", "{name}"))
			}
		case s.ID == "query" || s.Type == "ping":
		case s.Payload.Extensions.Cursor != fmt.Sprint(r.seen[s.ID]+1) || s.Payload.Data.News == "":
			r.t.Errorf("%.20q: %s comes behind %d", s.ID, s.Payload.Extensions.Cursor, r.seen[s.ID])
			return
		default:
			r.seen[s.ID]++
			total++
		}
	}
}
