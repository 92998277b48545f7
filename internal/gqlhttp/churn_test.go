package gqlhttp_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/internal/fanout"
)

// TestChurn: clients subscribe, complete, disappear and come back while texts come:
// no subscription misses one or gets one twice, and in the end nothing is left.
func TestChurn(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{sends: 16 << 10, hub: fanout.Config{Entries: 8}})
	stop := make(chan struct{})
	var writing, clients sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		writing.Go(func() {
			beat := time.NewTicker(200 * time.Microsecond)
			defer beat.Stop()
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				case <-beat.C:
					f.journal(name).write(fmt.Sprint("text ", n))
				}
			}
		})
	}
	for n := range 12 {
		clients.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(n), 3))
			for range 8 {
				c := &churner{
					rnd: rnd, at: map[string]int{},
					peer: f.openOver(t, func(conn net.Conn) net.Conn { return &nibbling{conn, rnd} }),
				}
				c.live(150)
				if rnd.IntN(2) == 0 {
					_ = c.conn.Close(websocket.StatusNormalClosure, "")
				} else {
					_ = c.conn.CloseNow()
				}
			}
		})
	}
	clients.Wait()
	close(stop)
	writing.Wait()
	if err := f.ws.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	f.hub.Wait()
	if n := f.hub.Groups(); n != 0 {
		t.Errorf("%d groups are left", n)
	}
}

// churner is a client with subscriptions, and where each is.
type churner struct {
	*peer
	rnd *rand.Rand
	ids int
	at  map[string]int
}

// live reads messages, and changes what it follows now and then.
func (c *churner) live(messages int) {
	for range messages {
		if len(c.at) == 0 || c.rnd.IntN(20) == 0 {
			c.subscribe()
		}
		if c.rnd.IntN(25) == 0 {
			for id := range c.at {
				c.send(complete(id))
				delete(c.at, id) // what is under way may come still
				break
			}
			continue
		}
		s, err := c.said()
		if err != nil {
			c.t.Error(err)
			return
		}
		last, follows := c.at[s.ID]
		place, err := strconv.Atoi(s.Payload.Extensions.Cursor)
		switch {
		case !follows:
		case err != nil || s.Payload.Data.News != fmt.Sprint("text ", place), last != 0 && place != last+1:
			c.t.Errorf("%s %s: %q, number %d behind %d: %v", s.ID, s.Type, s.Payload.Data.News, place, last, err)
			return
		default:
			c.at[s.ID] = place
		}
	}
}

func (c *churner) subscribe() {
	if len(c.at) > 5 {
		return
	}
	c.ids++
	id := fmt.Sprint("id ", c.ids)
	c.at[id] = 0
	after := "null"
	if c.rnd.IntN(2) == 0 {
		after = "1"
		c.at[id] = 1
	}
	c.send(follow(id, "subscription($a:Int,$o:String){news(after:$a,of:$o)}", fmt.Sprintf(`{"a":%s,"o":%q}`, after, string('a'+byte(c.rnd.IntN(2))))))
}
