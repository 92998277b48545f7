package graph_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/app/apptest"
	"slotcast/internal/viewer"
)

func TestBadInputIsRefusedWithACode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		booked, theirs := o.book(t, 1), other.book(t, 1)
		o.book(t, 2)
		mine, due := o.hold(t, 3), other.hold(t, 3)
		form, otherForm := s.form(t, o), s.form(t, other)
		before := s.rows(t)
		for _, c := range slices.Concat(badWebhooks(other), badMeetings(o, other, booked, theirs), badQueries(o),
			badCommands(o, other, booked, mine, due), badWords(o, booked, mine), badForms(other, form, otherForm)) {
			o.refused(t, c)
		}
		if after := s.rows(t); after != before {
			t.Errorf("something changed:\n%s", cmp.Diff(before, after))
		}
	})
}

// What says that a number is not whole says so.
func TestFractionsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		for _, v := range []any{0.5, true, json.Number("1e400")} {
			body, err := json.Marshal(vars{"query": createWebhook, "variables": in(vars{
				"subscriberUrl": "https://example.com/hook", "triggers": []string{"MEETING_BOOKED"}, "retrySchedule": []any{v}})})
			must(t, err)
			if _, text := o.post(t, body); !strings.Contains(string(text), `"message":"a whole number is needed, without fractions"`) {
				t.Errorf("of %v: %s", v, text)
			}
		}
	})
}

func (o *tenant) refused(t *testing.T, c badInput) {
	t.Helper()
	body, err := json.Marshal(vars{"query": c.query, "variables": c.variables})
	must(t, err)
	status, text := o.post(t, body)
	var out struct{ Errors apptest.Errors }
	if err := json.Unmarshal(text, &out); err != nil || len(out.Errors) == 0 {
		t.Errorf("%s: %d %.300s, want %s", c.name, status, text, c.code)
		return
	}
	if e := out.Errors[0]; e.Extensions.Code != c.code || e.Extensions.Field != c.field || e.Message == "" {
		t.Errorf("%s: %+v, want %s about %q", c.name, e, c.code, c.field)
	}
	for _, secret := range []string{o.Token, "goroutine", ".go:", "SELECT", "pq:", "sqlite", "ent:", "slotcast/", "whsec_"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s: the answer shows %q: %s", c.name, secret, text)
		}
	}
}

func (o *tenant) post(t *testing.T, body []byte) (status int, text []byte) {
	t.Helper()
	answer, err := o.Send(t.Context(), body, "application/json")
	must(t, err)
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, text
}

// rows sums up what the database holds.
func (s *server) rows(t *testing.T) string {
	t.Helper()
	ctx := viewer.System(t.Context())
	meetings, err := s.client.Meeting.Query().Order(ent.Asc("id")).All(ctx)
	must(t, err)
	events, err := s.client.Event.Query().Count(ctx)
	must(t, err)
	hooks, err := s.client.Webhook.Query().Count(ctx)
	must(t, err)
	slots, err := s.client.AgentSlot.Query().Count(ctx)
	must(t, err)
	out := fmt.Sprintf("%d events, %d webhooks, %d slots, meetings", events, hooks, slots)
	for _, table := range []string{"attendees", "payments", "commands", "hosts", "event_types", "agents", "schedules", "identity_providers", "audit_entries", "routing_forms", "routing_form_submissions"} {
		rows, err := s.db.SQL.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY id")
		must(t, err)
		out += " " + table + " " + everything(t, rows)
	}
	for _, m := range meetings {
		out += fmt.Sprintf(" %s %s %v", m.ID, m.Status, m.UpdatedAt.UTC())
	}
	return out
}

// everything is what a query finds, as text.
func everything(t *testing.T, rows *sql.Rows) (out string) {
	t.Helper()
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = &sql.RawBytes{}
		}
		must(t, rows.Scan(values...))
		for _, v := range values {
			out += string(*v.(*sql.RawBytes)) + "|"
		}
	}
	must(t, rows.Err())
	return out
}

// hold books something that costs something, n hours behind the first of next
// month.
func (o *tenant) hold(t *testing.T, n int) payable {
	t.Helper()
	kind := o.run(t, createEventType, in(vars{
		"name": "Advice", "durationMinutes": 30, "currencyCode": "EUR", "amountOnDuration": vars{"30": 12.5},
	}))
	var out struct {
		BookMeeting struct {
			Meeting struct {
				ID, Status string
				Attendees  []struct{ ID string }
			}
			Payment struct{ ID, Status string }
		}
	}
	o.Do(t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id status attendees { id } } payment { id status } } }`,
		in(with(o.booking(n), "eventTypeId", kind["id"])), &out)
	m, p := out.BookMeeting.Meeting, out.BookMeeting.Payment
	if m.Status != "HELD" || p.Status != "PENDING" {
		t.Errorf("a booking with a price is %s, its payment %s", m.Status, p.Status)
	}
	return payable{m.ID, m.Attendees[0].ID, p.ID}
}

func TestLargeBodyIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		status, text := s.tenant(t).post(t, []byte(`{"query":"{ viewer { role } }`+strings.Repeat(" ", 2<<20)+`"}`))
		if status != http.StatusRequestEntityTooLarge || !strings.Contains(string(text), `"LIMIT_EXCEEDED"`) || len(text) > 500 {
			t.Errorf("2 MB: %d %.300s", status, text)
		}
	})
}

func TestCauseOfAnInternalErrorStaysInTheLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		_, err := s.db.SQL.ExecContext(t.Context(), "ALTER TABLE payments RENAME TO elsewhere")
		must(t, err)
		o.refused(t, badInput{"payments without their table", `{ payments { totalCount } }`, nil, "INTERNAL", ""})
		_, text := o.post(t, []byte(`{"query":"{ payments { totalCount } }"}`))
		if !strings.Contains(string(text), `"errorId":"err_`) || strings.Contains(string(text), "elsewhere") {
			t.Errorf("the answer: %s", text)
		}
	})
}
