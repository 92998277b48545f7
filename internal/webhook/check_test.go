package webhook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/webhook"
)

func TestURLs(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		create := func(url string) error {
			in := input()
			in.SubscriberURL = url
			_, _, err := s.Create(mine.ctx, in)
			return err
		}
		for _, url := range []string{
			"", "/hook", "example.com/hook", "//example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https:///x",
			"https://user@example.com", "https://user:secret@example.com", "https://example.com/#x", "https://exa mple.com",
			"https://example.com:0", "https://example.com:65536", "https://example.com:x", "https://bücher.example",
			"http://10.0.0.1", "http://192.168.1.1/", "http://169.254.169.254/latest", "http://[::1]", "http://[fd00::1]/",
			"http://127.0.0.2", "http://0.0.0.0", "http://0", "http://2130706434", "http://0x7f000002", "http://0177.0.0.2",
			"http://127.2", "http://[::ffff:10.0.0.1]", "http://[64:ff9b::a00:1]", "http://100.64.0.1", "http://224.0.0.1",
			"https://example.com/\x00", "https://example.com/\n", "https://example.com/" + strings.Repeat("a", 2048),
		} {
			refused(t, url, create(url), "BAD_USER_INPUT subscriberUrl")
		}
		for _, url := range []string{
			"https://example.com", "HTTPS://EXAMPLE.com:8443/x?y=z", "http://8.8.8.8/", "http://127.0.0.1:9000", "http://localhost",
			"https://xn--bcher-kva.example/ž", "https://example.com/" + strings.Repeat("a", 2028),
		} {
			refused(t, url, create(url), "")
		}
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		known := mine.Rows["EventType"]
		many := make([]string, 101)
		for i := range many {
			many[i] = fmt.Sprint(i)
		}
		booked := domain.MeetingBooked
		for _, tt := range []struct {
			want   string
			change func(in *webhook.Input)
		}{
			{"BAD_USER_INPUT triggers", func(in *webhook.Input) { in.Triggers = nil }},
			{"BAD_USER_INPUT triggers.1", func(in *webhook.Input) { in.Triggers = []domain.Trigger{booked, booked} }},
			{"BAD_USER_INPUT triggers.1", func(in *webhook.Input) { in.Triggers = []domain.Trigger{booked, "BOOK"} }},
			{"BAD_USER_INPUT eventTypeIds.1", func(in *webhook.Input) { in.EventTypeIDs = []string{known, known} }},
			{"BAD_USER_INPUT eventTypeIds", func(in *webhook.Input) { in.EventTypeIDs = many }},
			{"NOT_FOUND eventTypeIds.1", func(in *webhook.Input) { in.EventTypeIDs = []string{known, "ety_none"} }},
			{"NOT_FOUND eventTypeIds.0", func(in *webhook.Input) { in.EventTypeIDs = []string{other.Rows["EventType"]} }},
			{"BAD_USER_INPUT eventTypeIds.0", func(in *webhook.Input) { in.EventTypeIDs = []string{"ety_\x00"} }},
			{"BAD_USER_INPUT eventTypeIds.0", func(in *webhook.Input) { in.EventTypeIDs = []string{"ety_\xff"} }},
			{"BAD_USER_INPUT meetingTypes.0", func(in *webhook.Input) { in.MeetingTypes = []domain.MeetingType{"TRIO"} }},
			{"BAD_USER_INPUT meetingTypes.1", func(in *webhook.Input) { in.MeetingTypes = slices.Repeat([]domain.MeetingType{"SOLO"}, 2) }},
			{"BAD_USER_INPUT triggers", func(in *webhook.Input) { in.Triggers, in.EventTypeIDs = allTriggers(), []string{known} }},
			{"BAD_USER_INPUT triggers", func(in *webhook.Input) {
				in.Triggers, in.MeetingTypes = []domain.Trigger{domain.RoutingFormSubmitted}, []domain.MeetingType{domain.Solo}
			}},
			{"BAD_USER_INPUT scope", func(in *webhook.Input) { in.Scope = "" }},
			{"BAD_USER_INPUT format", func(in *webhook.Input) { in.Format = "XML" }},
			{"BAD_USER_INPUT description", func(in *webhook.Input) { in.Description = pointer(strings.Repeat("x", 1001)) }},
			{"BAD_USER_INPUT description", func(in *webhook.Input) { in.Description = pointer("\xff") }},
			{"", func(in *webhook.Input) { in.Triggers = allTriggers() }},
		} {
			in := input()
			tt.change(&in)
			_, _, err := s.Create(mine.ctx, in)
			refused(t, "create", err, tt.want)
		}
	})
}

func allTriggers() []domain.Trigger {
	var all []domain.Trigger
	for _, v := range domain.Trigger("").Values() {
		all = append(all, domain.Trigger(v))
	}
	return all
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		many := map[string]any{}
		for i := range 21 {
			many[fmt.Sprintf("X-%d", i)] = ""
		}
		tests := []struct {
			headers map[string]any
			want    string
		}{
			{many, "BAD_USER_INPUT headers"},
			{map[string]any{"X-A": "a", "x-a": "b"}, "BAD_USER_INPUT headers.x-a"},
			{map[string]any{"X-Same": ""}, "BAD_USER_INPUT secretHeader"},
			{map[string]any{"X-A": "", "X-Empty": "", "X-Long": strings.Repeat("x", 1000)}, ""},
			{nil, ""},
		}
		for _, v := range []any{1, nil, true, "a\nb", "a\r\nX-B: c", "\x00", "\xff", strings.Repeat("x", 1001), []any{"a"}} {
			tests = append(tests, struct {
				headers map[string]any
				want    string
			}{map[string]any{"X-A": v}, "BAD_USER_INPUT headers.X-A"})
		}
		for _, tt := range tests {
			in := input()
			in.Headers, in.SecretHeader = tt.headers, pointer("x-same")
			_, _, err := s.Create(mine.ctx, in)
			refused(t, fmt.Sprint(tt.headers), err, tt.want)
		}
	})
}

func TestHeaderNames(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		for _, name := range []string{
			"", " ", "X A", "X-A:", "X-A\n", "X-\x00", "Ž", strings.Repeat("x", 101),
			"Host", "content-TYPE", "Content-Length", "Transfer-Encoding", "Connection", "User-Agent", "Accept-Encoding",
			"webhook-id", "Webhook-Signature", "Slotcast-Attendee", "Proxy-Authorization", "X-Cal-Signature-256",
		} {
			in := input()
			in.Headers = map[string]any{name: "v"}
			_, _, err := s.Create(mine.ctx, in)
			refused(t, name, err, "BAD_USER_INPUT headers."+name)
			if name == "" {
				continue // no secret header
			}
			in.Headers, in.SecretHeader = nil, &name
			_, _, err = s.Create(mine.ctx, in)
			refused(t, name, err, "BAD_USER_INPUT secretHeader")
		}
		in := input()
		in.Secret, in.SecretHeader = pointer(""), pointer("X-Secret")
		_, _, err := s.Create(mine.ctx, in)
		refused(t, "no secret to send", err, "BAD_USER_INPUT secretHeader")
	})
}
