package routingform_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/routingform"
)

func condition(question string, o domain.ConditionOperator, value string) domain.FormCondition {
	return domain.FormCondition{Question: question, Operator: o, Value: value}
}

// A table of conditions, each with answers that meet it and answers that do not.
// "-" stands for none.
func TestConditions(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in := f.input()
		in.Questions[0].Required = false
		form := must(f.Create(f.ctx, in))(f.t)
		for _, c := range []struct {
			condition domain.FormCondition
			met, not  []string
		}{
			{condition("Topic?", domain.Equals, "Straße"), []string{"Straße", "STRAßE", "straẞe"}, []string{"-", "Strasse", "Straße ", "a Straße"}},
			{condition("Topic?", domain.Equals, "K"), []string{"k", "K", "\u212a"}, []string{"-", "kk"}},
			{condition("Topic?", domain.NotEquals, "yes"), []string{"-", "no", "yes "}, []string{"yes", "YES"}},
			{condition("Topic?", domain.Contains, "Price"), []string{"the PRICES", "price"}, []string{"-", "prize"}},
			{condition("Topic?", domain.Contains, "ΣΑΣ"), []string{"σας", "ςασ!"}, []string{"σα"}},
			{condition("Topic?", domain.NotContains, "price"), []string{"-", "prize"}, []string{"the PRICES"}},
			{condition("Topic?", domain.Answered, ""), []string{"0"}, []string{"-", " "}},
			{condition("Topic?", domain.NotAnswered, ""), []string{"-", " \n"}, []string{"0"}},
			{condition("How many?", domain.Equals, "10"), []string{"10", "10.0", "10.00", "010"}, []string{"-", "100", "1"}},
			{condition("How many?", domain.NotEquals, "10"), []string{"-", "11"}, []string{"10.00"}},
			{condition("How many?", domain.GreaterThan, "9.5"), []string{"10", "1000"}, []string{"-", "9.5", "9", "-10"}},
			{condition("How many?", domain.LessThan, "9.5"), []string{"9", "-10"}, []string{"-", "9.5", "10"}},
			{condition("How many?", domain.NotAnswered, ""), []string{"-"}, []string{"0"}},
			{condition("Plan?", domain.Equals, "TEAM"), []string{"Team"}, []string{"-", "Free"}},
			{condition("Plan?", domain.Contains, "ea"), []string{"Team"}, []string{"-", "Free"}},
			{condition("Mail?", domain.Contains, "@EXAMPLE.org"), []string{"ana@example.org"}, []string{"-", "ana@example.com"}},
			{condition("Phone?", domain.NotEquals, "+34 600"), []string{"-", "+34600"}, []string{"+34 600"}},
		} {
			to := message("met")
			must(f.Update(f.ctx, form.ID, routingform.Changes{Routes: []domain.FormRoute{
				{Match: domain.MatchAll, Conditions: []domain.FormCondition{c.condition}, Destination: to},
			}}))(f.t)
			for answers, want := range map[*[]string]domain.FormDestination{&c.met: to, &c.not: *form.Fallback} {
				for _, answer := range *answers {
					words := []string{c.condition.Question, answer}
					if answer == "-" {
						words = nil
					}
					got, err := f.Submit(f.ctx, submission(form, words...))
					if err != nil || *got.Result != want {
						f.t.Errorf("%v of %q leads to %v, %v", c.condition, answer, got, err)
					}
				}
			}
		}
	})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form := f.form()
		several := condition("How many?", domain.GreaterThan, "9")
		team := condition("Plan?", domain.Equals, "Team")
		for _, c := range []struct {
			match       domain.ConditionMatch
			conditions  []domain.FormCondition
			many, plan  string
			leadsBehind bool
		}{
			{domain.MatchAll, nil, "1", "Free", false},
			{domain.MatchAny, nil, "1", "Free", false},
			{domain.MatchAll, []domain.FormCondition{several, team}, "10", "Team", false},
			{domain.MatchAll, []domain.FormCondition{several, team}, "10", "Free", true},
			{domain.MatchAny, []domain.FormCondition{several, team}, "10", "Free", false},
			{domain.MatchAny, []domain.FormCondition{several, team}, "1", "Team", false},
			{domain.MatchAny, []domain.FormCondition{several, team}, "1", "Free", true},
		} {
			must(f.Update(f.ctx, form.ID, routingform.Changes{Routes: []domain.FormRoute{
				{Match: c.match, Conditions: c.conditions, Destination: message("first")},
				{Match: domain.MatchAll, Destination: message("second")},
			}}))(f.t)
			want := message("first")
			if c.leadsBehind {
				want = message("second")
			}
			f.leads(form, want, "Topic?", "a", "How many?", c.many, "Plan?", c.plan)
		}
	})
}

// guess judges in the plainest way whether an answer, nil for none, meets a
// condition.
func guess(c domain.FormCondition, number bool, answer *string) bool {
	if answer == nil {
		return c.Operator == domain.NotAnswered || c.Operator == domain.NotEquals || c.Operator == domain.NotContains
	}
	n, _ := strconv.ParseFloat(*answer, 64)
	v, _ := strconv.ParseFloat(c.Value, 64)
	equal, within := strings.EqualFold(*answer, c.Value), false
	if number {
		equal = n == v
	}
	for from := range len(*answer) + 1 {
		for to := from; to <= len(*answer); to++ {
			within = within || strings.EqualFold((*answer)[from:to], c.Value)
		}
	}
	return map[domain.ConditionOperator]bool{
		domain.Answered: true, domain.Equals: equal, domain.NotEquals: !equal, domain.Contains: within, domain.NotContains: !within,
		domain.GreaterThan: n > v, domain.LessThan: n < v,
	}[c.Operator]
}

// drawn is a form of one question of each kind, with routes, and answers to it.
type drawn struct {
	form    *ent.RoutingForm
	routes  []domain.FormRoute
	answers map[string]*string
}

// Exactly the first of the routes that match leads.
func TestTheFirstRouteThatMatchesLeads(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in := f.input()
		in.Questions[0].Required = false
		form := must(f.Create(f.ctx, in))(f.t)
		rapid.Check(f.t, func(r *rapid.T) {
			d := draw(r, form)
			if _, err := f.Update(f.ctx, form.ID, routingform.Changes{Routes: d.routes}); err != nil {
				r.Fatalf("the routes: %v", err)
			}
			var words []string
			for question, answer := range d.answers {
				if answer != nil {
					words = append(words, question, *answer)
				}
			}
			got, err := f.Submit(f.ctx, submission(form, words...))
			if want := d.leads(); err != nil || *got.Result != want {
				r.Fatalf("%q lead to %v, %v, want %v by %v", words, got, err, want, d.routes)
			}
		})
	})
}

func draw(r *rapid.T, form *ent.RoutingForm) drawn {
	texts := []string{"a", "A", "ab", "BA", "b", "ſ", "s", "ß", "ẞ", "É", "é"}
	numbers := []string{"1", "1.0", "2", "-1", "10.00", "10"}
	plans := []string{"Free", "Team"}
	d := drawn{form: form, answers: map[string]*string{
		"Topic?":    rapid.Ptr(rapid.SampledFrom(texts), true).Draw(r, "topic"),
		"How many?": rapid.Ptr(rapid.SampledFrom(numbers), true).Draw(r, "how many"),
		"Plan?":     rapid.Ptr(rapid.SampledFrom(plans), true).Draw(r, "plan"),
	}}
	always := []domain.ConditionOperator{domain.Equals, domain.NotEquals, domain.Answered, domain.NotAnswered}
	conditions := rapid.Custom(func(r *rapid.T) domain.FormCondition {
		c := domain.FormCondition{Question: rapid.SampledFrom([]string{"Topic?", "How many?", "Plan?"}).Draw(r, "question")}
		values, operators := plans, slices.Concat(always, []domain.ConditionOperator{domain.Contains, domain.NotContains})
		switch c.Question {
		case "Topic?":
			values = texts
		case "How many?":
			values, operators = numbers, slices.Concat(always, []domain.ConditionOperator{domain.GreaterThan, domain.LessThan})
		}
		c.Operator = rapid.SampledFrom(operators).Draw(r, "operator")
		if c.Operator != domain.Answered && c.Operator != domain.NotAnswered {
			c.Value = rapid.SampledFrom(values).Draw(r, "value")
		}
		return c
	})
	for i := range rapid.IntRange(0, 5).Draw(r, "routes") {
		d.routes = append(d.routes, domain.FormRoute{
			Match:       rapid.SampledFrom([]domain.ConditionMatch{domain.MatchAll, domain.MatchAny}).Draw(r, "match"),
			Conditions:  rapid.SliceOfN(conditions, 0, 3).Draw(r, "conditions"),
			Destination: message(fmt.Sprint("route ", i)),
		})
	}
	d.routes = append([]domain.FormRoute{}, d.routes...)
	return d
}

// leads is where the answers lead, counted out condition by condition.
func (d drawn) leads() domain.FormDestination {
	for _, route := range d.routes {
		met := 0
		for _, c := range route.Conditions {
			if guess(c, c.Question == "How many?", d.answers[c.Question]) {
				met++
			}
		}
		if met == len(route.Conditions) || met > 0 && route.Match == domain.MatchAny {
			return route.Destination
		}
	}
	return *d.form.Fallback
}
