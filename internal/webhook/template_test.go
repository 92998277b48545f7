package webhook_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/event"
	entmeeting "slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// tell logs that the app's meeting was booked, with an attendee of the given name.
func (a app) tell(t *testing.T, db *entdb.DB, name string, change ...func(*ent.Meeting)) string {
	t.Helper()
	ctx := viewer.System(t.Context())
	log := must(eventlog.Open(ctx, eventlog.Config{Client: db.Client, Owed: webhook.Owed, Publisher: memtail.New(false)}))(t)
	events, err := log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		m, err := tx.Meeting.Query().Where(entmeeting.ID(a.Rows["Meeting"])).WithEventType().WithAgents().WithAttendees().WithPayment().Only(ctx)
		if err != nil {
			return nil, err
		}
		m.Edges.Attendees[0].Name = name
		for _, c := range change {
			c(m)
		}
		return []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: m}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return events[0].ID
}

// templated is an input with a template.
func templated(text string) webhook.Input {
	in := input()
	in.PayloadTemplate = &text
	return in
}

// only takes bodies whose first attendee has a name, and no others.
func only(name string) string {
	return `{"ok": "{{ meetData.attendees[0].name == \"` + name + `\" ? 1 : meetData.missing }}"}`
}

const sampleName = "Ana Ruiz"

func TestTemplatesAreCheckedWhenSaved(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		for text, words := range map[string]string{
			"{\n \"a\": \"{{ meetDta.x }}\"}":    "line 2, column 11: there is no meetDta",
			`{"a": 1,}`:                          "line 1, column 9: the template is not JSON",
			"\x00":                               "line 1, column 1: the template is not JSON",
			strings.Repeat(" ", 20_000) + `1`:    "at most 20000 bytes",
			`{"a": "{{ meetData.missing }}"}`:    `line 1, column 20: there is no "missing" here: where that may be, write ?.missing (tried on a sample of MEETING_BOOKED)`,
			`{"a": "{{ payload.title }}"}`:       "there is no payload: the body has eventType, formData, meetData",
			only("Bob"):                          "tried on a sample of MEETING_BOOKED",
			`{"a": "{{ meetData.attendees }} "}`: "",
			only(sampleName):                     "",
		} {
			w, _, err := s.Create(mine.ctx, templated(text))
			if words == "" {
				if err != nil || *w.PayloadTemplate != text {
					t.Errorf("%.50q: %v, %v", text, w, err)
				}
				continue
			}
			refused(t, text, err, "BAD_USER_INPUT payloadTemplate")
			if err != nil && !strings.Contains(err.Error(), words) {
				t.Errorf("%.50q: %v, want %q", text, err, words)
			}
		}
		other.tell(t, db, "Carol") // of another app
		if _, _, err := s.Create(mine.ctx, templated(only(sampleName))); err != nil {
			t.Errorf("another app's event: %v", err)
		}
		mine.tell(t, db, "Zoe")
		id := mine.tell(t, db, "Bob")
		if _, _, err := s.Create(mine.ctx, templated(only("Bob"))); err != nil {
			t.Errorf("the newest event: %v", err)
		}
		_, _, err := s.Create(mine.ctx, templated(only(sampleName)))
		refused(t, "not the newest event", err, "BAD_USER_INPUT payloadTemplate")
		if want := "(tried on event " + id + ", MEETING_BOOKED)"; err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	})
}

// A template is tried on what the webhook would have been sent.
func TestTemplatesAreTriedOnWhatMatches(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		mine.tell(t, db, "Bob")
		mine.tell(t, db, "Grete", func(m *ent.Meeting) { m.Type = domain.Group })
		in := templated(only("Bob"))
		in.MeetingTypes = []domain.MeetingType{domain.Solo}
		if _, _, err := s.Create(mine.ctx, in); err != nil {
			t.Errorf("of the type: %v", err)
		}
		in = templated(only(sampleName))
		in.MeetingTypes = []domain.MeetingType{domain.Collective}
		if _, _, err := s.Create(mine.ctx, in); err != nil {
			t.Errorf("none of the type: %v", err)
		}
		in = templated(`{"what": "{{ eventType == \"BOOK\" ? meetData.attendees[0].name : formData.formName }}"}`)
		in.Triggers = []domain.Trigger{domain.MeetingBooked, domain.RoutingFormSubmitted, domain.MeetingRescheduled}
		_, _, err := s.Create(mine.ctx, in)
		refused(t, "a trigger that was forgotten", err, "BAD_USER_INPUT payloadTemplate")
		if err != nil && !strings.Contains(err.Error(), "a sample of MEETING_RESCHEDULED") {
			t.Error(err)
		}
		for format, text := range map[domain.WebhookFormat]string{
			domain.FormatCalendly: `{"a": "{{ payload.name }} by {{ created_by }}"}`, domain.FormatCalcom: `{"a": "{{ payload.title }} {{ triggerEvent }}"}`,
		} {
			in := templated(text)
			in.Format = format
			if _, _, err := s.Create(mine.ctx, in); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}

// Errors quote what templates are tried on: nobody's template is tried on what he
// may not see.
func TestTemplatesAreTriedOnWhatIsSeen(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		mine.tell(t, db, "Bob")
		ben := db.Client.Agent.Create().SetAppID(mine.Rows["App"]).SetName("Ben").SetEmail("ben@example.com").SetTimeZone("UTC").
			SetRole(domain.Member).SaveX(viewer.System(t.Context()))
		in := templated(only(sampleName))
		if _, _, err := s.Create(mine.as(t, viewer.Viewer{Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksWrite})}), in); err != nil {
			t.Errorf("without the scope for meetings: %v", err)
		}
		in.Scope = domain.ScopeUser
		if _, _, err := s.Create(mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: ben.ID}), in); err != nil {
			t.Errorf("who does not host it: %v", err)
		}
		_, _, err := s.Create(mine.as(t, viewer.Viewer{Role: domain.Member}), in)
		refused(t, "who hosts it", err, "BAD_USER_INPUT payloadTemplate")
	})
}

// A change that does not touch the template goes through though it would not work
// any more.
func TestTemplatesAreChanged(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, _, err := s.Create(mine.ctx, templated(only(sampleName)))
		if err != nil {
			t.Fatal(err)
		}
		mine.tell(t, db, "Bob")
		w = must(s.Update(mine.ctx, w.ID, webhook.Changes{Description: pointer("new")}))(t)
		if w.PayloadTemplate == nil || *w.PayloadTemplate != only(sampleName) {
			t.Errorf("it is %v", w.PayloadTemplate)
		}
		_, err = s.Update(mine.ctx, w.ID, webhook.Changes{PayloadTemplate: pointer(only("Zoe"))})
		refused(t, "a template that does not work", err, "BAD_USER_INPUT payloadTemplate")
		w = must(s.Update(mine.ctx, w.ID, webhook.Changes{PayloadTemplate: pointer(only("Bob"))}))(t)
		if w.PayloadTemplate == nil || *w.PayloadTemplate != only("Bob") {
			t.Errorf("it is %v", w.PayloadTemplate)
		}
		_, err = s.Update(mine.ctx, w.ID, webhook.Changes{Triggers: []domain.Trigger{domain.MeetingNoShow}})
		refused(t, "triggers that it is not for", err, "BAD_USER_INPUT payloadTemplate")
		if w = must(s.Update(mine.ctx, w.ID, webhook.Changes{PayloadTemplate: pointer("")}))(t); w.PayloadTemplate != nil {
			t.Errorf("it is %v", *w.PayloadTemplate)
		}
	})
}

// The look back is bounded: what lies behind it is not searched for.
func TestTheLookBackIsBounded(t *testing.T) {
	t.Parallel()
	db := entdbtest.SQLite(t)
	s, mine, _ := setup(t, db)
	mine.tell(t, db, "Bob")
	newest := db.Client.Event.Query().Order(event.ByNumber(sql.OrderDesc())).FirstX(viewer.System(t.Context()))
	more := func(from, n int64) {
		t.Helper()
		var rows []*ent.EventCreate
		for i := range n {
			rows = append(rows, db.Client.Event.Create().SetAppID(newest.AppID).SetShard(newest.Shard).SetNumber(from+i).
				SetTrigger(domain.MeetingNoShow).SetSeriesID("x").SetSequence(1).SetOccurredAt(newest.OccurredAt).SetSnapshot("{}").SetOwed([]string{}))
		}
		for some := range slices.Chunk(rows, 100) {
			db.Client.Event.CreateBulk(some...).ExecX(viewer.System(t.Context()))
		}
	}
	more(newest.Number+1, 999)
	if _, _, err := s.Create(mine.ctx, templated(only("Bob"))); err != nil {
		t.Errorf("behind 999 others: %v", err)
	}
	more(newest.Number+1000, 1)
	if _, _, err := s.Create(mine.ctx, templated(only(sampleName))); err != nil {
		t.Errorf("behind 1,000 others: %v", err)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		in := webhook.PreviewInput{PayloadTemplate: `{"who": "{{ meetData.attendees[0].name }}"}`, Format: domain.FormatNative, Trigger: domain.MeetingBooked}
		preview := func(ctx context.Context, in webhook.PreviewInput, id, body string) {
			t.Helper()
			got, err := s.Preview(ctx, in)
			if err != nil {
				t.Errorf("preview: %v", err)
				return
			}
			if told := fmt.Sprint(got.EventID != nil); told != fmt.Sprint(id != "") || id != "" && *got.EventID != id {
				t.Errorf("it was tried on %v, want %q", got.EventID, id)
			}
			if string(got.Body) != body || !strings.HasPrefix(string(got.Input), `{"eventType":"BOOK","meetData":{"_id":"mtg_`) {
				t.Errorf("got %s of %s, want %s", got.Body, got.Input, body)
			}
		}
		preview(mine.ctx, in, "", `{"who":"Ana Ruiz"}`)
		first, second := mine.tell(t, db, "Bob"), mine.tell(t, db, "Zoe")
		preview(mine.ctx, in, second, `{"who":"Zoe"}`)
		in.EventID = &first
		preview(mine.ctx, in, first, `{"who":"Bob"}`)
		in.Trigger = domain.RoutingFormSubmitted // is the event's
		preview(mine.as(t, viewer.Viewer{Role: domain.Member}), in, first, `{"who":"Bob"}`)

		in.Trigger = domain.MeetingBooked
		member := mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: typeid.New(typeid.Agent)})
		_, err := s.Preview(member, in)
		refused(t, "a member who does not host it", err, "NOT_FOUND eventId")
		_, err = s.Preview(other.ctx, in)
		refused(t, "another app", err, "NOT_FOUND eventId")
		_, err = s.Preview(mine.as(t, viewer.Viewer{Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksRead})}), in)
		refused(t, "a token that is not for meetings", err, "FORBIDDEN")
		_, err = s.Preview(mine.as(t, viewer.Viewer{Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead})}), in)
		refused(t, "a token that is not for webhooks", err, "FORBIDDEN")
		ben := db.Client.Agent.Create().SetAppID(mine.Rows["App"]).SetName("Ben").SetEmail("ben@example.com").SetTimeZone("UTC").
			SetRole(domain.Member).SaveX(viewer.System(t.Context()))
		newest := in
		newest.EventID = nil
		preview(mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: ben.ID}), newest, "", `{"who":"Ana Ruiz"}`)
		preview(mine.as(t, viewer.Viewer{Role: domain.Member}), newest, second, `{"who":"Zoe"}`)
		in.PayloadTemplate = `"{{ meetData.missing }}"`
		_, err = s.Preview(mine.ctx, in)
		refused(t, "a template that does not work", err, "BAD_USER_INPUT payloadTemplate")
		in.PayloadTemplate, in.Format = `"{{ meetData }}"`, domain.FormatCalcom
		_, err = s.Preview(mine.ctx, in)
		refused(t, "a template of another format", err, "BAD_USER_INPUT payloadTemplate")
		in.PayloadTemplate, in.Trigger = `1`, "X"
		_, err = s.Preview(mine.ctx, in)
		refused(t, "no trigger", err, "BAD_USER_INPUT trigger.0")
	})
}
