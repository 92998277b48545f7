package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/rest"
	"slotcast/internal/viewer"
)

// TestStatementsDoNotGrowWithTheList: four times as many rows take the same
// number of statements.
func TestStatementsDoNotGrowWithTheList(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		var statements atomic.Int64
		count := func(context.Context, ...any) { statements.Add(1) }
		handler, err := rest.New(rest.Config{
			Client: ent.NewClient(ent.Driver(dialect.DebugWithContext(f.db.Driver, count))), Links: f.links, Logger: slog.New(slog.DiscardHandler),
		})
		f.must(err)
		ask := func(p *person, path string) (taken int64, rows int) {
			r := httptest.NewRequestWithContext(viewer.With(t.Context(), p.viewer), http.MethodGet, strings.TrimPrefix(path, f.url), nil)
			w, before := httptest.NewRecorder(), statements.Load()
			handler.ServeHTTP(w, r)
			var list struct{ Collection []any }
			if err := json.Unmarshal(w.Body.Bytes(), &list); w.Code != http.StatusOK || err != nil {
				f.t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
			}
			return statements.Load() - before, len(list.Collection)
		}
		of := f.many(20)
		for _, p := range []*person{f.owner, f.member} {
			for _, path := range of {
				if p == f.member && strings.Contains(path, "memberships") {
					continue
				}
				few, n := ask(p, fmt.Sprint(path, "&count=5"))
				many, m := ask(p, fmt.Sprint(path, "&count=20"))
				f.t.Logf("%d statements for %d rows: %s", many, m, strings.TrimPrefix(path, f.url))
				if n != 5 || m != 20 || few != many || few == 0 || few > 7 {
					f.t.Errorf("%s: %d statements for %d rows, %d for %d", path, few, n, many, m)
				}
			}
		}
	})
}

// many makes n of everything, of the member, and returns the paths to lists of it.
func (f *fixture) many(n int) []string {
	f.t.Helper()
	group := f.eventType([]*person{f.member}, func(c *ent.EventTypeCreate) {
		c.SetType(domain.Group).SetMaxAttendees(n).SetCurrencyCode("EUR").SetAmountOnDuration(map[string]int64{"30": 100})
	})
	var old *ent.Meeting
	form, _ := f.form()
	for i := range n {
		m := f.meeting(f.member, 24+i)
		f.led(f.submission(form, &domain.FormDestination{Type: domain.ToCustomMessage, Value: "Hello"}), m, 1)
		f.eventType([]*person{f.member, f.other})
		f.must(f.client.Agent.Create().SetAppID(f.app.ID).SetName("More").SetEmail(fmt.Sprint(i, "@example.org")).SetTimeZone("UTC").
			SetRole(domain.Member).Exec(f.system()))
		f.must(f.client.RoutingForm.Create().SetAppID(f.app.ID).SetName("More").SetQuestions([]domain.FormQuestion{}).
			SetFallback(&domain.FormDestination{Type: domain.ToCustomMessage, Value: "Hello"}).Exec(f.system()))
		b, err := f.book.Book(f.as(f.owner), bookInput(group, hour(1)))
		f.must(err)
		f.paid(f.book, b.Payment.ID)
		old = b.Meeting
	}
	next, _, err := f.book.Reschedule(f.as(f.member), booking.RescheduleInput{MeetingID: old.ID, Start: hour(2)})
	f.must(err)
	organization := "organization=" + f.links.Organization(f.app.ID)
	return []string{
		"/scheduled_events?user=" + f.links.User(f.member.ID), "/scheduled_events?invitee_email=ana@example.org&user=" + f.links.User(f.member.ID),
		"/event_types?" + organization, "/organization_memberships?" + organization, "/routing_forms?" + organization,
		"/routing_form_submissions?form=" + f.links.RoutingForm(form.ID),
		f.links.ScheduledEvent(old.ID) + "/invitees?status=canceled", f.links.ScheduledEvent(next.ID) + "/invitees?status=active",
	}
}
