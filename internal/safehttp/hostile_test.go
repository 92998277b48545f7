package safehttp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/safehttp"
)

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"/inside", "http://169.254.169.254/", "http://bad url/%zz", ""} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			var requests atomic.Int32
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			res, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
			if err != nil || res.StatusCode != status || res.Header.Get("Location") != location || requests.Load() != 1 {
				t.Errorf("%d to %q: got %d, %v after %d requests", status, location, res.StatusCode, err, requests.Load())
			}
		}
	}
}

// endless writes until the client goes away, then reports how much it wrote.
func endless(written chan<- int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		chunk, total := bytes.Repeat([]byte("x"), 32<<10), 0
		for {
			n, err := w.Write(chunk)
			total += n
			if err != nil {
				written <- total
				return
			}
		}
	}
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	written := make(chan int, 1)
	s := serve(t, endless(written))
	res, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || res.StatusCode != http.StatusOK || len(res.Body) != 4<<10 {
		t.Errorf("got %d with %d bytes, %v", res.StatusCode, len(res.Body), err)
	}
	<-written // it was cut off
}

func TestEndlessBodyOverHTTP2(t *testing.T) {
	t.Parallel()
	written := make(chan int, 1)
	s, roots := serveTLS(t, nil, endless(written))
	res, err := local(t, safehttp.Config{RootCAs: roots}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || res.StatusCode != http.StatusOK || len(res.Body) != 4<<10 {
		t.Errorf("got %d with %d bytes, %v", res.StatusCode, len(res.Body), err)
	}
	if n := <-written; n > 1<<20 {
		t.Errorf("the receiver could send %d bytes before it was cut off", n)
	}
}

func TestGzipBombIsNotInflated(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = io.CopyN(z, zeros{}, 8<<20)
	z.Close()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	res, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || !bytes.Equal(res.Body, bomb.Bytes()[:4<<10]) {
		t.Errorf("got %d bytes, %v; want the first 4096 as sent", len(res.Body), err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestHugeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Huge", strings.Repeat("x", 4<<20))
	})
	_, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err == nil || !strings.Contains(err.Error(), "header is larger than 64 KiB") {
		t.Errorf("error %v", err)
	}
}

func TestNoAnswerTimesOut(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	res, err := local(t, safehttp.Config{Timeout: 500 * time.Millisecond}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "no answer within 500ms; ") {
		t.Errorf("error %v", err)
	}
	if !res.RemoteAddr.IsValid() || res.Latency < 500*time.Millisecond {
		t.Errorf("address %v, latency %v", res.RemoteAddr, res.Latency)
	}
}

func TestNoHandshakeTimesOut(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // connections wait in its queue, unanswered
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := local(t, safehttp.Config{ConnectTimeout: 50 * time.Millisecond})
	_, err = c.Do(t.Context(), safehttp.Request{URL: "https://" + l.Addr().String()})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "no TLS handshake within 50ms; ") {
		t.Errorf("error %v", err)
	}
}

// The status line decides: what drips behind it is cut off without an error.
func TestDrippingBodyIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, "thanks")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	c := local(t, safehttp.Config{Timeout: time.Second})
	res, err := c.Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || res.StatusCode != http.StatusAccepted || string(res.Body) != "thanks" {
		t.Errorf("got %d %q, %v", res.StatusCode, res.Body, err)
	}
	if res.Latency >= time.Second {
		t.Errorf("latency %v includes the body", res.Latency)
	}
}

// After 101 the transport hands over the bare connection and lets go of it.
func TestSwitchingProtocolsDoesNotHang(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
		close(closed)
	})
	res, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("got %d, %v", res.StatusCode, err)
	}
	<-closed
}

func TestBrokenBodyIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "short")
	})
	res, err := local(t, safehttp.Config{}).Do(t.Context(), safehttp.Request{URL: s.URL})
	if err != nil || res.StatusCode != http.StatusOK || string(res.Body) != "short" {
		t.Errorf("got %d %q, %v", res.StatusCode, res.Body, err)
	}
}
