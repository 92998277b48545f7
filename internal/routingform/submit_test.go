package routingform_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/routingform"
	"slotcast/internal/viewer"
)

// submission is one of a form, by the owner.
func submission(form *ent.RoutingForm, words ...string) routingform.SubmitInput {
	return routingform.SubmitInput{RoutingFormID: form.ID, Answers: said(words...)}
}

// leads makes sure that answers lead somewhere.
func (f *fixture) leads(form *ent.RoutingForm, to domain.FormDestination, words ...string) {
	f.t.Helper()
	got, err := f.Submit(f.ctx, submission(form, words...))
	if err != nil || *got.Result != to {
		f.t.Errorf("%q leads to %v, %v, want %v", words, got, err, to)
	}
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		phone := form.Questions[4]
		in := routingform.SubmitInput{
			RoutingFormID: form.ID, Tracking: map[string]any{"utm_source": "ad", "n": 1},
			Answers: append(said("Plan?", "Team", "Mail?", " \t", "How many?", "12", "Topic?", " It. "),
				routingform.AnswerInput{QuestionID: &phone.ID, Answer: "+34 600"}),
		}
		got := must(f.Submit(f.ctx, in))(f.t)
		now := f.now.UTC().Truncate(time.Microsecond)
		want := &ent.RoutingFormSubmission{
			ID: got.ID, AppID: f.ours["App"], RoutingFormID: form.ID, CreatedAt: now, UpdatedAt: now,
			Answers: []domain.FormAnswer{ // in the order of the questions, without what is blank
				{QuestionID: form.Questions[0].ID, Question: "Topic?", Answer: " It. "},
				{QuestionID: form.Questions[1].ID, Question: "How many?", Answer: "12"},
				{QuestionID: form.Questions[2].ID, Question: "Plan?", Answer: "Team"},
				{QuestionID: phone.ID, Question: "Phone?", Answer: "+34 600"},
			},
			Tracking: map[string]any{"utm_source": "ad", "n": 1.0},
			Result:   &domain.FormDestination{Type: domain.ToEventType, Value: f.ours["EventType"]},
		}
		sameSubmission(f.t, "the answer", got, want)
		sameSubmission(f.t, "its row", must(f.client.RoutingFormSubmission.Get(f.ctx, got.ID))(f.t), want)
		if got.Edges.RoutingForm == nil || got.Edges.RoutingForm.ID != form.ID || !strings.HasPrefix(got.ID, "rfs_") {
			f.t.Errorf("%s is of %v", got.ID, got.Edges.RoutingForm)
		}
		f.told(got, want)
	})
}

func sameSubmission(t *testing.T, what string, got, want *ent.RoutingFormSubmission) {
	t.Helper()
	diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ent.RoutingFormSubmission{}),
		cmpopts.IgnoreFields(ent.RoutingFormSubmission{}, "Edges"), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0))
	if diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// told makes sure that one event tells of the one submission there is, with its
// form.
func (f *fixture) told(got, want *ent.RoutingFormSubmission) {
	f.t.Helper()
	rows := f.events()
	if len(rows) != 1 || f.published.Load() != 1 {
		f.t.Fatalf("%d events, %d published", len(rows), f.published.Load())
	}
	e := &eventlog.Event{Snapshot: rows[0].Snapshot}
	told := must(e.Submission())(f.t)
	sameSubmission(f.t, "the event", told, want)
	form := told.Edges.RoutingForm
	if form == nil || form.ID != got.RoutingFormID || len(form.Questions) != 5 || len(form.Routes) != 2 {
		f.t.Errorf("the event's form is %v", form)
	}
	if rows[0].AppID != want.AppID || rows[0].SeriesID != want.ID || rows[0].MeetingID != "" || rows[0].Sequence != 0 {
		f.t.Errorf("the event is %v", rows[0])
	}
}

func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form, draft := f.form(), f.form()
		must(f.Update(f.ctx, draft.ID, routingform.Changes{Status: pointer(domain.FormDraft)}))(f.t)
		topic, id := "Topic?", form.Questions[0].ID
		with := func(more ...routingform.AnswerInput) routingform.SubmitInput {
			return routingform.SubmitInput{RoutingFormID: form.ID, Answers: append(said("Topic?", "a"), more...)}
		}
		tracked := func(tracking map[string]any) routingform.SubmitInput {
			in := submission(form, "Topic?", "a")
			in.Tracking = tracking
			return in
		}
		many := make([]routingform.AnswerInput, 50)
		for i := range many {
			many[i] = said(fmt.Sprint(i), "a")[0]
		}
		for _, c := range []struct {
			name, want string
			in         routingform.SubmitInput
		}{
			{"no form", "NOT_FOUND routingFormId", routingform.SubmitInput{}},
			{"a form that is none", "BAD_USER_INPUT routingFormId", routingform.SubmitInput{RoutingFormID: "\x00"}},
			{"a draft", "NOT_FOUND routingFormId", submission(draft, "Topic?", "a")},
			{"a form of another app", "NOT_FOUND routingFormId", routingform.SubmitInput{RoutingFormID: f.theirs["RoutingForm"]}},
			{"nothing", "BAD_USER_INPUT answers", submission(form)},
			{"a blank where one is required", "BAD_USER_INPUT answers", submission(form, "Topic?", " \n")},
			{"too many", "BAD_USER_INPUT answers", with(many...)},
			{"too much", "BAD_USER_INPUT answers", with(said(strings.Split(strings.Repeat("How many?|"+strings.Repeat("1", 9_999)+"|", 7), "|")[:14]...)...)},
			{"question twice", "BAD_USER_INPUT answers.1.question", with(said("Topic?", "b")...)},
			{"question twice, by id", "BAD_USER_INPUT answers.1.questionId", with(routingform.AnswerInput{QuestionID: &id, Answer: "b"})},
			{"unknown question", "BAD_USER_INPUT answers.1.question", with(said("topic?", "b")...)},
			{"long question", "BAD_USER_INPUT answers.1.question", with(said(strings.Repeat("a", 501), "b")...)},
			{"unknown id", "BAD_USER_INPUT answers.1.questionId", with(routingform.AnswerInput{QuestionID: &topic, Answer: "b"})},
			{"another form's id", "BAD_USER_INPUT answers.1.questionId", with(routingform.AnswerInput{QuestionID: &draft.Questions[1].ID, Answer: "1"})},
			{"neither id nor text", "BAD_USER_INPUT answers.1.question", with(routingform.AnswerInput{Answer: "b"})},
			{"both", "BAD_USER_INPUT answers.1.question", with(routingform.AnswerInput{QuestionID: &id, Question: &topic, Answer: "b"})},
			{"long answer", "BAD_USER_INPUT answers.0.answer", submission(form, "Topic?", strings.Repeat("é", 5001))},
			{"NUL", "BAD_USER_INPUT answers.0.answer", submission(form, "Topic?", "a\x00")},
			{"no number", "BAD_USER_INPUT answers.1.answer", with(said("How many?", "1,5")...)},
			{"no choice", "BAD_USER_INPUT answers.1.answer", with(said("Plan?", "team")...)},
			{"no address", "BAD_USER_INPUT answers.1.answer", with(said("Mail?", "eva")...)},
			{"no phone number", "BAD_USER_INPUT answers.1.answer", with(said("Phone?", "eva")...)},
			{"large tracking", "BAD_USER_INPUT tracking", tracked(map[string]any{"a": strings.Repeat("a", 4096)})},
			{"tracking with NUL", "BAD_USER_INPUT tracking", tracked(map[string]any{"a": []any{"\x00"}})},
		} {
			f.keeps(c.name, c.want, func() error {
				_, err := f.Submit(f.ctx, c.in)
				return err
			})
			if c.in.RoutingFormID == f.theirs["RoutingForm"] {
				continue // open, it is as good as any
			}
			f.keeps("open: "+c.name, c.want, func() error {
				_, err := f.SubmitOpen(at(f.t.Context(), c.name), c.in)
				return err
			})
		}
		must(f.Submit(f.ctx, submission(form, "Topic?", strings.Repeat("é", 5000))))(f.t)
		must(f.Submit(f.ctx, tracked(map[string]any{})))(f.t)
	})
}

func TestWhoSubmits(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		as := func(v viewer.Viewer) context.Context {
			v.AppID = f.ours["App"]
			return viewer.With(f.t.Context(), v)
		}
		for name, c := range map[string]struct {
			want string
			ctx  context.Context
		}{
			"owner":        {"", f.ctx},
			"member":       {"", f.as(domain.Member)},
			"page":         {"", f.page("192.0.2.1")},
			"with a scope": {"", as(viewer.Viewer{Role: domain.Member, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.RoutingFormsWrite})})},
			"reader":       {"FORBIDDEN", as(viewer.Viewer{Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.RoutingFormsRead, domain.MeetingsWrite})})},
			"attendee":     {"FORBIDDEN", as(viewer.Viewer{Kind: viewer.Attendee, ManageHash: "x"})},
			"invited":      {"FORBIDDEN", as(viewer.Viewer{Kind: viewer.Invited})},
			"nobody":       {"UNAUTHENTICATED", f.t.Context()},
			"another app":  {"NOT_FOUND routingFormId", viewer.With(f.t.Context(), viewer.Viewer{AppID: f.theirs["App"], Role: domain.Owner})},
			"their page":   {"NOT_FOUND routingFormId", viewer.With(f.t.Context(), viewer.Viewer{AppID: f.theirs["App"], Kind: viewer.Page})},
		} {
			_, err := f.Submit(c.ctx, submission(form, "Topic?", "a"))
			refused(f.t, name, err, c.want)
		}
	})
}

// Whoever submits without a token does so in the form's app, and nowhere else,
// whatever else he comes with.
func TestSubmitOpen(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		theirs := viewer.With(f.t.Context(), viewer.Viewer{AppID: f.theirs["App"], AgentID: f.theirs["Agent"], Role: domain.Owner})
		leadingAway := domain.FormDestination{Type: domain.ToEventType, Value: f.theirs["EventType"]}
		form := f.leading(message("a"))
		// by mistake, past the rules: it leads into the other app
		must(f.client.RoutingForm.UpdateOneID(form.ID).SetRoutes([]domain.FormRoute{
			{Match: domain.MatchAll, Destination: leadingAway}, {Match: domain.MatchAll, Destination: message("b")},
		}).Save(f.system))(f.t)
		for name, ctx := range map[string]context.Context{"nobody": f.t.Context(), "another app's owner": theirs, "the server": f.system} {
			got, err := f.SubmitOpen(at(ctx, name), submission(form))
			if err != nil || got.AppID != f.ours["App"] || *got.Result != message("b") {
				f.t.Errorf("%s: %v, %v", name, got, err)
				continue
			}
			if e := f.events(); e[len(e)-1].AppID != f.ours["App"] || e[len(e)-1].SeriesID != got.ID {
				f.t.Errorf("%s: told as %v", name, e[len(e)-1])
			}
		}
		if n := must(f.client.RoutingFormSubmission.Query().Count(theirs))(f.t); n != 1 { // of NewRows
			f.t.Errorf("the other app has %d submissions", n)
		}
	})
}

// An event type that cannot be booked any more is passed over.
func TestClosedEventTypesArePassedOver(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		gone, off, open, fallback := f.eventType("gone"), f.eventType("off"), f.eventType("open"), f.eventType("fallback")
		form := f.leading(gone, off, open)
		must(f.Update(f.ctx, form.ID, routingform.Changes{Fallback: &fallback}))(f.t)
		set := func(d domain.FormDestination, change func(*ent.EventTypeUpdateOne)) {
			u := f.client.EventType.UpdateOneID(d.Value)
			change(u)
			must(u.Save(f.system))(f.t)
		}
		f.leads(form, gone)
		set(gone, func(u *ent.EventTypeUpdateOne) { u.SetArchivedAt(f.now) })
		f.leads(form, off)
		set(off, func(u *ent.EventTypeUpdateOne) { u.SetActive(false) })
		f.leads(form, open)
		set(open, func(u *ent.EventTypeUpdateOne) { u.SetActive(false) })
		f.leads(form, fallback)
		set(fallback, func(u *ent.EventTypeUpdateOne) { u.SetActive(false) })
		f.leads(form, message("Thank you for your answers."))
		set(off, func(u *ent.EventTypeUpdateOne) { u.SetActive(true).SetPublic(false) }) // hidden, not closed
		f.leads(form, off)
	})
}

// Without its event there is no submission.
func TestSubmissionAndEventAreOne(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		f.broken.Store(true)
		f.keeps("no event", "INTERNAL", func() error {
			_, err := f.Submit(f.ctx, submission(form, "Topic?", "a"))
			return err
		})
		if n := f.published.Load(); n != 0 {
			f.t.Errorf("%d events were published", n)
		}
	})
}

func TestManySubmitAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		const n = 40
		form := f.form()
		ids := make([]string, n)
		for _, err := range together(n, func(i int) error {
			got, err := f.Submit(f.ctx, submission(form, "Topic?", fmt.Sprint(i)))
			if err == nil {
				ids[i] = got.ID
			}
			return err
		}) {
			refused(f.t, "at once", err, "")
		}
		told := map[string]bool{}
		rows := f.events()
		for i, e := range rows {
			told[e.SeriesID] = true
			if i > 0 && e.Number != rows[i-1].Number+1 {
				f.t.Errorf("event %d follows %d", e.Number, rows[i-1].Number)
			}
		}
		for _, id := range ids {
			if !told[id] {
				f.t.Errorf("%s is not told", id)
			}
		}
		if len(rows) != n {
			f.t.Errorf("%d events", len(rows))
		}
	})
}
