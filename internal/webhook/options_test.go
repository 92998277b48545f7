package webhook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/webhook"
)

func TestOptionsAreKept(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.OrderPolicy, in.RetrySchedule, in.RateLimitPerMinute = domain.OrderStrict, []int{1, 86_400, 1}, pointer(60_000)
		in.PayloadTemplate = pointer(`{"text": "{{ meetData.eventName }}"}`)
		made, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		kept := func() *ent.Webhook { return must(db.Client.Webhook.Get(mine.ctx, made.ID))(t) }
		for _, w := range []*ent.Webhook{made, kept()} {
			if w.OrderPolicy != domain.OrderStrict || !slices.Equal(w.RetrySchedule, in.RetrySchedule) || *w.RateLimitPerMinute != 60_000 ||
				*w.PayloadTemplate != *in.PayloadTemplate {
				t.Errorf("made %v", w)
			}
		}
		log := entries(t, db, mine)
		for _, part := range []string{
			`"orderPolicy":{"to":"STRICT"}`, `"retrySchedule":{"to":[1,86400,1]}`, `"rateLimitPerMinute":{"to":60000}`, `"payloadTemplate":{"to":"{\"text\"`,
		} {
			if !strings.Contains(log[len(log)-1], part) {
				t.Errorf("the audit log lacks %s in %s", part, log[len(log)-1])
			}
		}
		must(s.Update(mine.ctx, made.ID, webhook.Changes{
			OrderPolicy: pointer(domain.OrderNone), RetrySchedule: []int{}, RateLimitPerMinute: pointer(0), PayloadTemplate: pointer(""),
		}))(t)
		if w := kept(); w.OrderPolicy != domain.OrderNone || len(w.RetrySchedule) != 0 || w.RateLimitPerMinute != nil || w.PayloadTemplate != nil {
			t.Errorf("taken away: %v", w)
		}
		log = entries(t, db, mine)
		want := fmt.Sprintf(`WEBHOOK_UPDATED %s {"orderPolicy":{"from":"STRICT","to":"NONE"},"payloadTemplate":{"from":"{\"text\": \"{{ meetData.eventName }}\"}","to":null},`+
			`"rateLimitPerMinute":{"from":60000,"to":null},"retrySchedule":{"from":[1,86400,1],"to":[]}}`, made.ID)
		if got := log[len(log)-1]; got != want {
			t.Errorf("the audit log has %s\nwant %s", got, want)
		}
		must(s.Update(mine.ctx, made.ID, webhook.Changes{RateLimitPerMinute: pointer(5), RetrySchedule: []int{7}}))(t)
		must(s.Update(mine.ctx, made.ID, webhook.Changes{Description: pointer("leaves the rest")}))(t)
		if w := kept(); *w.RateLimitPerMinute != 5 || !slices.Equal(w.RetrySchedule, []int{7}) || w.OrderPolicy != domain.OrderNone {
			t.Errorf("left as it is: %v", w)
		}
	})
}

func TestOptionsAreRefused(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			want string
			in   func(*webhook.Input)
			c    webhook.Changes
		}{
			{"orderPolicy", func(in *webhook.Input) { in.OrderPolicy = "LOOSE" }, webhook.Changes{OrderPolicy: pointer(domain.OrderPolicy("LOOSE"))}},
			{"retrySchedule", func(in *webhook.Input) { in.RetrySchedule = slices.Repeat([]int{1}, 21) }, webhook.Changes{RetrySchedule: slices.Repeat([]int{1}, 21)}},
			{"retrySchedule.1", func(in *webhook.Input) { in.RetrySchedule = []int{1, 0} }, webhook.Changes{RetrySchedule: []int{1, 0}}},
			{"retrySchedule.0", func(in *webhook.Input) { in.RetrySchedule = []int{86_401} }, webhook.Changes{RetrySchedule: []int{86_401}}},
			{"rateLimitPerMinute", func(in *webhook.Input) { in.RateLimitPerMinute = pointer(0) }, webhook.Changes{RateLimitPerMinute: pointer(-1)}},
			{"rateLimitPerMinute", func(in *webhook.Input) { in.RateLimitPerMinute = pointer(60_001) }, webhook.Changes{RateLimitPerMinute: pointer(60_001)}},
			{"payloadTemplate", func(in *webhook.Input) { in.PayloadTemplate = pointer("\x00") }, webhook.Changes{PayloadTemplate: pointer("\xff")}},
			{"payloadTemplate", func(in *webhook.Input) { in.PayloadTemplate = pointer(strings.Repeat("x", 20_001)) }, webhook.Changes{PayloadTemplate: pointer(strings.Repeat("x", 20_001))}},
		} {
			in := input()
			c.in(&in)
			_, _, err := s.Create(mine.ctx, in)
			refused(t, "create", err, "BAD_USER_INPUT "+c.want)
			_, err = s.Update(mine.ctx, w.ID, c.c)
			refused(t, "update", err, "BAD_USER_INPUT "+c.want)
		}
		_, err = s.Update(mine.ctx, "whk_none", webhook.Changes{PayloadTemplate: pointer("{}")})
		refused(t, "a template for none", err, "NOT_FOUND id")
		if d := diff(must(db.Client.Webhook.Get(mine.ctx, w.ID))(t), w); d != "" {
			t.Errorf("the row (-want +got):\n%s", d)
		}
	})
}
