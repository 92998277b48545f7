package alert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// server is a mail server that takes messages for anybody.
type server struct {
	host, port     string
	tls            bool // from the start
	user, password string
	roots          *x509.CertPool
	dial           func(ctx context.Context, network, address string) (net.Conn, error)
	name           string // what we call ourselves
}

// send sends a message. refused says which of several recipients the server will
// never take; with err nothing was sent.
func (s server) send(ctx context.Context, from string, to []mail.Address, message []byte) (refused, err error) {
	client, err := s.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to the mail server %s: %w", net.JoinHostPort(s.host, s.port), err)
	}
	defer func() { _ = client.Close() }() // of no matter once the message is taken or refused
	if err := client.Mail(from); err != nil {
		return nil, fmt.Errorf("the mail server refuses the sender %s: %w", from, err)
	}
	taken := 0
	var later error
	for _, a := range to {
		err := client.Rcpt(a.Address)
		answer := (*textproto.Error)(nil)
		switch {
		case err == nil:
			taken++
		case errors.As(err, &answer) && answer.Code/100 == 5:
			refused = errors.Join(refused, fmt.Errorf("%s: %w", a.Address, err))
		default:
			later = errors.Join(later, fmt.Errorf("%s: %w", a.Address, err))
		}
	}
	if taken == 0 {
		return refused, later // nobody now, perhaps later, or nobody ever
	}
	w, err := client.Data()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(message); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("the mail server refuses the message: %w", err)
	}
	_ = client.Quit() // it has the message
	return errors.Join(refused, later), nil
}

// connect returns a client that has signed in. Its connection ends with ctx.
func (s server) connect(ctx context.Context) (client *smtp.Client, err error) {
	conn, err := s.dial(ctx, "tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return nil, err
		}
	}
	context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	settings := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
	wire := conn
	if s.tls {
		wire = tls.Client(conn, settings)
	}
	if client, err = smtp.NewClient(wire, s.host); err != nil {
		return nil, err
	}
	if err := client.Hello(s.name); err != nil {
		return nil, err
	}
	if !s.tls {
		switch ok, _ := client.Extension("STARTTLS"); {
		case !ok && s.near():
			return client, s.signIn(client)
		case !ok:
			return nil, errors.New("it does not offer STARTTLS, so that messages and the password would be readable on the way; use smtps://, or another port")
		case s.near():
			settings.InsecureSkipVerify = true // nobody is on the way to this machine, and few certificates are for localhost
		}
		if err := client.StartTLS(settings); err != nil {
			return nil, err
		}
	}
	return client, s.signIn(client)
}

// near reports whether the server is on this machine.
func (s server) near() bool {
	addr, err := netip.ParseAddr(s.host)
	return s.host == "localhost" || err == nil && addr.IsLoopback()
}

// signIn uses what the server offers; without a user there is nothing to do.
func (s server) signIn(client *smtp.Client) error {
	if s.user == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	var auth smtp.Auth
	for _, way := range ways {
		switch way {
		case "PLAIN":
			auth = smtp.PlainAuth("", s.user, s.password, s.host)
		case "LOGIN":
			if auth == nil {
				auth = &login{user: s.user, password: s.password}
			}
		}
	}
	if auth == nil {
		return fmt.Errorf("it offers no way of signing in that is known here (PLAIN, LOGIN), but %q", offered)
	}
	err := client.Auth(auth)
	if answer, ok := errors.AsType[*textproto.Error](err); ok { // its text may be what was sent to it
		return fmt.Errorf("signing in: it answered %d; look at the user and the password in SLOTCAST_SMTP_URL", answer.Code)
	}
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	return nil
}

// login is AUTH LOGIN, which some servers have alone. It was never more than a
// draft: the server asks twice, for the name and then for the password. It is only
// used where PLAIN could be.
type login struct {
	user, password string
	asked          int
}

// Start begins it.
func (l *login) Start(on *smtp.ServerInfo) (proto string, first []byte, err error) {
	if !on.TLS && !(server{host: on.Name}).near() {
		return "", nil, errors.New("the connection is not encrypted")
	}
	return "LOGIN", nil, nil
}

// Next answers a question of the server.
func (l *login) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	l.asked++
	switch l.asked {
	case 1:
		return []byte(l.user), nil
	case 2:
		return []byte(l.password), nil
	}
	return nil, errors.New("the server asks for more than name and password")
}
