package delivery_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
)

func judge() *delivery.Worker {
	return delivery.New(delivery.Config{
		Schedule: backoff.Schedule{10 * time.Second, 100 * time.Second},
		HTTP:     safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}}),
	})
}

func answer(code int, header ...string) safehttp.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return safehttp.Response{StatusCode: code, Header: h}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const pending, done, given = domain.DeliveryPending, domain.DeliveryDelivered, domain.DeliveryFailed
	hook := active()
	own := active()
	own.RetrySchedule = []int{1, 2, 3, 4}
	tests := []struct {
		name   string
		in     delivery.Case
		status domain.DeliveryStatus
		lesson delivery.Lesson
		wait   time.Duration // about, where it is tried again
		begin  int
	}{
		{"204", delivery.Case{Answer: answer(204)}, done, delivery.LearnWell, 0, 0},
		{"299", delivery.Case{Answer: answer(299)}, done, delivery.LearnWell, 0, 0},
		{"410", delivery.Case{Answer: answer(410)}, given, delivery.LearnGone, 0, 0},
		{"301", delivery.Case{Answer: answer(301)}, pending, delivery.LearnFailed, 10 * time.Second, 0},
		{"101", delivery.Case{Answer: answer(101)}, pending, delivery.LearnFailed, 10 * time.Second, 0},
		{"400", delivery.Case{Answer: answer(400)}, pending, delivery.LearnFailed, 10 * time.Second, 0},
		{"429", delivery.Case{Answer: answer(429)}, pending, delivery.LearnOverload, 10 * time.Second, 0},
		{"500", delivery.Case{Answer: answer(500)}, pending, delivery.LearnOverload, 10 * time.Second, 0},
		{"no answer", delivery.Case{Err: errors.New("connection refused")}, pending, delivery.LearnOverload, 10 * time.Second, 0},
		{"a refused address", delivery.Case{Err: fmt.Errorf("send: %w", &safehttp.BlockedError{Kind: "private"})}, given, delivery.LearnOverload, 0, 0},
		{"a broken egress proxy", delivery.Case{Err: &safehttp.ProxyError{Broken: true}}, pending, delivery.LearnNothing, 10 * time.Second, 0},
		{"an egress proxy that does not permit it", delivery.Case{Err: &safehttp.ProxyError{}}, pending, delivery.LearnOverload, 10 * time.Second, 0},
		{"no secret", delivery.Case{Unopened: errors.New("no key")}, pending, delivery.LearnFailed, 10 * time.Second, 0},
		{"the second attempt", delivery.Case{Before: 1, Answer: answer(500)}, pending, delivery.LearnOverload, 100 * time.Second, 0},
		{"the last attempt", delivery.Case{Before: 2, Answer: answer(500)}, given, delivery.LearnOverload, 0, 0},
		{"its own schedule", delivery.Case{Webhook: own, Before: 3, Answer: answer(500)}, pending, delivery.LearnOverload, 4 * time.Second, 0},
		{"the end of its own", delivery.Case{Webhook: own, Before: 4, Answer: answer(500)}, given, delivery.LearnOverload, 0, 0},
		{"asked for anew", delivery.Case{Before: 7, Begin: 7, Answer: answer(500)}, pending, delivery.LearnOverload, 10 * time.Second, 7},
		{"asked for anew, after many", delivery.Case{Before: 207, Begin: 206, Answer: answer(500)}, pending, delivery.LearnOverload, 100 * time.Second, 206},
		{"a probe", delivery.Case{Before: 2, Probe: true, Answer: answer(500)}, pending, delivery.LearnOverload, 100 * time.Second, 1},
		{"a first attempt that is one", delivery.Case{Probe: true, Answer: answer(500)}, pending, delivery.LearnOverload, 10 * time.Second, 1},
		{"a sample", delivery.Case{Test: true, Answer: answer(500)}, given, delivery.LearnNothing, 0, 0},
		{"a sample that arrives", delivery.Case{Test: true, Answer: answer(200)}, done, delivery.LearnNothing, 0, 0},
		{"a sample that is not wanted", delivery.Case{Test: true, Answer: answer(410)}, given, delivery.LearnNothing, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.in.Webhook == nil {
				tt.in.Webhook = hook
			}
			got := judge().Judge(tt.in)
			if got.Status != tt.status || got.Lesson != tt.lesson || got.Begin != tt.begin || (got.Next != nil) != (tt.wait > 0) {
				t.Fatalf("got %+v", got)
			}
			if got.Count != tt.in.Before+1 || got.Kept != min(got.Count, 30) {
				t.Errorf("%d of %d attempts are kept", got.Kept, got.Count)
			}
			if got.Next == nil {
				return
			}
			if wait := time.Until(*got.Next); wait < tt.wait*79/100-time.Second || wait > tt.wait*121/100 {
				t.Errorf("it waits %v, want about %v", wait, tt.wait)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	tests := []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"120", "", 2 * time.Minute},
		{" 7 ", "", 7 * time.Second},
		{"0", "", 0},
		{"86400", "", 24 * time.Hour},
		{"86401", "", 24 * time.Hour},
		{"99999999999999999999999999", "", 24 * time.Hour},
		{"9223372036854775807", "", 24 * time.Hour},
		{"-5", "", 0},
		{"+5", "", 0},
		{"1.5", "", 0},
		{"0x10", "", 0},
		{"5 s", "", 0},
		{"٣", "", 0},
		{"soon", "", 0},
		{date(time.Hour), "", time.Hour},
		{date(-time.Hour), "", 0},
		{date(240 * time.Hour), "", 24 * time.Hour},
		{now.Add(time.Hour).Format(time.RFC850), "", time.Hour},
		{now.Add(time.Hour).Format(time.ANSIC), "", time.Hour},
		{now.Add(time.Hour).Format(time.RFC3339), "", 0},
		{date(0), date(-10 * time.Minute), 10 * time.Minute}, // its clock is slow
		{date(time.Hour), date(50 * time.Minute), 10 * time.Minute},
		{date(time.Hour), "yesterday", time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.value+" at "+tt.date, func(t *testing.T) {
			t.Parallel()
			if got := delivery.RestOf(answer(503, "Retry-After", tt.value, "Date", tt.date).Header, now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A wish to be left alone holds for the message and for the lane, and never
// shortens the wait of the schedule.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code           int
		after          string
		wait, laneRest time.Duration
	}{
		{429, "60", time.Minute, time.Minute},
		{503, "60", time.Minute, time.Minute},
		{503, "1", 10 * time.Second, time.Second},
		{500, "60", 10 * time.Second, 0},
		{429, "in a while", 10 * time.Second, 0},
		{429, "999999", 24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(fmt.Sprint(tt.code, tt.after), func(t *testing.T) {
			t.Parallel()
			got := judge().Judge(delivery.Case{Webhook: active(), Answer: answer(tt.code, "Retry-After", tt.after)})
			if wait := time.Until(*got.Next); wait < tt.wait*79/100-time.Second || wait > tt.wait*121/100 {
				t.Errorf("the message waits %v, want %v", wait, tt.wait)
			}
			if rest := time.Until(got.Rest); (tt.laneRest == 0) != got.Rest.IsZero() || tt.laneRest > 0 && (rest-tt.laneRest).Abs() > time.Second {
				t.Errorf("the lane rests %v, want %v", rest, tt.laneRest)
			}
			if told := strings.Contains(got.Attempt.Error, "left alone"); told != (tt.laneRest > 0) {
				t.Errorf("the attempt says %q", got.Attempt.Error)
			}
		})
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	at := func(url string) *ent.Webhook { w := active(); w.SubscriberURL = url; return w }
	hook := at("https://a.example/hooks?x=1")
	tests := []struct {
		name string
		in   delivery.Case
		want []string // parts; none: no words
		not  string
	}{
		{"a success", delivery.Case{Answer: answer(200)}, nil, ""},
		{"the status says it all", delivery.Case{Answer: answer(500)}, nil, ""},
		{"redirect", delivery.Case{Answer: answer(308, "Location", "https://b.example/hooks?x=1#top")},
			[]string{"308 Permanent Redirect", "not followed", "set the subscriberUrl to https://b.example/hooks?x=1 if"}, "#top"},
		{"relative redirect", delivery.Case{Answer: answer(301, "Location", "/new")}, []string{"301", "https://a.example/new"}, ""},
		{"redirect nowhere", delivery.Case{Answer: answer(302)}, []string{"302 Found", "to where it leads"}, ""},
		{"redirect in a circle", delivery.Case{Answer: answer(302, "Location", "?x=1")}, []string{"to itself"}, ""},
		{"redirect to a private place", delivery.Case{Answer: answer(301, "Location", "http://10.1.2.3/secret")}, []string{"not public"}, "10.1.2.3"},
		{"redirect to the server itself", delivery.Case{Answer: answer(301, "Location", "http://localhost/")}, []string{"not public"}, "localhost"},
		{"redirect to something else", delivery.Case{Answer: answer(301, "Location", "javascript:alert(1)")}, []string{"to where it leads"}, "javascript"},
		{"redirect with a password", delivery.Case{Answer: answer(301, "Location", "https://u:p@b.example/")}, []string{"to where it leads"}, "b.example"},
		{"redirect far away", delivery.Case{Answer: answer(301, "Location", "https://b.example/"+strings.Repeat("a", 600))}, []string{"to where it leads"}, "aaaa"},
		{"redirect with spaces", delivery.Case{Answer: answer(301, "Location", "https://b.example/a b\u202e")}, []string{"https://b.example/a%20b%E2%80%AE"}, "\u202e"},
		{"redirect with the secret", delivery.Case{Secret: "whsec_abcdefgh", Answer: answer(301, "Location", "https://b.example/whsec_abcdefgh")}, []string{"[secret]"}, "abcdefgh"},
		{"an unknown status", delivery.Case{Answer: answer(399)}, []string{"answered 399, and"}, ""},
		{"gone", delivery.Case{Answer: answer(410)}, []string{"no more messages"}, ""},
		{"another protocol", delivery.Case{Answer: answer(101)}, []string{"another protocol"}, ""},
		{"no secret", delivery.Case{Unopened: errors.New("the key k1 is not in SLOTCAST_SECRET_KEYS")}, []string{"SLOTCAST_SECRET_KEYS", "rotateWebhookSecret"}, ""},
		{"a refused address", delivery.Case{Err: &safehttp.BlockedError{Host: "a.example", Kind: "private"}}, []string{"private", "SLOTCAST_ALLOW_TARGETS"}, ""},
		{"a URL that is none", delivery.Case{Webhook: at("ftp://a.example/"), Err: errors.New("the URL must start with https:// or http://")},
			[]string{"must start with", "set another subscriberUrl"}, ""},
		{"any other error", delivery.Case{Err: errors.New("connection reset")}, []string{"connection reset"}, ";"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.in.Webhook == nil {
				tt.in.Webhook = hook
			}
			got := judge().Judge(tt.in).Attempt.Error
			if (got == "") != (len(tt.want) == 0) || tt.not != "" && strings.Contains(got, tt.not) {
				t.Errorf("the words are %q", got)
			}
			for _, part := range tt.want {
				if !strings.Contains(got, part) {
					t.Errorf("%q lacks %q", got, part)
				}
			}
		})
	}
}

// Whatever a receiver sends, what is kept of it is bounded and can be stored.
func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	w := judge()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 9000), func(b []byte) string { return string(b) }))
		in := delivery.Case{Webhook: active(), Answer: safehttp.Response{
			StatusCode: rapid.IntRange(0, 999).Draw(rt, "status"), Body: []byte(text.Draw(rt, "body")), Header: http.Header{},
		}}
		for _, name := range []string{"Location", "Server", "Retry-After", "Content-Type", "Set-Cookie", "X-Request-Id", "Date"} {
			in.Answer.Header[name] = []string{text.Draw(rt, name)}
		}
		got := w.Judge(in)
		a := got.Attempt
		kept := []string{a.Error, a.Response}
		for name, value := range a.ResponseHeaders {
			if len(value) > 200 || name == "Set-Cookie" {
				rt.Fatalf("%s: %d bytes", name, len(value))
			}
			kept = append(kept, value)
		}
		for _, s := range kept {
			if len(s) > 4<<10 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				rt.Fatalf("kept %q", s)
			}
		}
		if rest := time.Until(got.Rest); !got.Rest.IsZero() && (rest > 24*time.Hour || rest < -time.Minute) {
			rt.Fatalf("it rests %v", rest)
		}
	})
}

// An attempt more than a row can count is not counted, and the schedule goes on as
// if it were.
func TestMoreAttemptsThanARowCounts(t *testing.T) {
	t.Parallel()
	w, most := judge(), 1<<15-1
	failed := delivery.Case{Webhook: active(), Answer: answer(500), Before: most, Begin: most}
	for i, wait := range []time.Duration{10 * time.Second, 100 * time.Second, 0} {
		got := w.Judge(failed)
		if got.Count != most || got.Begin != most-i-1 || (got.Next == nil) != (wait == 0) {
			t.Fatalf("attempt %d: %+v", i, got)
		}
		if got.Next != nil && (time.Until(*got.Next) > wait*2 || time.Until(*got.Next) < wait/2) {
			t.Errorf("attempt %d: the next one is in %v, want about %v", i, time.Until(*got.Next), wait)
		}
		failed.Before, failed.Begin = got.Count, got.Begin
	}
	failed.Probe, failed.Begin = true, most
	if got := w.Judge(failed); got.Count != most || got.Begin != most {
		t.Errorf("a probe: %+v", got)
	}
}
