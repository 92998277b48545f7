package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
)

// serve runs a server whose time-outs are over at once.
func serve(t *testing.T, behind http.HandlerFunc) (address string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const short = 50 * time.Millisecond
	s := httpserver.New(httpserver.Config{
		GraphQL: &recorder{then: behind}, Auth: auth.New(anybody{}), Logger: slog.New(slog.DiscardHandler),
		Timeouts: httpserver.Timeouts{Header: short, Read: 2 * short, Write: 10 * time.Second, Idle: short},
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("stopped with %v", err)
		}
	})
	return l.Addr().String()
}

const head = "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\n"

// TestSlowClients: whoever does not get on is cut off, and meanwhile costs others
// nothing.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "not read to its end", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, "answered")
	})
	for name, tt := range map[string]struct {
		first, drip string
		answered    bool
	}{
		"nothing at all":      {"", "", false},
		"a slow line":         {"POST /gra", "p", false},
		"slow headers":        {head + "X-Slow: ", "x", false},
		"a header on and on":  {head, "X-Slow: x\r\n", false},
		"no body":             {head + "Content-Length: 100000\r\n\r\n", "", false},
		"a slow body":         {head + "Content-Length: 100000\r\n\r\n", " ", false},
		"a slow chunked body": {head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", false},
		"idle afterwards":     {head + "Content-Length: 2\r\n\r\n{}", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, address)
			if _, err := io.WriteString(conn, tt.first); err != nil {
				t.Fatal(err)
			}
			if tt.drip != "" {
				drip(t, conn, tt.drip)
			}
			other := dial(t, address)
			_, _ = io.WriteString(other, head+"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
			if text, _ := io.ReadAll(other); !strings.HasSuffix(string(text), "answered") {
				t.Errorf("somebody else is answered %q", text)
			}
			text, err := io.ReadAll(conn) // until the server ends it: a reset is as good
			if answered := strings.HasPrefix(string(text), "HTTP/1.1 200"); answered != tt.answered || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the slow one is answered %q, %v", text, err)
			}
		})
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// drip writes a little every few milliseconds, until the connection has ended.
func drip(t *testing.T, conn net.Conn, text string) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-ended })
}

// TestHeadersAreBounded: a request's headers may have 32 KiB.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	address := serve(t, func(http.ResponseWriter, *http.Request) {})
	for size, want := range map[int]int{20 << 10: 200, 64 << 10: 431} {
		conn := dial(t, address)
		go io.WriteString(conn, head+"X-Large: "+strings.Repeat("x", size)+"\r\nContent-Length: 0\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if answer.StatusCode != want {
			t.Errorf("%d bytes: %s, want %d", size, answer.Status, want)
		}
	}
}

// TestNoCleartextHTTP2: neither to those who know, nor by an upgrade.
func TestNoCleartextHTTP2(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })
	for name, sent := range map[string]string{
		"known": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"upgraded": head + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n" +
			"Content-Length: 0\r\n\r\n",
	} {
		conn := dial(t, address)
		_, _ = io.WriteString(conn, sent)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, _ := io.ReadAll(answer.Body)
		if answer.ProtoMajor != 1 || answer.StatusCode == http.StatusSwitchingProtocols || name == "upgraded" && string(text) != "HTTP/1.1" {
			t.Errorf("%s: %s %s %q", name, answer.Proto, answer.Status, text)
		}
	}
}
