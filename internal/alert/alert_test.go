package alert_test

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"slotcast/internal/alert"
	"slotcast/internal/domain"
	"slotcast/internal/signing"
)

const (
	active, degraded, paused, disabled = domain.WebhookActive, domain.WebhookDegraded, domain.WebhookPaused, domain.WebhookDisabled
	server, somebody                   = domain.ActorSystem, domain.ActorAgent
)

// Each change that the server makes is told of once, and none that people make.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		box := receive(t)
		secret := signing.NewSecret()
		w := e.worker(func(c *alert.Config) { c.URL, c.Secret = box.URL, secret })
		for _, step := range []struct {
			to     domain.WebhookState
			action domain.AuditAction
			by     domain.ActorType
			tells  string
		}{
			{degraded, domain.AuditWebhookDegraded, server, "webhook.degraded"},
			{paused, domain.AuditWebhookPaused, server, "webhook.paused"},
			{active, domain.AuditWebhookResumed, somebody, ""},
			{paused, domain.AuditWebhookPaused, somebody, ""},
			{active, domain.AuditWebhookResumed, somebody, ""},
			{degraded, domain.AuditWebhookDegraded, server, "webhook.degraded"},
			{active, domain.AuditWebhookRecovered, server, "webhook.recovered"},
			{disabled, domain.AuditWebhookUpdated, somebody, ""},
			{disabled, domain.AuditWebhookDisabled, server, "webhook.disabled"},
		} {
			if step.to == disabled && step.by == server {
				e.db.Client.Webhook.UpdateOneID(e.w.ID).SetAlertedState(active).ExecX(e.ctx)
			}
			before := len(box.messages())
			e.turn(step.to, step.action, step.by)
			if e.look(w); step.to == active && e.told() == active {
				t.Errorf("%s is told of at once", step.to)
			}
			e.now = e.now.Add(time.Hour)
			e.look(w)
			e.look(w)
			if got := e.told(); got != step.to || e.mailed() != step.to {
				t.Fatalf("%s %s: told of %s, %s by mail", step.to, step.action, got, e.mailed())
			}
			got := box.messages()[before:]
			if step.tells == "" {
				if len(got) != 0 {
					t.Errorf("%s by %s is told of: %s", step.to, step.by, got[0].body)
				}
				continue
			}
			if len(got) != 1 {
				t.Fatalf("%s is told of %d times", step.to, len(got))
			}
			checkMessage(t, e, got[0], secret, step.tells, step.to)
		}
	})
}

func checkMessage(t *testing.T, e *env, m message, secret, kind string, state domain.WebhookState) {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.VerifyIgnoringTimestamp(m.body, m.header); err != nil {
		t.Errorf("the signature: %v", err)
	}
	var got map[string]any
	if err := json.Unmarshal(m.body, &got); err != nil {
		t.Fatal(err)
	}
	data, _ := got["data"].(map[string]any)
	for _, at := range []any{got["timestamp"], data["failingSince"]} {
		if _, err := time.Parse(time.RFC3339, at.(string)); err != nil {
			t.Error(err)
		}
	}
	delete(got, "timestamp")
	delete(data, "failingSince")
	want := map[string]any{"type": kind, "data": map[string]any{
		"appId": e.app, "webhookId": e.w.ID, "subscriberUrl": "https://hooks.example.org:8443", "state": string(state),
		"reason": "the receiver answered 500  Bcc: all@example.org",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A state that lasts for a moment, and comes back, is not told of twice.
func TestComesAndGoes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		box := receive(t)
		w := e.worker(func(c *alert.Config) { c.URL = box.URL })
		for range 5 {
			e.turn(degraded, domain.AuditWebhookDegraded, server)
			e.look(w)
			e.turn(active, domain.AuditWebhookRecovered, server)
			e.look(w)
		}
		if n := len(box.messages()); n != 1 {
			t.Errorf("it is told of %d times", n)
		}
		if got := box.messages()[0].header.Get("webhook-signature"); got != "" {
			t.Errorf("without a secret it is signed %q", got)
		}
	})
}

func TestNobodyToTell(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.worker(nil)
		e.turn(degraded, domain.AuditWebhookDegraded, server)
		if n := e.look(w); n != 1 || e.told() != degraded || e.mailed() != degraded || e.look(w) != 0 {
			t.Errorf("%d are dealt with, told of %s", n, e.told())
		}
	})
}

// The owners and admins who are active get an e-mail, in a shape in which nothing
// that others chose is a header or another recipient.
func TestMail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		office := open(t, func(o *postOffice) { o.auth = "LOGIN PLAIN" })
		e.agent("Zoë \"Z\" <x@evil.example>,\r\nBcc: everybody@example.org", "zoe@example.org", domain.Admin, domain.AgentActive)
		e.agent("Member", "member@example.org", domain.Member, domain.AgentActive)
		e.agent("Gone", "gone@example.org", domain.Owner, domain.AgentDeactivated)
		e.agent("Odd", "odd@example.org\r\nBcc: b@example.org", domain.Owner, domain.AgentActive)
		e.agent("Odder", "Odder <odder@example.org>", domain.Owner, domain.AgentActive)
		w := e.worker(office.at("smtp://ann:pa%3Ass@example.com?from=Alerts%20<slotcast@example.com>"))
		e.turn(degraded, domain.AuditWebhookDegraded, server)
		if e.look(w); e.mailed() != degraded || len(office.letters()) != 1 {
			t.Fatalf("told of %s, %d letters, trouble %q", e.mailed(), len(office.letters()), office.troubled())
		}
		got := office.letters()[0]
		if to := []string{"ada@example.com", "zoe@example.org"}; !slices.Equal(got.to, to) || !got.secure || got.from != "FROM:<slotcast@example.com> BODY=8BITMIME" {
			t.Errorf("it went to %q from %q", got.to, got.from)
		}
		if !slices.Equal(office.signedIn(), []string{"PLAIN ann:pa:ss"}) {
			t.Errorf("signed in as %q", office.signedIn())
		}
		m, err := mail.ReadMessage(strings.NewReader(got.text))
		if err != nil {
			t.Fatal(err)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 2 || to[1].Address != "zoe@example.org" || m.Header.Get("Bcc") != "" {
			t.Errorf("the header is %v: %v", m.Header, err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || subject != "The webhook to https://hooks.example.org:8443 fails" {
			t.Errorf("the subject is %q: %v", subject, err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		for _, part := range []string{e.w.ID, e.app, "Why: the receiver answered 500  Bcc: all@example.org\r\n",
			" fails, since " + e.now.Add(-time.Hour).Format(time.RFC3339) + ".\r\n"} {
			if !strings.Contains(string(text), part) || err != nil {
				t.Errorf("the text lacks %q: %v\n%s", part, err, text)
			}
		}
		if n := strings.Count(string(text), "since"); n != 1 {
			t.Errorf("the text says %d times since when:\n%s", n, text)
		}
		if strings.Contains(got.text, "hidden") {
			t.Error("the text has what may be secret of the URL")
		}
	})
}

// How the mail server is spoken to.
func TestMailServers(t *testing.T) {
	t.Parallel()
	e := mailbox(t)
	for _, tt := range []struct {
		name   string
		change func(*postOffice)
		url    string
		secure bool
		signed string
		fails  bool
	}{
		{"TLS from the start", func(o *postOffice) { o.first = true }, "smtps://example.com?from=a@example.com", true, "", false},
		{"STARTTLS", nil, "smtp://example.com?from=a@example.com", true, "", false},
		{"no STARTTLS", func(o *postOffice) { o.tls = nil }, "smtp://example.com?from=a@example.com", false, "", true},
		{"no STARTTLS on this machine", func(o *postOffice) { o.tls = nil }, "smtp://127.0.0.1?from=a@example.com", false, "", false},
		{"STARTTLS on this machine", func(o *postOffice) { o.auth = "PLAIN" }, "smtp://u:p@127.0.0.1?from=a@example.com", true, "PLAIN u:p", false},
		{"another's certificate", nil, "smtp://mail.example.net?from=a@example.com", false, "", true},
		{"LOGIN alone", func(o *postOffice) { o.auth = "LOGIN" }, "smtp://u:p@example.com?from=a@example.com", true, "LOGIN u:p", false},
		{"LOGIN on this machine", func(o *postOffice) { o.tls, o.auth = nil, "LOGIN" }, "smtp://u:p@localhost?from=a@example.com", false, "LOGIN u:p", false},
		{"no known way", func(o *postOffice) { o.auth = "XOAUTH2" }, "smtp://u:p@example.com?from=a@example.com", false, "", true},
		{"a wrong password", func(o *postOffice) { o.auth = "PLAIN" }, "smtp://u:wrong@example.com?from=a@example.com", false, "PLAIN u:wrong", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			office := open(t, tt.change)
			e.turn(degraded, domain.AuditWebhookDegraded, server)
			e.db.Client.Webhook.UpdateOneID(e.w.ID).SetMailedState(active).ExecX(e.ctx)
			e.look(e.worker(office.at(tt.url)))
			got := office.letters()
			if failed := e.mailed() != degraded; failed != tt.fails || len(got) == 1 == tt.fails || len(got) == 1 && got[0].secure != tt.secure {
				t.Errorf("failed %t, letters %+v", failed, got)
			}
			if signed := strings.Join(office.signedIn(), ""); signed != tt.signed {
				t.Errorf("signed in as %q", signed)
			}
		})
	}
}

// A recipient that the server refuses keeps nobody else from being told.
func TestRefusedRecipients(t *testing.T) {
	t.Parallel()
	e := mailbox(t)
	answers := map[string]string{"ada@example.com": "550 nobody here", "zoe@example.org": "250 ok", "late@example.org": "451 later"}
	office := open(t, func(o *postOffice) {
		o.rcpt = func(to string) string { return answers[strings.TrimSuffix(strings.TrimPrefix(to, "TO:<"), ">")] }
	})
	e.agent("Zoë", "zoe@example.org", domain.Owner, domain.AgentActive)
	w := e.worker(office.at("smtp://example.com?from=a@example.com"))
	e.turn(degraded, domain.AuditWebhookDegraded, server)
	if e.look(w); e.mailed() != degraded || len(office.letters()) != 1 || len(office.letters()[0].to) != 1 {
		t.Errorf("told of %s: %+v", e.mailed(), office.letters())
	}
	answers["zoe@example.org"] = "451 later"
	e.turn(paused, domain.AuditWebhookPaused, server)
	if e.look(w); e.mailed() != degraded {
		t.Errorf("told of %s, although nobody was", e.mailed())
	}
	answers["zoe@example.org"] = "550 nobody either"
	if e.look(w); e.mailed() != paused || len(office.letters()) != 1 {
		t.Errorf("told of %s: those who never take it are waited for", e.mailed())
	}
}

// A channel that does not work does not keep the other one waiting, and has what
// it could not send later; the other has it once.
// A channel that does not work does not keep the other one from anything, and has
// what it could not send later, or never what is over by then.
func TestOneChannelFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		office, box := open(t, nil), receive(t)
		w := e.worker(func(c *alert.Config) {
			office.at("smtp://example.com?from=a@example.com")(c)
			c.URL = box.URL
		})
		came := func(messages, letters int, told, mailed domain.WebhookState) {
			t.Helper()
			if n, m := len(box.messages()), len(office.letters()); n != messages || m != letters || e.told() != told || e.mailed() != mailed {
				t.Fatalf("%d messages and %d letters, told of %s, %s by mail", n, m, e.told(), e.mailed())
			}
		}
		hour := func() { e.now = e.now.Add(time.Hour); e.look(w) }

		office.refuse("421 out of order")
		e.turn(degraded, domain.AuditWebhookDegraded, server)
		for range 10 {
			hour()
		}
		came(1, 0, degraded, active)
		e.turn(active, domain.AuditWebhookRecovered, server)
		hour()
		came(2, 0, active, active)
		e.turn(degraded, domain.AuditWebhookDegraded, server)
		hour()
		came(3, 0, degraded, active)
		office.refuse("")
		box.answer(500)
		hour()
		came(3, 1, degraded, degraded)

		e.turn(paused, domain.AuditWebhookPaused, server)
		for range 3 {
			e.look(w)
		}
		came(6, 2, degraded, paused)
		if e.look(w); len(box.messages()) != 6 {
			t.Error("a channel that fails is not left alone")
		}
		ids := map[string]bool{}
		for _, m := range box.messages() {
			ids[m.header.Get("webhook-id")] = true
		}
		if e.now = e.now.Add(25 * time.Hour); e.look(w) != 1 || e.told() != paused || len(ids) != 4 {
			t.Errorf("what cannot be sent for a day is not given up; %d ids", len(ids))
		}
	})
}

// A mail server that says nothing is given up in time, and when Run ends.
func TestSilentMailServer(t *testing.T) {
	t.Parallel()
	e := mailbox(t)
	held := make(chan struct{})
	office := open(t, func(o *postOffice) { o.rcpt = func(string) string { <-held; return "250 ok" } })
	t.Cleanup(func() { close(held) }) // before the office closes
	w := e.worker(func(c *alert.Config) {
		office.at("smtp://example.com?from=a@example.com")(c)
		c.Timeout = 200 * time.Millisecond
	})
	e.turn(degraded, domain.AuditWebhookDegraded, server)
	if e.look(w); e.mailed() != active { // it returns: the server is held for longer
		t.Errorf("told of %s", e.mailed())
	}
}

// The state that was told of is noted only while the webhook is in it.
func TestChangesMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		office := open(t, func(o *postOffice) {
			o.rcpt = func(string) string {
				e.db.Client.Webhook.UpdateOneID(e.w.ID).SetState(paused).ExecX(e.ctx)
				return "250 ok"
			}
		})
		e.turn(degraded, domain.AuditWebhookDegraded, server)
		if e.look(e.worker(office.at("smtp://example.com?from=a@example.com"))); e.mailed() != active {
			t.Errorf("told of %s", e.mailed())
		}
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		c    alert.Config
		want string
	}{
		{alert.Config{SMTPURL: "smtp://example.com"}, "?from="},
		{alert.Config{SMTPURL: "smtp://example.com?from=nobody"}, "?from="},
		{alert.Config{SMTPURL: "smtp://u:secret@/?from=a@example.com"}, "SLOTCAST_SMTP_URL"},
		{alert.Config{SMTPURL: "smtp://u:secret@exa mple"}, "SLOTCAST_SMTP_URL"},
		{alert.Config{URL: "http://u:secret@example.com"}, "SLOTCAST_ALERT_URL"},
		{alert.Config{URL: "http://example.com", Secret: "whsec_secret"}, "SLOTCAST_ALERT_SECRET"},
	} {
		if _, err := alert.New(tt.c); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%+v: %v", tt.c, err)
		}
	}
}

// Run looks until it is stopped.
func TestRun(t *testing.T) {
	t.Parallel()
	e := mailbox(t)
	box := receive(t)
	w := e.worker(func(c *alert.Config) { c.URL, c.Every, c.Now = box.URL, 10*time.Millisecond, nil })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	e.turn(degraded, domain.AuditWebhookDegraded, server)
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for e.told() != degraded {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nothing is told")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Who changes a state need not wait for the next look.
func TestWake(t *testing.T) {
	t.Parallel()
	e := mailbox(t)
	box := receive(t)
	w := e.worker(func(c *alert.Config) { c.URL, c.Every, c.Now = box.URL, time.Hour, nil })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	e.turn(degraded, domain.AuditWebhookDegraded, server)
	go func() { ended <- w.Run(ctx) }()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	await := func(state domain.WebhookState) {
		for e.told() != state {
			select {
			case <-tick.C:
			case <-deadline:
				t.Fatalf("it is not told that it is %s", state)
			}
		}
	}
	await(degraded) // by the first look
	e.turn(paused, domain.AuditWebhookPaused, server)
	w.Wake()
	w.Wake() // never blocks
	await(paused)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Whatever a name is, it stays one.
func TestNamesStayNames(t *testing.T) {
	t.Parallel()
	e := mailbox(t)
	office := open(t, nil)
	w := e.worker(office.at("smtp://example.com?from=a@example.com"))
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.StringN(1, 50, 190).Draw(rt, "name")
		e.db.Client.Agent.Update().SetName(strings.ReplaceAll(name, "\x00", "") + ".").ExecX(e.ctx)
		e.turn(degraded, domain.AuditWebhookDegraded, server)
		e.db.Client.Webhook.UpdateOneID(e.w.ID).SetMailedState(active).ExecX(e.ctx)
		before := len(office.letters())
		e.look(w)
		got := office.letters()
		if len(got) != before+1 {
			rt.Fatal("it is not sent")
		}
		m, err := mail.ReadMessage(strings.NewReader(got[before].text))
		if err != nil {
			rt.Fatal(err)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != "ada@example.com" || len(m.Header) != 9 {
			rt.Fatalf("%q: %v, header %v", to, err, m.Header)
		}
	})
}
