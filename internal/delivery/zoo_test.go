package delivery_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
)

// zooTime is how long a receiver of the zoo may take.
const zooTime = 5 * time.Second

// animal is a receiver, and what becomes of one message to it.
type animal struct {
	url    string
	status domain.DeliveryStatus // PENDING: it is tried again
	code   int                   // of the attempt; 0: there was no answer
	words  []string              // of the attempt's error
	check  func(t *testing.T, a domain.Attempt)
}

// tamed are the receivers that took the message, whatever they did then.
func tamed(k *keeper) map[string]animal {
	delivered := func(url string, code int, check func(*testing.T, domain.Attempt)) animal {
		return animal{url, domain.DeliveryDelivered, code, nil, check}
	}
	bounded := func(t *testing.T, a domain.Attempt) {
		if len(a.Response) == 0 || len(a.Response) > 4<<10 {
			t.Errorf("%d bytes of the answer are kept", len(a.Response))
		}
	}
	return map[string]animal{
		"204": delivered(k.status(204), 204, func(t *testing.T, a domain.Attempt) {
			if !strings.HasPrefix(a.Address, "127.0.0.1:") || a.Error != "" || a.ResponseHeaders != nil {
				t.Errorf("attempt = %+v", a)
			}
		}),
		"slow": delivered(k.slow(zooTime/3), 200, func(t *testing.T, a domain.Attempt) {
			if got := time.Duration(a.LatencyMS) * time.Millisecond; got < zooTime/3 {
				t.Errorf("latency %v", got)
			}
		}),
		"drips a body": delivered(k.drip("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthanks"), 200, func(t *testing.T, a domain.Attempt) {
			if !strings.HasPrefix(a.Response, "thanksx") || time.Duration(a.LatencyMS)*time.Millisecond >= zooTime {
				t.Errorf("attempt = %+v", a)
			}
		}),
		"resets behind the header": delivered(k.raw(func(conn *net.TCPConn) {
			fmt.Fprint(conn, "HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n")
			_, _ = conn.Read(make([]byte, 1)) // until it has been read, or the time is over
			rst(conn)
		}), 202, nil),
		"endless body": delivered(k.endless(), 200, bounded),
		"gzip bomb": delivered(k.bomb(), 200, func(t *testing.T, a domain.Attempt) {
			bounded(t, a)
			if a.ResponseHeaders["Content-Encoding"] != "gzip" {
				t.Errorf("header %v", a.ResponseHeaders)
			}
		}),
		"HTTP/2": delivered(k.second(), 200, func(t *testing.T, a domain.Attempt) {
			if a.Response != "HTTP/2.0" {
				t.Errorf("it came over %s", a.Response)
			}
		}),
		"100-continue": delivered(k.says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"), 204, nil),
		"echo of secrets": delivered(k.echo(), 200, func(t *testing.T, a domain.Attempt) {
			if a.ResponseHeaders["X-Echo"] != "your secret is [secret]" || a.Response != "[secret]" || a.ResponseHeaders["Date"] != "" {
				t.Errorf("attempt = %+v", a)
			}
		}),
	}
}

// wild are those that did not take it.
func wild(k *keeper) map[string]animal {
	again := func(url string, code int, words ...string) animal {
		return animal{url, domain.DeliveryPending, code, words, nil}
	}
	none := func(url string, words ...string) animal { return again(url, 0, words...) }
	late := fmt.Sprintf("no answer within %v", zooTime)
	long := func(c *x509.Certificate) { c.NotAfter = time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC) }
	early := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Date(2125, 3, 1, 8, 0, 0, 0, time.UTC), time.Date(2126, 3, 1, 8, 0, 0, 0, time.UTC)
	}
	plain := k.status(204)
	return map[string]animal{
		"hangs":           none(k.raw(func(conn *net.TCPConn) { gone(conn) }), late, "answer first and do the work afterwards"),
		"drips a header":  none(k.drip("HTTP/1.1 200 OK\r\nX-A: "), late),
		"resets half-way": none(k.half(), "reset the connection before it answered", "look into its log"),
		"empty reply":     none(k.says(""), "closed the connection without an answer"),
		"half a header":   none(k.says("HTTP/1.1 200 OK\r\nX-A: "), "in the middle of its answer"),
		"no HTTP":         none(k.says("220 mail.example ESMTP ready\r\n\r\n"), "not HTTP as it should be"),
		"4 MB header":     none(k.huge(), "header is larger than 64 KiB"),
		"nobody":          none(k.nobody(), "connection refused: nothing listens on this port"),

		"500":              again(k.status(500), 500),
		"429, seconds":     again(k.status(429, "Retry-After", "7200"), 429),
		"429, a date":      again(k.status(429, "Retry-After", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat)), 429),
		"301 to private":   again(k.status(301, "Location", "http://"+k.private+"/"), 301),
		"307 to private":   again(k.status(307, "Location", "http://"+k.private+"/"), 307),
		"another protocol": again(k.says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), 101),

		"plain HTTP at https": none(strings.Replace(plain, "http:", "https:", 1), "does not speak TLS on this port", "http://"),
		"unknown authority":   none(k.certified(k.stranger, nil, "127.0.0.1"), "signed by an unknown authority, or by itself"),
		"expired":             none(k.certified(k.authority, long, "127.0.0.1"), "certificate expired on 1 March 2025, 08:00 UTC", "renew it"),
		"not valid yet":       none(k.certified(k.authority, early, "127.0.0.1"), "not valid before 1 March 2125, 08:00 UTC"),
		"wrong host":          none(k.certified(k.authority, nil, "a.example", "b.example"), "is not for 127.0.0.1 but for a.example, b.example"),
		"wants a certificate": none(k.mutual(), "requires a client certificate", "on the webhook"),
		"old TLS": none(k.tls(&tls.Config{
			Certificates: []tls.Certificate{k.authority.Issue(k.t, nil, "127.0.0.1")}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
		}, noContent), "no version of TLS that is still safe"),
		"a private address": {"http://" + k.private + "/", domain.DeliveryFailed, 0, []string{"is not a permitted target: loopback address"}, nil},
	}
}

// zooClient may reach what is on 127.0.0.1, and nothing else of this machine.
func zooClient(t *testing.T, k *keeper, timeout time.Duration) *safehttp.Client {
	t.Helper()
	c := safehttp.New(safehttp.Config{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: timeout, RootCAs: k.authority.Pool(),
	})
	t.Cleanup(c.Close)
	return c
}

// visit sends one event to each of the receivers, and returns for each what the
// table says when all of them have been tried once.
func (e *env) visit(k *keeper, t *testing.T, zoo map[string]animal) map[string]*ent.Delivery {
	t.Helper()
	hooks := map[string]*ent.Webhook{}
	for name, a := range zoo {
		hooks[name] = e.webhook(a.url)
	}
	e.start(func(c *delivery.Config) {
		c.HTTP, c.Schedule = zooClient(t, k, zooTime), backoff.Schedule{time.Hour, 3 * time.Hour}
	})
	e.append(e.series())
	out := map[string]*ent.Delivery{}
	for name, hook := range hooks {
		eventually(t, name+" has been tried", func() bool {
			rows := e.deliveries(hook)
			if len(rows) != 1 || rows[0].AttemptCount == 0 {
				return false
			}
			out[name] = rows[0]
			return true
		})
	}
	return out
}

// Whatever a receiver does, it gets its message once, the log tells what happened
// and what to do, and what failed is tried again as the schedule says.
func TestZoo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		k := newKeeper(t)
		zoo := tamed(k)
		maps.Copy(zoo, wild(k))
		for name, d := range e.visit(k, t, zoo) {
			zoo[name].judge(t, name, d)
		}
		if n := k.strayed.Load(); n != 0 {
			t.Errorf("%d connections were made to a private address", n)
		}
	})
}

func (a animal) judge(t *testing.T, name string, d *ent.Delivery) {
	t.Helper()
	if d.Status != a.status || d.AttemptCount != 1 || len(d.Attempts) != 1 || d.Attempts[0].StatusCode != a.code {
		t.Errorf("%s: %s after %d attempts, %+v; want %s with %d", name, d.Status, d.AttemptCount, d.Attempts, a.status, a.code)
		return
	}
	made := d.Attempts[0]
	for _, w := range a.words {
		if !strings.Contains(made.Error, w) {
			t.Errorf("%s: %q, want %q", name, made.Error, w)
		}
	}
	switch {
	case a.status != domain.DeliveryPending:
		if d.NextAttemptAt != nil {
			t.Errorf("%s: it is done, and is tried again at %v", name, d.NextAttemptAt)
		}
	case d.NextAttemptAt == nil || d.NextAttemptAt.Before(made.At.Add(48*time.Minute)): // an hour less a fifth
		t.Errorf("%s: tried again at %v", name, d.NextAttemptAt)
	}
	if late := time.Duration(made.LatencyMS)*time.Millisecond < zooTime; strings.Contains(made.Error, "no answer within") == late {
		t.Errorf("%s: %q after %d ms", name, made.Error, made.LatencyMS)
	}
	if a.check != nil {
		t.Run(name, func(t *testing.T) { a.check(t, made) }) //nolint:paralleltest // it only looks
	}
}

// A receiver that hangs has the slot of its lane until the time-out, and then it
// is the next message's: that is sent when the first one is given up, and not
// before. How exact the time-out is, safehttp's tests tell by a clock that is.
func TestSlotIsFreedAtTheTimeout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		const timeout = time.Second
		rc := receive(t, func(r *http.Request, a arrival) int {
			if first := r.Header.Get("Slotcast-Sequence") == "2"; first {
				<-r.Context().Done()
			}
			return http.StatusNoContent
		})
		hook := e.webhook(rc.URL)
		k := newKeeper(t)
		e.start(func(c *delivery.Config) {
			c.HTTP, c.Schedule, c.InFlight = zooClient(t, k, timeout), backoff.Schedule{time.Hour}, 1
		})
		hanging := e.series()
		hanging.Sequence = 1
		first, second := e.append(hanging), e.append(e.series())
		eventually(t, "the second message is delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 1 })
		rows := map[string]*ent.Delivery{}
		for _, d := range e.deliveries(hook) {
			rows[d.EventID] = d
		}
		held, free := rows[first.ID].Attempts[0], rows[second.ID].Attempts[0]
		if took := time.Duration(held.LatencyMS) * time.Millisecond; took < timeout || held.StatusCode != 0 {
			t.Errorf("the first attempt ended after %v with %d", took, held.StatusCode)
		}
		if waited := free.At.Sub(held.At); waited < timeout {
			t.Errorf("the second was sent %v behind the first: the slot was still taken", waited)
		}
	})
}
