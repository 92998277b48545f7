package delivery_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// The headers that receivers of other senders know.
const (
	calendlyHeader = "Calendly-Webhook-Signature"
	calcomHeader   = "X-Cal-Signature-256"
)

// checkForeign checks the signature of the sender whose format it is, beside the
// one of all formats.
func checkForeign(t *testing.T, a arrival, hook *ent.Webhook) {
	t.Helper()
	checkSignature(t, a, hook)
	secret, err := signing.ParseSecret(hook.Secret)
	if err != nil {
		t.Fatal(err)
	}
	calendly, calcom := a.header.Get(calendlyHeader), a.header.Get(calcomHeader)
	switch hook.Format {
	case domain.FormatCalendly:
		at, ok := signing.VerifyCalendly(secret, calendly, a.body)
		if !ok || strconv.FormatInt(at.Unix(), 10) != a.header.Get("webhook-timestamp") || calcom != "" {
			t.Errorf("CALENDLY is signed %q and %q", calendly, calcom)
		}
	case domain.FormatCalcom:
		if !signing.VerifyCalcom(secret, calcom, a.body) || calendly != "" {
			t.Errorf("CALCOM is signed %q and %q", calcom, calendly)
		}
	case domain.FormatNative:
		if calendly != "" || calcom != "" {
			t.Errorf("NATIVE is signed %q and %q", calendly, calcom)
		}
	}
}

// Each format carries the signature that its receivers look for; the key is what
// they were given, whatever it begins with.
func TestForeignSignatures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		receivers := map[*ent.Webhook]*receiver{}
		ctx := viewer.System(t.Context())
		for _, secret := range []string{signing.NewSecret(), "a signing key+/=" + signing.NewSecret()[6:]} {
			for _, format := range []domain.WebhookFormat{domain.FormatCalendly, domain.FormatCalcom, domain.FormatNative} {
				rc := receive(t, func(_ *http.Request, a arrival) int { return 500 - 300*min(a.nth-1, 1) })
				kind := e.foreign
				if format == domain.FormatNative {
					kind = func(url string, _ domain.WebhookFormat, _ ...string) *ent.Webhook { return e.webhook(url) }
				}
				receivers[kind(rc.URL, format).Update().SetSecret(secret).SaveX(ctx)] = rc
			}
		}
		e.start(func(c *delivery.Config) { c.Schedule = []time.Duration{1100 * time.Millisecond} })
		ev := e.append(e.seated(1))
		for hook, rc := range receivers {
			e.await(hook, domain.DeliveryDelivered, 1)
			all := rc.arrivals()
			for _, a := range all {
				checkForeign(t, a, hook)
				if a.id != ev.ID {
					t.Errorf("%s is sent as %s, want %s", hook.Format, a.id, ev.ID)
				}
			}
			first, second := all[0].header, all[1].header
			if hook.Format == domain.FormatCalendly && first.Get(calendlyHeader) == second.Get(calendlyHeader) {
				t.Error("the second attempt, a second later, carries the first one's time")
			}
		}
	})
}

// Without a secret no header says so.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		for i, format := range []domain.WebhookFormat{domain.FormatCalendly, domain.FormatCalcom} {
			hook := e.foreign(rc.URL+"/"+strconv.Itoa(i), format)
			hook.Update().SetSecret("").ExecX(viewer.System(t.Context()))
		}
		e.start(nil)
		e.append(e.seated(1))
		eventually(t, "both have come", func() bool { return len(rc.arrivals()) == 2 })
		for _, a := range rc.arrivals() {
			for _, name := range []string{"webhook-signature", calendlyHeader, calcomHeader, "X-Token"} {
				if v, there := a.header[http.CanonicalHeaderKey(name)]; there {
					t.Errorf("%s: %q", name, v)
				}
			}
		}
	})
}

// Some receivers compare the names of headers letter by letter.
func TestHeadersAreSpelledAsTheirSendersDo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		url, heads := listen(t)
		for format, name := range map[domain.WebhookFormat]string{
			domain.FormatCalendly: "Calendly-Webhook-Signature: t=", domain.FormatCalcom: "X-Cal-Signature-256: ",
		} {
			hook := e.foreign(url, format)
			p := e.start(nil)
			e.append(e.seated(1))
			if text := <-heads; !strings.Contains(text, "\r\n"+name) || !strings.Contains(text, "\r\nwebhook-signature: v1,") {
				t.Errorf("%s was sent as\n%s", format, text)
			}
			e.await(hook, domain.DeliveryDelivered, 1)
			p.stop()
			e.db.Client.Webhook.DeleteOne(hook).ExecX(viewer.System(t.Context()))
		}
	})
}

// listen takes requests without reading their headers as HTTP does, and answers
// 204. It passes the headers on.
func listen(t *testing.T) (url string, heads <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	out := make(chan string, 8)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var head strings.Builder
			request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &head)))
			if err == nil {
				_, _ = io.Copy(io.Discard, request.Body)
				out <- head.String()
				_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
			}
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String(), out
}

// A submission is of no meeting, so it has no number in one, nor a seat.
func TestSubmissionIsDelivered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		e.start(nil)
		form := &ent.RoutingForm{ID: typeid.New(typeid.RoutingForm), AppID: e.app.ID, Name: "Where to?"}
		s := &ent.RoutingFormSubmission{
			ID: typeid.New(typeid.FormSubmission), AppID: e.app.ID, RoutingFormID: form.ID, CreatedAt: e.meeting.Start, UpdatedAt: e.meeting.Start,
			Result: &domain.FormDestination{Type: domain.ToCustomMessage, Value: "Thanks"},
		}
		s.Edges.RoutingForm = form
		events, err := e.log.InTx(t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
			return []*eventlog.Draft{{Trigger: domain.RoutingFormSubmitted, Submission: s}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		e.await(hook, domain.DeliveryDelivered, 1)
		a := rc.arrivals()[0]
		checkForeign(t, a, hook)
		if a.id != events[0].ID || told(t, a) != wire.FormSubmissionCreated {
			t.Errorf("%s came with %s", a.id, a.body)
		}
		for _, name := range []string{"Slotcast-Sequence", "Slotcast-Attendee"} {
			if v, there := a.header[name]; there {
				t.Errorf("%s: %q", name, v)
			}
		}
	})
}

// The seat that a message is about is in its header, also where an event tells of
// many.
func TestPartsNameTheirSeats(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		e.start(nil)
		old := e.seated(2)
		m, _ := e.move(old)
		e.await(hook, domain.DeliveryDelivered, 4)
		want := []*ent.Attendee{old.Edges.Attendees[0], m.Edges.Attendees[0], old.Edges.Attendees[1], m.Edges.Attendees[1]}
		for i, a := range rc.arrivals() {
			if got := a.header.Get("Slotcast-Attendee"); got != want[i].ID || a.header.Get("Slotcast-Sequence") != "1" {
				t.Errorf("message %s is about %s, want %s", a.id, got, want[i].ID)
			}
		}
	})
}

// Whatever signs with it, a secret is neither logged nor kept with what receivers
// answer.
func TestForeignSecretsStayHidden(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		rc.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_ = r.Header.Write(w)
		})
		out, keys := &lines{}, entdbtest.Keys()
		var hooks []*ent.Webhook
		for _, format := range []domain.WebhookFormat{domain.FormatCalendly, domain.FormatCalcom} {
			for _, secret := range []string{signing.NewSecret(), "open+sesame/" + string(format)} {
				hook := e.foreign(rc.URL+"/"+strconv.Itoa(len(hooks)), format)
				hook.Secret = secret
				e.keep(hook, keys, secret, hook.ID)
				hooks = append(hooks, hook)
			}
		}
		p := e.start(func(c *delivery.Config) {
			c.Keys, c.Logger = keys, slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		e.append(e.seated(1))
		var said strings.Builder
		for _, hook := range hooks {
			for _, a := range e.await(hook, domain.DeliveryFailed, 1)[0].Attempts {
				said.WriteString(a.Response + a.Error)
			}
		}
		p.stop()
		for _, hook := range hooks {
			if key := strings.TrimPrefix(hook.Secret, "whsec_"); strings.Contains(said.String()+out.String(), key) {
				t.Errorf("%s is kept or logged:\n%s\n%s", key, said.String(), out.String())
			}
		}
		if !strings.Contains(said.String(), "[secret]") {
			t.Errorf("the answers are kept as\n%s", said.String())
		}
	})
}
