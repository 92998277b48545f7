package gqlhttp_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"slotcast/internal/gqlhttp"
)

// counting counts what it reads.
type counting struct {
	net.Conn
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n += n
	return n, err
}

// TestCompression: a client that offers it reads the same, and less. An id that is
// longer than what fits a block is no exception.
func TestCompression(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{Compress: true}})
	for name, mode := range map[string]websocket.CompressionMode{
		"no context takeover": websocket.CompressionNoContextTakeover, "context takeover": websocket.CompressionContextTakeover,
		"none": websocket.CompressionDisabled,
	} {
		t.Run(name, func(t *testing.T) {
			conn := &counting{}
			p := f.openWith(t, &websocket.DialOptions{CompressionMode: mode}, func(c net.Conn) net.Conn { conn.Conn = c; return conn })
			long := strings.Repeat("<", 12_000) // six times as long in JSON
			j := f.journal(name)
			query := fmt.Sprintf("subscription{news(of:%q)}", name)
			p.send(subscribe("a\"", query), subscribe("b", query))
			f.allFollow(t, 2)
			conn.n = 0
			for place, size := range []int{1, 400, 600, 70_000, 5} {
				text := strings.Repeat("text ", size)
				j.write(text)
				p.expectAll(news("a\"", place+1, text), news("b", place+1, text))
			}
			if read := conn.n; (mode == websocket.CompressionDisabled) != (read > 700_000) {
				t.Errorf("%d bytes were read for two times 350 KB", read)
			}
			p.send(complete("a\""), complete("b"))
			f.allFollow(t, 0)
			p.send(subscribe(long, query))
			f.allFollow(t, 1)
			text := strings.Repeat("text ", 600)
			j.write(text)
			if s, err := p.said(); err != nil || s.ID != long || s.Payload.Data.News != text {
				t.Errorf("with a long id: %v", err)
			}
			p.send(complete(long))
			f.allFollow(t, 0)
		})
	}
}

// A small message that becomes large is as good as a large one.
func TestCompressedMessageIsBounded(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{Compress: true}})
	var under net.Conn
	p := f.openWith(t, &websocket.DialOptions{CompressionMode: websocket.CompressionNoContextTakeover},
		func(c net.Conn) net.Conn { under = c; return c })
	var bomb bytes.Buffer
	w, err := flate.NewWriter(&bomb, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 << 10 {
		_, _ = w.Write(bytes.Repeat([]byte{' '}, 1<<10))
	}
	_ = w.Flush()
	payload := bytes.TrimSuffix(bomb.Bytes(), []byte{0, 0, 0xff, 0xff})
	frame := append([]byte{0xc1, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload)), 0, 0, 0, 0}, payload...)
	if _, err := under.Write(frame); err != nil {
		t.Fatal(err)
	}
	p.expectClose(1009, "read limited at 65537 bytes")
}
