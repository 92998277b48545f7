package routingform_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/routingform"
)

// mistake is one change of the form of fixture.input that is refused, with the
// code and field of the refusal.
type mistake struct {
	name, want string
	change     func(in *routingform.Input)
}

func bad(name, field string, change func(in *routingform.Input)) mistake {
	return mistake{name, "BAD_USER_INPUT " + field, change}
}

func (f *fixture) mistakes() []mistake {
	return slices.Concat(textMistakes(), questionMistakes(), routeMistakes(), conditionMistakes(), f.destinationMistakes())
}

func textMistakes() (out []mistake) {
	for _, name := range []string{"", " \t", strings.Repeat("é", 101), "a\x00", "a\xff"} {
		out = append(out, bad(fmt.Sprintf("name %q", name), "name", func(in *routingform.Input) { in.Name = name }))
	}
	return append(out,
		bad("status", "status", func(in *routingform.Input) { in.Status = "OPEN" }),
		mistake{"too much in all", "LIMIT_EXCEEDED", func(in *routingform.Input) {
			for i := range 50 {
				in.Routes = append(in.Routes[:i], domain.FormRoute{Match: domain.MatchAll, Destination: message(strings.Repeat("é", 2500))})
			}
		}})
}

func texts(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

func questionMistakes() []mistake {
	ask := func(name, field string, q ...domain.Question) mistake {
		return bad("questions: "+name, field, func(in *routingform.Input) { in.Questions, in.Routes = q, []domain.FormRoute{} })
	}
	why := domain.Question{Question: "Why?", Type: domain.QuestionText}
	choice := func(name, field string, choices ...string) mistake {
		return ask(name, "questions.1."+field, why, domain.Question{Question: "Which?", Type: domain.QuestionChoice, Choices: choices})
	}
	many := make([]domain.Question, 51)
	for i := range many {
		many[i] = domain.Question{Question: fmt.Sprint(i), Type: domain.QuestionText}
	}
	return []mistake{
		ask("none", "questions", []domain.Question{}...),
		ask("too many", "questions", many...),
		ask("blank", "questions.0.question", domain.Question{Question: " \n", Type: domain.QuestionText}),
		ask("long", "questions.0.question", domain.Question{Question: strings.Repeat("é", 251), Type: domain.QuestionText}),
		ask("NUL", "questions.0.question", domain.Question{Question: "a\x00", Type: domain.QuestionText}),
		ask("twice", "questions.1.question", why, why),
		ask("type", "questions.0.type", domain.Question{Question: "Why?", Type: "DATE"}),
		ask("no type", "questions.0.type", domain.Question{Question: "Why?"}),
		ask("choices of a TEXT", "questions.0.choices", domain.Question{Question: "Why?", Type: domain.QuestionText, Choices: []string{"a"}}),
		choice("no choices", "choices"),
		choice("too many choices", "choices", texts(101)...),
		choice("blank choice", "choices.1", "a", " "),
		choice("long choice", "choices.0", strings.Repeat("a", 201)),
		choice("choice twice", "choices.2", "a", "b", "a"),
		choice("choice twice but for its case", "choices.1", "ärger", "ÄRGER"),
		bad("a route's question goes", "routes.0.conditions.1.question", func(in *routingform.Input) {
			in.Questions = slices.Delete(slices.Clone(in.Questions), 1, 2)
		}),
		bad("a route's NUMBER becomes a TEXT", "routes.0.conditions.1.operator", func(in *routingform.Input) {
			in.Questions = slices.Clone(in.Questions)
			in.Questions[1].Type = domain.QuestionText
		}),
		bad("a route's choice goes", "routes.0.conditions.0.value", func(in *routingform.Input) {
			in.Questions = slices.Clone(in.Questions)
			in.Questions[2].Choices = []string{"Free", "Pro"}
		}),
	}
}

func routeMistakes() []mistake {
	return []mistake{
		bad("too many routes", "routes", func(in *routingform.Input) {
			in.Routes = slices.Repeat([]domain.FormRoute{{Match: domain.MatchAll, Destination: message("a")}}, 51)
		}),
		bad("match", "routes.1.match", func(in *routingform.Input) { in.Routes[1].Match = "NONE" }),
		bad("no match", "routes.0.match", func(in *routingform.Input) { in.Routes[0].Match = "" }),
		bad("too many conditions", "routes.1.conditions", func(in *routingform.Input) {
			in.Routes[1].Conditions = slices.Repeat([]domain.FormCondition{{Question: "Topic?", Operator: domain.Answered}}, 11)
		}),
	}
}

func conditionMistakes() (out []mistake) {
	is := func(field, question string, o domain.ConditionOperator, values ...string) {
		for _, value := range values {
			c := domain.FormCondition{Question: question, Operator: o, Value: value}
			out = append(out, bad(fmt.Sprint(c), "routes.0.conditions.1."+field, func(in *routingform.Input) { in.Routes[0].Conditions[1] = c }))
		}
	}
	for _, unknown := range []string{"", "topic?", "Topic? ", "a\x00", strings.Repeat("é", 251)} {
		is("question", unknown, domain.Answered, "")
	}
	is("operator", "Topic?", "LIKE", "a")
	is("operator", "Topic?", "", "a")
	for _, question := range []string{"Topic?", "Plan?", "Mail?", "Phone?"} {
		is("operator", question, domain.GreaterThan, "1")
		is("operator", question, domain.LessThan, "1")
	}
	is("operator", "How many?", domain.Contains, "1")
	is("operator", "How many?", domain.NotContains, "1")
	for _, o := range []domain.ConditionOperator{domain.Equals, domain.NotEquals, domain.GreaterThan, domain.LessThan} {
		is("value", "How many?", o, "", "x", "1,5", "NaN", "Inf", "1e999", " 1")
	}
	for _, o := range []domain.ConditionOperator{domain.Equals, domain.NotEquals, domain.Contains, domain.NotContains} {
		is("value", "Topic?", o, "", "a\x00", strings.Repeat("é", 501))
	}
	is("value", "Plan?", domain.Equals, "Pro", "Tea", "Team ")
	is("value", "Plan?", domain.NotEquals, "Pro")
	is("value", "Topic?", domain.Answered, "a")
	is("value", "How many?", domain.NotAnswered, "1")
	return out
}

func (f *fixture) destinationMistakes() (out []mistake) {
	archived := f.eventType("archived")
	must(f.client.EventType.UpdateOneID(archived.Value).SetArchivedAt(f.now).Save(f.system))(f.t)
	for _, c := range []struct {
		code, field string
		to          domain.FormDestination
	}{
		{"BAD_USER_INPUT", "type", domain.FormDestination{Value: "a"}},
		{"BAD_USER_INPUT", "type", domain.FormDestination{Type: "MAIL", Value: "a"}},
		{"BAD_USER_INPUT", "value", domain.FormDestination{Type: domain.ToEventType}},
		{"BAD_USER_INPUT", "value", domain.FormDestination{Type: domain.ToEventType, Value: "a\x00"}},
		{"NOT_FOUND", "value", domain.FormDestination{Type: domain.ToEventType, Value: "call"}},
		{"NOT_FOUND", "value", domain.FormDestination{Type: domain.ToEventType, Value: f.theirs["EventType"]}},
		{"NOT_FOUND", "value", archived},
		{"BAD_USER_INPUT", "value", url("")},
		{"BAD_USER_INPUT", "value", url("www.example.org")},
		{"BAD_USER_INPUT", "value", url("//www.example.org/")},
		{"BAD_USER_INPUT", "value", url("/prices")},
		{"BAD_USER_INPUT", "value", url("http:prices")},
		{"BAD_USER_INPUT", "value", url("https://")},
		{"BAD_USER_INPUT", "value", url("https://:443/")},
		{"BAD_USER_INPUT", "value", url("ftp://www.example.org/")},
		{"BAD_USER_INPUT", "value", url("javascript:alert(1)//")},
		{"BAD_USER_INPUT", "value", url("data:text/html,hello")},
		{"BAD_USER_INPUT", "value", url("https://jo@www.example.org/")},
		{"BAD_USER_INPUT", "value", url("https://jo:secret@www.example.org/")},
		{"BAD_USER_INPUT", "value", url("https://www.example.org\\@evil.example.org/")},
		{"BAD_USER_INPUT", "value", url("https://www.example.org/a b")},
		{"BAD_USER_INPUT", "value", url("https://www.example.org/\n")},
		{"BAD_USER_INPUT", "value", url("https://www.example.org/\x00")},
		{"BAD_USER_INPUT", "value", url("https://www.example.org/" + strings.Repeat("a", 2025))},
		{"BAD_USER_INPUT", "value", message("")},
		{"BAD_USER_INPUT", "value", message(" \n")},
		{"BAD_USER_INPUT", "value", message("a\xff")},
		{"BAD_USER_INPUT", "value", message(strings.Repeat("é", 2501))},
	} {
		out = append(out,
			mistake{fmt.Sprintf("route to %.60v", c.to), c.code + " routes.1.destination." + c.field, func(in *routingform.Input) {
				in.Routes[1].Destination = c.to
			}},
			mistake{fmt.Sprintf("fallback to %.60v", c.to), c.code + " fallback." + c.field, func(in *routingform.Input) { in.Fallback = &c.to }})
	}
	return out
}

func TestCreateAndUpdateRefuse(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form, mistakes := f.form(), f.mistakes()
		before := f.dump()
		for _, m := range mistakes {
			in := f.input()
			m.change(&in)
			_, err := f.Create(f.ctx, in)
			refused(f.t, "create: "+m.name, err, m.want)
			_, err = f.Update(f.ctx, form.ID, difference(f.input(), in))
			refused(f.t, "update: "+m.name, err, m.want)
		}
		if f.dump() != before {
			f.t.Error("something changed")
		}
	})
}

// difference says only what is not the same.
func difference(from, to routingform.Input) (c routingform.Changes) {
	if to.Name != from.Name {
		c.Name = &to.Name
	}
	if to.Status != from.Status {
		c.Status = &to.Status
	}
	if fmt.Sprint(to.Questions) != fmt.Sprint(from.Questions) {
		c.Questions = append([]domain.Question{}, to.Questions...)
	}
	if fmt.Sprint(to.Routes) != fmt.Sprint(from.Routes) {
		c.Routes = append([]domain.FormRoute{}, to.Routes...)
	}
	if *to.Fallback != *from.Fallback {
		c.Fallback = to.Fallback
	}
	return c
}

func TestBoundsAreTaken(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in := routingform.Input{Name: strings.Repeat("é", 100), Status: domain.FormDraft, Fallback: pointer(message(strings.Repeat("é", 2500)))}
		for i := range 49 {
			in.Questions = append(in.Questions, domain.Question{Question: fmt.Sprintf("%02d%s", i, strings.Repeat("é", 249)), Type: domain.QuestionText})
		}
		in.Questions = append(in.Questions, domain.Question{Question: "?", Type: domain.QuestionChoice, Choices: texts(100)})
		for range 50 {
			in.Routes = append(in.Routes, domain.FormRoute{Match: domain.MatchAny, Destination: message("1")})
		}
		in.Routes[1].Destination = url("HTTPS://user.example.org:8443/" + strings.Repeat("a", 2016) + "#@")
		in.Routes[2].Conditions = slices.Repeat([]domain.FormCondition{{Question: "?", Operator: domain.Contains, Value: strings.Repeat("é", 500)}}, 10)
		must(f.Create(f.ctx, in))(f.t)
		must(f.Create(f.ctx, routingform.Input{
			Name: "1", Status: domain.FormPublished, Questions: []domain.Question{{Question: "?", Type: domain.QuestionChoice, Choices: []string{"1"}}},
		}))(f.t)
	})
}
