package delivery_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/safehttp/safehttptest"
)

// keeper builds the receivers of the zoo. They end with the test.
type keeper struct {
	t         *testing.T
	authority *safehttptest.Authority // trusted by the sender
	stranger  *safehttptest.Authority // not trusted
	private   string                  // an address where nothing may arrive
	strayed   atomic.Int32            // connections that did
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	k := &keeper{t: t, authority: safehttptest.NewAuthority(t), stranger: safehttptest.NewAuthority(t)}
	k.private = k.listen("127.0.0.2:0", func(net.Conn) { k.strayed.Add(1) })
	return k
}

// listen accepts connections, and closes each behind serve.
func (k *keeper) listen(addr string, serve func(net.Conn)) (bound string) {
	k.t.Helper()
	l, err := new(net.ListenConfig).Listen(k.t.Context(), "tcp", addr)
	if err != nil {
		k.t.Fatal(err)
	}
	var serving sync.WaitGroup
	k.t.Cleanup(func() {
		_ = l.Close()
		serving.Wait() // the sender has gone by now
	})
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	return l.Addr().String()
}

// raw answers a whole request as serve likes, on the bare connection.
func (k *keeper) raw(serve func(conn *net.TCPConn)) (url string) {
	return "http://" + k.listen("127.0.0.1:0", func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		serve(conn.(*net.TCPConn))
	})
}

// says answers with a text.
func (k *keeper) says(text string) (url string) {
	return k.raw(func(conn *net.TCPConn) { _, _ = io.WriteString(conn, text) })
}

// rst makes the end of a connection a reset.
func rst(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }

// gone waits until the other end has gone away.
func gone(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func (k *keeper) http(h http.HandlerFunc) (url string) {
	k.t.Helper()
	s := httptest.NewServer(h)
	k.t.Cleanup(s.Close)
	return s.URL
}

// status answers with a status and a header of names and values.
func (k *keeper) status(code int, header ...string) (url string) {
	return k.http(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	})
}

// tls speaks TLS, and HTTP/2 over it.
func (k *keeper) tls(settings *tls.Config, h http.HandlerFunc) (url string) {
	k.t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS, s.EnableHTTP2 = settings, true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	k.t.Cleanup(s.Close)
	return s.URL
}

// certified speaks TLS with a certificate that an authority issued.
func (k *keeper) certified(by *safehttptest.Authority, change func(*x509.Certificate), names ...string) (url string) {
	return k.tls(&tls.Config{Certificates: []tls.Certificate{by.Issue(k.t, change, names...)}}, noContent)
}

// mutual asks for a client certificate of the authority.
func (k *keeper) mutual() (url string) {
	return k.tls(&tls.Config{
		Certificates: []tls.Certificate{k.authority.Issue(k.t, nil, "127.0.0.1")},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: k.authority.Pool(),
	}, noContent)
}

func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func (k *keeper) slow(after time.Duration) (url string) {
	return k.http(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-time.After(after):
		case <-r.Context().Done():
		}
	})
}

// drip sends a byte a second behind the beginning of an answer.
func (k *keeper) drip(beginning string) (url string) {
	return k.raw(func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, beginning)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
		}
	})
}

// half reads the first bytes of a request, and resets the connection.
func (k *keeper) half() (url string) {
	return "http://" + k.listen("127.0.0.1:0", func(conn net.Conn) {
		_, _ = io.ReadFull(conn, make([]byte, 10))
		rst(conn)
	})
}

func (k *keeper) endless() (url string) {
	return k.http(func(w http.ResponseWriter, _ *http.Request) {
		for chunk := bytes.Repeat([]byte("x"), 32<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
}

// bomb answers with 16 MiB of zeros, inflated.
func (k *keeper) bomb() (url string) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 16<<20))
	_ = z.Close()
	return k.http(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
}

// huge answers with a header of 4 MB.
func (k *keeper) huge() (url string) {
	return k.says("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Pad: "+strings.Repeat("x", 1000)+"\r\n", 4<<10) + "\r\n")
}

// second answers over HTTP/2 alone.
func (k *keeper) second() (url string) {
	return k.tls(&tls.Config{Certificates: []tls.Certificate{k.authority.Issue(k.t, nil, "127.0.0.1")}}, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
		}
		fmt.Fprint(w, r.Proto)
	})
}

// nobody is an address where nothing listens.
func (k *keeper) nobody() (url string) {
	s := httptest.NewServer(nil)
	s.Close()
	return s.URL
}

// echo tells in its header and body what secret it was sent.
func (k *keeper) echo() (url string) {
	return k.http(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", "your secret is "+r.Header.Get("X-Token"))
		fmt.Fprint(w, r.Header.Get("X-Token"))
	})
}
