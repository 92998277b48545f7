package alert_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// postOffice is a mail server for tests.
type postOffice struct {
	net.Listener
	tls   *tls.Config // nil: STARTTLS is not offered
	first bool        // TLS from the start
	auth  string      // the ways of signing in
	rcpt  func(address string) string

	mu      sync.Mutex
	mails   []letter
	signed  []string // user and password
	refuses string   // an answer to every EHLO, while it is out of order
	trouble string
}

// letter is a message as it came.
type letter struct {
	from   string
	to     []string
	text   string
	secure bool
}

// open starts a mail server.
func open(t *testing.T, change func(*postOffice)) *postOffice {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	certified.Close()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &postOffice{Listener: listener, tls: certified.TLS.Clone()}
	o.tls.NextProtos = nil
	if change != nil {
		change(o)
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			open.Go(func() { o.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return o
}

func (o *postOffice) serve(conn net.Conn) {
	defer conn.Close()
	secure := false
	if o.first {
		conn, secure = tls.Server(conn, o.tls), true
	}
	in := bufio.NewScanner(conn)
	say := func(lines ...string) {
		for _, l := range lines {
			_, _ = conn.Write([]byte(l + "\r\n"))
		}
	}
	say("220 ready")
	var l letter
	for in.Scan() {
		verb, rest, _ := strings.Cut(in.Text(), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			o.mu.Lock()
			refuses := o.refuses
			o.mu.Unlock()
			if refuses != "" {
				say(refuses)
				return
			}
			say("250-hello")
			if o.tls != nil && !secure {
				say("250-STARTTLS")
			}
			if o.auth != "" {
				say("250-AUTH " + o.auth)
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go on")
			conn, secure = tls.Server(conn, o.tls), true
			in = bufio.NewScanner(conn)
		case "AUTH":
			o.signIn(rest, in, say)
		case "MAIL":
			l = letter{from: rest, secure: secure}
			say("250 ok")
		case "RCPT":
			answer := "250 ok"
			if o.rcpt != nil {
				answer = o.rcpt(rest)
			}
			if strings.HasPrefix(answer, "2") {
				l.to = append(l.to, strings.TrimSuffix(strings.TrimPrefix(rest, "TO:<"), ">"))
			}
			say(answer)
		case "DATA":
			say("354 go on")
			for in.Scan() && in.Text() != "." {
				l.text += strings.TrimPrefix(in.Text(), ".") + "\r\n"
			}
			o.mu.Lock()
			o.mails = append(o.mails, l)
			o.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			o.mu.Lock()
			o.trouble = in.Text()
			o.mu.Unlock()
			say("500 what?")
		}
	}
}

func (o *postOffice) signIn(how string, in *bufio.Scanner, say func(...string)) {
	plain := func(s string) string { b, _ := base64.StdEncoding.DecodeString(s); return string(b) }
	way, first, _ := strings.Cut(how, " ")
	got := strings.ReplaceAll(strings.TrimPrefix(plain(first), "\x00"), "\x00", ":")
	if way == "LOGIN" {
		say("334 " + base64.StdEncoding.EncodeToString([]byte("Username:")))
		in.Scan()
		got = plain(in.Text())
		say("334 " + base64.StdEncoding.EncodeToString([]byte("Password:")))
		in.Scan()
		got += ":" + plain(in.Text())
	}
	o.mu.Lock()
	o.signed = append(o.signed, way+" "+got)
	o.mu.Unlock()
	if strings.HasSuffix(got, ":wrong") {
		say("535 no")
		return
	}
	say("235 welcome")
}

func (o *postOffice) letters() []letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]letter(nil), o.mails...)
}

func (o *postOffice) signedIn() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.signed...)
}

// troubled returns a command that was not understood.
func (o *postOffice) troubled() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.trouble
}

// refuse has the office answer so from now on; "" as usual.
func (o *postOffice) refuse(answer string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuses = answer
}
