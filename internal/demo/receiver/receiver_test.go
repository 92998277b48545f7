package receiver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/internal/demo/receiver"
	"slotcast/internal/signing"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now, other := time.Now(), signing.NewSecret()
	calendly := func(secret string, at time.Time) http.Header {
		return http.Header{"Calendly-Webhook-Signature": {signing.Calendly(parsed(t, secret), signing.Secret{}, at, []byte(body))}}
	}
	both := signed(t, "evt_1", key, now, []byte(body))
	both.Set("Calendly-Webhook-Signature", signing.Calendly(parsed(t, other), signing.Secret{}, now, []byte(body)))
	undated := signed(t, "evt_1", key, now, []byte(body))
	undated.Del("Webhook-Timestamp")
	for _, tt := range []struct {
		about, name string
		header      http.Header
		want        receiver.Verdict
	}{
		{"standard", "orders", signed(t, "evt_1", key, now, []byte(body)), receiver.Valid},
		{"another secret", "orders", signed(t, "evt_1", other, now, []byte(body)), receiver.Wrong},
		{"another body", "orders", signed(t, "evt_1", key, now, []byte(body+" ")), receiver.Wrong},
		{"an hour old", "orders", signed(t, "evt_1", key, now.Add(-time.Hour), []byte(body)), receiver.Old},
		{"an hour ahead", "orders", signed(t, "evt_1", key, now.Add(time.Hour), []byte(body)), receiver.Old},
		{"no time", "orders", undated, receiver.Wrong},
		{"not signed", "orders", http.Header{}, receiver.Unsigned},
		{"Calendly's form", "orders", calendly(key, now), receiver.Valid},
		{"Calendly's form, another secret", "orders", calendly(other, now), receiver.Wrong},
		{"Calendly's form, old", "orders", calendly(key, now.Add(-time.Hour)), receiver.Old},
		{"Cal.com's form", "orders", http.Header{"X-Cal-Signature-256": {signing.Calcom(parsed(t, key), []byte(body))}}, receiver.Valid},
		{"one of two is wrong", "orders", both, receiver.Wrong},
		{"no secret is known", "mine", signed(t, "evt_1", key, now, []byte(body)), receiver.Unchecked},
		{"no secret, no signature", "mine", http.Header{}, receiver.Unsigned},
	} {
		if answer := b.hook(tt.name, tt.header, []byte(body)); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: it answers %s", tt.about, answer.Status)
		}
		if got := b.last(); got.Verdict != string(tt.want) || got.Why == "" {
			t.Errorf("%s: it is %q, %q; want %q", tt.about, got.Verdict, got.Why, tt.want)
		}
	}
}

func TestSecretsAreTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	send := func() shown {
		b.hook("mine", signed(t, "evt_1", key, time.Now(), []byte(body)), []byte(body))
		return b.last()
	}
	if got := send(); got.Verdict != "unknown" {
		t.Errorf("without a secret it is %s", got.Verdict)
	}
	if status, said := b.command("/secrets", nil, map[string]string{"name": "mine", "secret": "whsec_?"}); status != http.StatusBadRequest || strings.Contains(said, "whsec_?") {
		t.Errorf("half a secret is answered %d, %s", status, said)
	}
	if status, said := b.command("/secrets", nil, map[string]string{"name": "mine", "secret": " " + key + "\n"}); status != http.StatusNoContent {
		t.Fatalf("a secret is answered %d, %s", status, said)
	}
	if got := send(); got.Verdict != "valid" || got.Attempt != 2 {
		t.Errorf("then it is %+v", got)
	}
	if all := fmt.Sprint(b.now()); strings.Contains(all, strings.TrimPrefix(key, "whsec_")) {
		t.Error("the page is told a secret")
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, tt := range []struct {
		answer receiver.Answer
		status int
		header string
		want   string
	}{
		{receiver.Failing, 500, "", ""},
		{receiver.TooMany, 429, "Retry-After", "5"},
		{receiver.Moved, 301, "Location", "/hooks/orders-moved"},
		{receiver.Gone, 410, "", ""},
		{receiver.OK, 200, "", ""},
	} {
		if status, said := b.command("/answers", nil, map[string]string{"name": "orders", "answer": string(tt.answer)}); status != http.StatusNoContent {
			t.Fatalf("%s is answered %d, %s", tt.answer, status, said)
		}
		got := b.hook("orders", signed(t, "evt_1", key, time.Now(), []byte(body)), []byte(body))
		if got.StatusCode != tt.status || tt.header != "" && got.Header.Get(tt.header) != tt.want {
			t.Errorf("%s: it answers %d with %v", tt.answer, got.StatusCode, got.Header)
		}
		if last := b.last(); last.Status != tt.status || last.Trigger != "BOOK" || last.Body != body || last.ID != "evt_1" {
			t.Errorf("%s: it shows %+v", tt.answer, last)
		}
	}
	if line := b.now().Lines[0]; line.Name != "orders" || line.Requests != 5 || line.Valid != 5 || line.Refused != 4 || line.Answer != "200" {
		t.Errorf("it counts %+v", line)
	}
	if status, _ := b.command("/answers", nil, map[string]string{"name": "orders", "answer": "204"}); status != http.StatusBadRequest {
		t.Errorf("an answer that there is not is taken: %d", status)
	}
}

// Of every four messages the first fails, once: its second attempt is taken.
func TestFlaky(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Serve("crm", key, receiver.Flaky)
	var got []int
	for n := range 6 {
		header := signed(t, fmt.Sprint("evt_", n), key, time.Now(), []byte(body))
		status := b.hook("crm", header, []byte(body)).StatusCode
		got = append(got, status)
		if status != http.StatusOK {
			got = append(got, b.hook("crm", header, []byte(body)).StatusCode)
		}
	}
	if want := []int{500, 200, 200, 200, 200, 500, 200, 200}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("it answers %v, want %v", got, want)
	}
	if second := b.now().Requests[1]; second.Attempt != 2 || second.ID != "evt_0" {
		t.Errorf("the second request is %+v", second)
	}
}

// What hangs is shown at once, gets no answer, and ends when the receiver stops.
func TestHang(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Serve("orders", key, receiver.Hang)
	next := b.watch("")
	next()
	var senders sync.WaitGroup
	senders.Go(func() {
		_, _, err := b.do(t.Context(), http.MethodPost, "/hooks/orders", nil, []byte(body))
		if !errors.Is(err, io.EOF) {
			t.Errorf("it ends with %v, want no answer at all", err)
		}
	})
	if got, _ := next(); len(got.Requests) != 1 || got.Requests[0].Status != 0 {
		t.Errorf("it shows %+v", got.Requests)
	}
	ctx, leave := context.WithCancel(t.Context())
	senders.Go(func() {
		if _, _, err := b.do(ctx, http.MethodPost, "/hooks/orders", nil, []byte(body)); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left hears %v", err)
		}
	})
	next()
	leave()
	b.LetGo()
	senders.Wait()
}

func TestBounds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	large := []byte(`{"eventType":"` + strings.Repeat("x", receiver.MaxBody-50) + `"}`)
	if got := b.hook("orders", signed(t, "evt_1", key, time.Now(), large), large); got.StatusCode != http.StatusOK {
		t.Errorf("a large body is answered %s", got.Status)
	}
	if got := b.last(); got.Verdict != "valid" || !got.Cut || len(got.Body) != receiver.KeptBody || got.Bytes != len(large) {
		t.Errorf("of a large body %d of %d bytes are kept, cut: %v, %s", len(got.Body), got.Bytes, got.Cut, got.Verdict)
	}
	huge := make([]byte, receiver.MaxBody+1)
	if got := b.hook("orders", nil, huge); got.StatusCode != http.StatusRequestEntityTooLarge || b.last().Status != got.StatusCode {
		t.Errorf("a body that is too large is answered %s", got.Status)
	}
	for range receiver.Kept + 10 {
		b.hook("orders", nil, nil)
	}
	all := b.now()
	if n := len(all.Requests); n != receiver.Kept || all.Requests[n-1].Number != receiver.Kept+12 || all.Requests[0].Number != 13 {
		t.Errorf("it keeps %d requests", n)
	}
	for n := range receiver.MaxNames + 5 {
		want := http.StatusOK
		if n >= receiver.MaxNames-1 { // with orders
			want = http.StatusNotFound
		}
		if got := b.hook(fmt.Sprint("name-", n), nil, nil); got.StatusCode != want {
			t.Errorf("name %d is answered %s", n, got.Status)
		}
	}
	for _, name := range []string{"UPPER", strings.Repeat("a", 41), "%2e%2e", "a%20b", "-a"} {
		if got := b.hook(name, nil, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("the name %s is answered %s", name, got.Status)
		}
	}
}

func TestWatchersAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range receiver.MaxWatching {
		b.watch("")()
	}
	answer, _, err := b.do(t.Context(), http.MethodGet, "/requests", nil, nil)
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one more is answered %v, %v", answer, err)
	}
}

// A page that comes back gets what it has missed, and all of it from another
// receiver.
func TestWatchResumes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hook("orders", nil, []byte(`{"eventType":"1"}`))
	first, id := b.watch("")()
	if len(first.Requests) != 1 || !first.Anew {
		t.Fatalf("at first it is told %+v", first)
	}
	b.hook("orders", nil, []byte(`{"eventType":"2"}`))
	next := b.watch(id)
	if got, _ := next(); len(got.Requests) != 1 || got.Requests[0].Trigger != "2" || got.Anew {
		t.Errorf("back again it is told %+v", got)
	}
	b.hook("orders", nil, []byte(`{"eventType":"3"}`))
	if got, _ := next(); len(got.Requests) != 1 || got.Requests[0].Trigger != "3" {
		t.Errorf("live it is told %+v", got)
	}
	for _, strange := range []string{"7-1", "x", strings.TrimRight(id, "0123456789") + "?"} {
		if got, _ := b.watch(strange)(); len(got.Requests) != 3 || !got.Anew {
			t.Errorf("back from %s it is told %+v", strange, got)
		}
	}
}

// Only the own page, or who is no page at all, may tell it what to do.
func TestOtherOriginsTellNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	command := map[string]string{"name": "orders", "answer": "500", "secret": signing.NewSecret()}
	kind := []string{"application/json"}
	for about, header := range map[string]http.Header{
		"another site":         {"Content-Type": kind, "Sec-Fetch-Site": {"cross-site"}},
		"the server's page":    {"Content-Type": kind, "Sec-Fetch-Site": {"same-site"}, "Origin": {"http://127.0.0.1:8080"}},
		"an old browser":       {"Content-Type": kind, "Origin": {"https://evil.example"}},
		"a form":               {"Content-Type": {"application/x-www-form-urlencoded"}},
		"a form as plain text": {"Content-Type": {"text/plain"}},
		"no type":              {},
	} {
		for _, path := range []string{"/answers", "/secrets"} {
			if status, _ := b.command(path, header, command); status < 400 {
				t.Errorf("%s: %s is answered %d", about, path, status)
			}
		}
	}
	if line := b.now().Lines[0]; line.Answer != "200" {
		t.Errorf("it answers %s now", line.Answer)
	}
	if status, _ := b.command("/answers", http.Header{"Content-Type": kind}, command); status != http.StatusNoContent {
		t.Errorf("a script is answered %d", status)
	}
}

// A page of another site can have its name lead to this machine, and is of the
// same origin then.
func TestNamesOfOthersLeadNowhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ask := func(host, method, path string) int {
		t.Helper()
		ctx, cut := context.WithCancel(t.Context())
		defer cut() // a stream has no end of its own
		q, err := http.NewRequestWithContext(ctx, method, b.url+path, strings.NewReader(`{"name": "orders", "answer": "500", "secret": "`+signing.NewSecret()+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		q.Host = host
		q.Header.Set("Content-Type", "application/json")
		q.Header.Set("Origin", "http://"+host)
		answer, err := b.client.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	told := map[string]string{"/": http.MethodGet, "/requests": http.MethodGet, "/answers": http.MethodPost, "/secrets": http.MethodPost}
	for path, method := range told {
		for _, host := range []string{"evil.example:8090", "evil.example", "127.0.0.1.evil.example:8090", "localhost.evil.example"} {
			if status := ask(host, method, path); status < 400 {
				t.Errorf("%s is answered %d as %s", path, status, host)
			}
		}
	}
	if line := b.now().Lines[0]; line.Answer != "200" {
		t.Errorf("it answers %s now", line.Answer)
	}
	for path, method := range told {
		for _, host := range []string{"127.0.0.1:8090", "[::1]:8090", "[::1]", "localhost:8090", "LOCALHOST", "192.0.2.7"} {
			if status := ask(host, method, path); status >= 400 {
				t.Errorf("%s is answered %d as %s", path, status, host)
			}
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	r, err := receiver.Listen(t.Context(), receiver.Config{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = receiver.Listen(t.Context(), receiver.Config{Addr: r.Address().String()})
	if err == nil || !strings.Contains(err.Error(), "--receiver-addr") || !strings.Contains(err.Error(), r.Address().String()) {
		t.Errorf("of an address that is taken it says %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	b := &bench{t: t, url: strings.TrimSuffix(r.URL(), "/"), client: &http.Client{}}
	b.watch("")()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ends with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("a page that watches keeps it from ending")
	}
	all, err := receiver.Listen(t.Context(), receiver.Config{Addr: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	if want := fmt.Sprintf("http://127.0.0.1:%d/hooks/orders", all.Address().Port()); all.Target("orders") != want {
		t.Errorf("webhooks go to %s, want %s", all.Target("orders"), want)
	}
}
