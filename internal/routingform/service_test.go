package routingform_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/routingform"
	"slotcast/internal/viewer"
)

// same compares a form with what is expected, but for its edges.
func same(t *testing.T, what string, got, want *ent.RoutingForm) {
	t.Helper()
	diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ent.RoutingForm{}), cmpopts.IgnoreFields(ent.RoutingForm{}, "Edges"),
		cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0))
	if diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// with gives questions the ids of a form's.
func with(questions []domain.Question, form *ent.RoutingForm) (out []domain.FormQuestion) {
	for i, q := range questions {
		out = append(out, domain.FormQuestion{ID: form.Questions[i].ID, Question: q.Question, Type: q.Type, Required: q.Required, Choices: q.Choices})
	}
	return out
}

func TestCreate(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in, now := f.input(), f.now.UTC().Truncate(time.Microsecond)
		form := must(f.Create(f.ctx, in))(f.t)
		want := &ent.RoutingForm{
			ID: form.ID, AppID: f.ours["App"], CreatedAt: now, UpdatedAt: now, Name: in.Name, Status: domain.FormPublished,
			Questions: with(in.Questions, form), Routes: in.Routes, Fallback: in.Fallback,
		}
		same(f.t, "the form", form, want)
		same(f.t, "its row", must(f.client.RoutingForm.Get(f.ctx, form.ID))(f.t), want)
		ids := map[string]bool{}
		for _, q := range form.Questions {
			ids[must(uuid.Parse(q.ID))(f.t).String()] = true
		}
		if len(ids) != len(in.Questions) {
			f.t.Errorf("the questions' ids are %v", ids)
		}

		least := must(f.Create(f.ctx, routingform.Input{
			Name: "1", Status: domain.FormDraft, Questions: []domain.Question{{Question: "?", Type: domain.QuestionText}},
		}))(f.t)
		if d := *least.Fallback; d != message("Thank you for your answers.") || least.Routes == nil || len(least.Routes) > 0 {
			f.t.Errorf("the least: %v", least)
		}
	})
}

// Every change alone leaves all else as it is. A question keeps its id as long
// as its text.
func TestUpdate(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		want := f.form()
		first := slices.Clone(want.Questions)
		reordered := []domain.Question{
			{Question: "Phone?", Type: domain.QuestionText, Required: true}, {Question: "Why?", Type: domain.QuestionText},
			{Question: "Topic?", Type: domain.QuestionChoice, Choices: []string{"a"}},
		}
		for _, step := range []struct {
			name    string
			changes routingform.Changes
			apply   func(form *ent.RoutingForm)
		}{
			{"nothing", routingform.Changes{}, func(*ent.RoutingForm) {}},
			{"name", routingform.Changes{Name: pointer("X")}, func(form *ent.RoutingForm) { form.Name = "X" }},
			{"draft", routingform.Changes{Status: pointer(domain.FormDraft)}, func(form *ent.RoutingForm) { form.Status = domain.FormDraft }},
			{"published", routingform.Changes{Status: pointer(domain.FormPublished)}, func(form *ent.RoutingForm) { form.Status = domain.FormPublished }},
			{"fallback", routingform.Changes{Fallback: pointer(url("https://x.example.org"))}, func(form *ent.RoutingForm) {
				form.Fallback = pointer(url("https://x.example.org"))
			}},
			{"same questions", routingform.Changes{Questions: f.input().Questions}, func(*ent.RoutingForm) {}},
			{"routes", routingform.Changes{Routes: f.input().Routes[1:]}, func(form *ent.RoutingForm) { form.Routes = form.Routes[1:] }},
			{"no routes", routingform.Changes{Routes: []domain.FormRoute{}}, func(form *ent.RoutingForm) { form.Routes = nil }},
			{"questions", routingform.Changes{Questions: reordered}, func(form *ent.RoutingForm) {
				form.Questions = []domain.FormQuestion{
					{ID: first[4].ID, Question: "Phone?", Type: domain.QuestionText, Required: true},
					{Question: "Why?", Type: domain.QuestionText},
					{ID: first[0].ID, Question: "Topic?", Type: domain.QuestionChoice, Choices: []string{"a"}},
				}
			}},
			{"questions and routes", routingform.Changes{
				Questions: []domain.Question{{Question: "Mail?", Type: domain.QuestionNumber}},
				Routes: []domain.FormRoute{{
					Match: domain.MatchAll, Conditions: []domain.FormCondition{{Question: "Mail?", Operator: domain.LessThan, Value: "1"}}, Destination: message("a"),
				}},
			}, func(form *ent.RoutingForm) {
				form.Questions = []domain.FormQuestion{{Question: "Mail?", Type: domain.QuestionNumber}}
				form.Routes = []domain.FormRoute{{
					Match: domain.MatchAll, Conditions: []domain.FormCondition{{Question: "Mail?", Operator: domain.LessThan, Value: "1"}}, Destination: message("a"),
				}}
			}},
		} {
			f.now = f.now.Add(time.Second)
			got, err := f.Update(f.ctx, want.ID, step.changes)
			if err != nil {
				f.t.Errorf("%s: %v", step.name, err)
				continue
			}
			step.apply(want)
			want.UpdatedAt = f.now.UTC().Truncate(time.Microsecond)
			for i := range want.Questions {
				if q := &want.Questions[i]; q.ID == "" { // a new question
					q.ID = got.Questions[i].ID
					if slices.ContainsFunc(first, func(b domain.FormQuestion) bool { return b.ID == q.ID }) {
						f.t.Errorf("%s: the new question has the id of an old one", step.name)
					}
				}
			}
			same(f.t, step.name, got, want)
			same(f.t, step.name+", its row", must(f.client.RoutingForm.Get(f.ctx, want.ID))(f.t), want)
		}
	})
}

// What the form leads to already need not be there any more.
func TestUpdateLooksAtNewDestinationsOnly(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		must(f.client.EventType.UpdateOneID(f.ours["EventType"]).SetArchivedAt(f.now).Save(f.system))(f.t)
		must(f.Update(f.ctx, form.ID, routingform.Changes{Name: pointer("X")}))(f.t)
		f.keeps("the same routes again", "NOT_FOUND routes.0.destination.value", func() error {
			_, err := f.Update(f.ctx, form.ID, routingform.Changes{Routes: f.input().Routes})
			return err
		})
	})
}

func TestWhoChangesForms(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		scoped := func(scopes ...domain.TokenScope) context.Context {
			return viewer.With(f.t.Context(), viewer.Viewer{
				AppID: f.ours["App"], AgentID: f.ours["Agent"], Role: domain.Admin, Scopes: viewer.ScopesOf(scopes),
			})
		}
		for _, c := range []struct {
			name, create, update string
			ctx                  context.Context
		}{
			{"admin", "", "", f.as(domain.Admin)},
			{"with the scope alone", "", "", scoped(domain.RoutingFormsWrite)},
			{"member", "FORBIDDEN", "FORBIDDEN", f.as(domain.Member)},
			{"reader", "FORBIDDEN", "FORBIDDEN", scoped(domain.RoutingFormsRead, domain.EventTypesWrite, domain.MeetingsWrite)},
			{"page", "FORBIDDEN", "FORBIDDEN", f.page("")},
			{"nobody", "UNAUTHENTICATED", "UNAUTHENTICATED", f.t.Context()},
			{"another app", "NOT_FOUND routes.0.destination.value", "NOT_FOUND id", viewer.With(f.t.Context(), viewer.Viewer{
				AppID: f.theirs["App"], AgentID: f.theirs["Agent"], Role: domain.Owner,
			})},
			{"a token that was taken back", "UNAUTHENTICATED", "UNAUTHENTICATED", viewer.With(f.t.Context(), viewer.Viewer{
				AppID: f.ours["App"], AgentID: f.ours["Agent"], Role: domain.Owner, CredentialID: f.theirs["AccessToken"],
			})},
		} {
			_, err := f.Create(c.ctx, f.input())
			refused(f.t, c.name+" creates", err, c.create)
			_, err = f.Update(c.ctx, form.ID, routingform.Changes{Name: &c.name})
			refused(f.t, c.name+" updates", err, c.update)
		}
		for id, want := range map[string]string{"": "NOT_FOUND id", f.theirs["RoutingForm"]: "NOT_FOUND id", "\x00": "BAD_USER_INPUT id"} {
			f.keeps("form "+id, want, func() error {
				_, err := f.Update(f.ctx, id, routingform.Changes{Name: pointer("X")})
				return err
			})
		}
	})
}

// The last form that there is room for is made once, however many try.
func TestFormsOfAnAppAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		creates := make([]*ent.RoutingFormCreate, 998) // NewRows made one
		for i := range creates {
			creates[i] = f.client.RoutingForm.Create().SetAppID(f.ours["App"]).SetName("x").
				SetQuestions([]domain.FormQuestion{}).SetFallback(&domain.FormDestination{})
		}
		if err := f.client.RoutingForm.CreateBulk(creates...).Exec(f.system); err != nil {
			f.t.Fatal(err)
		}
		errs := together(20, func(int) error {
			_, err := f.Create(f.ctx, f.input())
			return err
		})
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				refused(f.t, "one too many", err, "LIMIT_EXCEEDED")
			}
		}
		if made != 1 {
			f.t.Errorf("%d were made", made)
		}
		other := viewer.With(f.t.Context(), viewer.Viewer{AppID: f.theirs["App"], AgentID: f.theirs["Agent"], Role: domain.Owner})
		in := f.input()
		in.Routes = nil
		must(f.Create(other, in))(f.t)
	})
}

// together runs a call n times at once.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = call(i) })
	}
	all.Wait()
	return errs
}

// Changes of different things at the same time are all made.
func TestUpdatesDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		for round := range 10 {
			name, to := fmt.Sprint("round ", round), message(fmt.Sprint("to ", round))
			status := []domain.RoutingFormStatus{domain.FormDraft, domain.FormPublished}[round%2]
			questions := append(f.input().Questions, domain.Question{Question: name, Type: domain.QuestionText})
			changes := []routingform.Changes{
				{Name: &name}, {Status: &status}, {Fallback: &to}, {Questions: questions},
				{Routes: []domain.FormRoute{{Match: domain.MatchAll, Destination: to}}},
			}
			errs := together(len(changes), func(i int) error {
				_, err := f.Update(f.ctx, form.ID, changes[i])
				return err
			})
			got := must(f.client.RoutingForm.Get(f.ctx, form.ID))(f.t)
			if got.Name != name || got.Status != status || *got.Fallback != to || got.Questions[5].Question != name || got.Routes[0].Destination != to {
				f.t.Fatalf("round %d: %v, %v", round, got, errs)
			}
		}
	})
}
