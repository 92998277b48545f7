package safehttp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"slotcast/internal/safehttp"
)

// parrot listens and answers each request that ends with the body's last bytes,
// at next to no cost: the benchmarks are about the sender.
func parrot(t testing.TB, body []byte, answer string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				buf, n := make([]byte, 64<<10), 0
				for {
					read, err := conn.Read(buf[n:])
					if n += read; err != nil {
						return
					}
					if bytes.HasSuffix(buf[:n], body) {
						_, _ = io.WriteString(conn, answer)
						n = 0
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/hooks/slotcast?key=0123456789"
}

func message() (http.Header, []byte) {
	return http.Header{
		"Content-Type":       {"application/json"},
		"User-Agent":         {"Slotcast/0"},
		"webhook-id":         {"evt_01jh1p6q0rfz8s4e2a7x9g5m3k"},
		"webhook-timestamp":  {"1767700800"},
		"webhook-signature":  {"v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="},
		"Slotcast-Sequence":  {"1"},
		"Slotcast-Attempt":   {"1"},
		"X-Signature-Secret": {"0123456789abcdef"},
	}, append(bytes.Repeat([]byte("x"), 2<<10-8), "the end."...)
}

const (
	noContent = "HTTP/1.1 204 No Content\r\n\r\n"
	thanks    = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"
)

func BenchmarkDo(b *testing.B) {
	header, body := message()
	for name, answer := range map[string]string{"204": noContent, "200": thanks} {
		b.Run(name, func(b *testing.B) {
			c := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, UserAgent: "Slotcast/0"})
			b.Cleanup(c.Close)
			header := header.Clone()
			header.Del("User-Agent") // as callers leave it to the client
			in := safehttp.Request{URL: parrot(b, body, answer), Header: header, Body: body}
			ctx, cancel := context.WithCancelCause(b.Context())
			defer cancel(errors.New("the end"))
			b.ReportAllocs()
			for b.Loop() {
				if res, err := c.Do(ctx, in); err != nil || res.StatusCode/100 != 2 || !res.RemoteAddr.IsValid() {
					b.Fatal(res.StatusCode, err)
				}
			}
		})
	}
}

// BenchmarkRoundTrip is the floor: what net/http itself costs, for a request that
// it is given ready-made and an answer that nobody reads to its end.
func BenchmarkRoundTrip(b *testing.B) {
	header, body := message()
	for name, answer := range map[string]string{"204": noContent, "200": thanks} {
		b.Run(name, func(b *testing.B) {
			transport := &http.Transport{DisableCompression: true}
			b.Cleanup(transport.CloseIdleConnections)
			url := parrot(b, body, answer)
			b.ReportAllocs()
			for b.Loop() {
				req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				req.Header = header
				res, err := transport.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		})
	}
}
