package safehttp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/safehttp"
)

// A receiver keeps its sender for as long as the time-out says and not a moment
// longer, whatever it does with the time. The clock is the bubble's: exact.
func TestReceiversHoldNobodyLonger(t *testing.T) {
	t.Parallel()
	const limit = 15 * time.Second // the default
	request := func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err == nil {
			_, _ = io.Copy(io.Discard, req.Body)
		}
	}
	drip := func(conn net.Conn) {
		for {
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
			time.Sleep(time.Second) //nolint:forbidigo // the bubble's second
		}
	}
	for _, tt := range []struct {
		name   string
		serve  func(net.Conn)
		status int // 0: an error that says no answer came in time
		takes  time.Duration
	}{
		{"answers just in time", func(conn net.Conn) {
			request(conn)
			time.Sleep(limit - time.Millisecond) //nolint:forbidigo // the bubble's time
			fmt.Fprint(conn, noContent)
		}, 204, limit - time.Millisecond},
		{"answers just too late", func(conn net.Conn) {
			request(conn)
			time.Sleep(limit + time.Millisecond) //nolint:forbidigo // the bubble's time
			fmt.Fprint(conn, noContent)
		}, 0, limit},
		{"hangs", func(conn net.Conn) {
			request(conn)
			_, _ = io.Copy(io.Discard, conn)
		}, 0, limit},
		{"reads nothing", func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 10))
			time.Sleep(2 * limit) //nolint:forbidigo // the bubble's time
		}, 0, limit},
		{"drips a header", func(conn net.Conn) {
			request(conn)
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nX-A: ")
			drip(conn)
		}, 0, limit},
		{"drips a body", func(conn net.Conn) {
			request(conn)
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
			drip(conn)
		}, 200, limit},
		{"drips a body without an end", func(conn net.Conn) {
			request(conn)
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
			drip(conn)
		}, 200, limit},
		{"interim answers, then nothing", func(conn net.Conn) {
			request(conn)
			fmt.Fprint(conn, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 3))
			_, _ = io.Copy(io.Discard, conn)
		}, 0, limit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := safehttp.New(safehttp.Config{})
				var serving sync.WaitGroup
				c.OverPipes(func(conn net.Conn) {
					serving.Go(func() {
						defer conn.Close()
						tt.serve(conn)
					})
				})
				defer serving.Wait()
				defer c.Close()
				start := time.Now()
				res, err := c.Do(t.Context(), safehttp.Request{URL: "http://receiver.example/", Body: bytes.Repeat([]byte("x"), 64<<10)})
				if took := time.Since(start); took != tt.takes {
					t.Errorf("it took %v, want %v", took, tt.takes)
				}
				late := errors.Is(err, context.DeadlineExceeded) && strings.HasPrefix(err.Error(), "no answer within 15s; ")
				if res.StatusCode != tt.status || (tt.status == 0) != late {
					t.Errorf("status %d, %v", res.StatusCode, err)
				}
			})
		})
	}
}
