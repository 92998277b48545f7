package alert

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/domain"
)

// maxRecipients bounds how many people of an app get an e-mail.
const maxRecipients = 50

// post sends alerts by e-mail, to the owners and admins of the app.
type post struct {
	client *ent.Client
	server server
	from   mail.Address
	logger *slog.Logger
}

func newMail(c Config) (*post, error) {
	u, err := url.Parse(c.SMTPURL)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("SLOTCAST_SMTP_URL is no URL such as smtp://user:password@host:587?from=slotcast@example.org")
	}
	from, err := mail.ParseAddress(u.Query().Get("from"))
	if err != nil {
		return nil, errors.New("SLOTCAST_SMTP_URL names no sender: end it with ?from=slotcast@example.org")
	}
	from.Name = cmp.Or(from.Name, "slotcast")
	port := "587"
	if u.Scheme == "smtps" {
		port = "465"
	}
	s := server{
		host: u.Hostname(), port: cmp.Or(u.Port(), port), tls: u.Scheme == "smtps", roots: c.RootCAs, dial: c.Dial,
		name: from.Address[strings.LastIndexByte(from.Address, '@')+1:],
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
	}
	return &post{client: c.Client, server: s, from: *from, logger: c.Logger}, nil
}

func (p *post) name() string { return "mail" }

// send sends one message to all. An app without anybody to write to needs none.
func (p *post) send(ctx context.Context, n notice) error {
	to, err := p.recipients(ctx, n.appID)
	if err != nil || len(to) == 0 {
		return err
	}
	refused, err := p.server.send(ctx, p.from.Address, to, p.message(n, to))
	if err != nil {
		return err
	}
	if refused != nil {
		p.logger.WarnContext(ctx, "alert_recipients_refused", "webhook_id", n.webhookID, "error", refused)
	}
	return nil
}

// recipients are the app's owners and admins with an address that is one.
func (p *post) recipients(ctx context.Context, appID string) ([]mail.Address, error) {
	people, err := p.client.Agent.Query().
		Where(agent.AppID(appID), agent.RoleIn(domain.Owner, domain.Admin), agent.StatusEQ(domain.AgentActive)).
		Order(agent.ByID()).Limit(maxRecipients).Select(agent.FieldName, agent.FieldEmail).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading whom to tell: %w", err)
	}
	var to []mail.Address
	for _, a := range people {
		if address, err := mail.ParseAddress(a.Email); err == nil && address.Address == a.Email {
			to = append(to, mail.Address{Name: oneLine(a.Name), Address: a.Email})
		}
	}
	return to, nil
}

// message is the e-mail. All that others have chosen is encoded where it stands in
// a header, and one line where it stands in the text.
func (p *post) message(n notice, to []mail.Address) []byte {
	addresses := make([]string, len(to))
	for i, a := range to {
		addresses[i] = a.String()
	}
	subject, text := n.words()
	var out bytes.Buffer
	for _, h := range [][2]string{
		{"From", p.from.String()},
		{"To", strings.Join(addresses, ",\r\n ")},
		{"Subject", mime.QEncoding.Encode("utf-8", subject)},
		{"Date", n.since.Format(time.RFC1123Z)},
		{"Message-ID", "<" + n.id + "@" + p.server.name + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&out, "%s: %s\r\n", h[0], h[1])
	}
	out.WriteString("\r\n")
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// words say what has happened, and what to do.
func (n notice) words() (subject, text string) {
	var what, then string
	switch n.state {
	case domain.WebhookActive:
		what = "works again"
		then = "Its receiver answers again. What it was owed meanwhile is being delivered, in order."
	case domain.WebhookDegraded:
		what = "fails"
		then = "Nothing is lost: messages wait, and are delivered in order as soon as one gets through. That is tried every now and then."
	case domain.WebhookPaused:
		what = "is paused"
		then = "Nothing is tried any more, and everything is kept for it. When its receiver is well, call resumeWebhook: that delivers it, in order."
	case domain.WebhookDisabled:
		what = "is switched off"
		then = "What it was owed is cancelled, and nothing more is kept for it. If that is a mistake, call resumeWebhook: it then gets what happens from that moment on."
	}
	subject = fmt.Sprintf("The webhook to %s %s", n.receiver, what)
	text = fmt.Sprintf("The webhook %s to %s %s, %s.\n\n%s\n", n.webhookID, n.receiver, what, n.when(), then)
	if n.reason != "" {
		text += "\nWhy: " + n.reason + "\n"
	}
	return subject, text + "\nApp: " + n.appID + "\n"
}

// when says since when it has been so. Of one that fails that is the first failure,
// not the moment in which they were enough.
func (n notice) when() string {
	state := n.since.Format(time.RFC3339)
	if n.failingSince == nil {
		return "since " + state
	}
	failing := n.failingSince.UTC().Format(time.RFC3339)
	switch n.state {
	case domain.WebhookDegraded:
		return "since " + failing
	case domain.WebhookPaused:
		return "since " + state + ", after it had been failing from " + failing + " on"
	case domain.WebhookActive, domain.WebhookDisabled:
	}
	return "since " + state
}
