package booking_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, func(c *ent.EventTypeCreate) {
			c.SetQuestions([]domain.Question{
				{Question: "Why?", Type: domain.QuestionText, Required: true}, {Question: "How many?", Type: domain.QuestionNumber},
				{Question: "Which?", Type: domain.QuestionChoice, Choices: []string{"a", "b"}},
				{Question: "Where?", Type: domain.QuestionEmail}, {Question: "Call?", Type: domain.QuestionPhone},
			})
		}, f.ada)
		try := func(given ...domain.Answer) func() error {
			return func() error {
				in := ask(et, at(10, 0), "Bob", "Eva")
				in.Attendees[0].Answers, in.Attendees[1].Answers = []domain.Answer{{Question: "Why?", Answer: "So."}}, given
				_, err := f.service.Book(f.ctx, in)
				return err
			}
		}
		why, field := domain.Answer{Question: "Why?", Answer: "So."}, "BAD_USER_INPUT attendees.1.answers"
		f.keeps(field, try())
		f.keeps(field, try(domain.Answer{Question: "Why?", Answer: " \n"}))
		f.keeps(field+".1.question", try(why, why))
		f.keeps(field+".1.question", try(why, domain.Answer{Question: "why?"}))
		for question, bad := range map[string][]string{
			"How many?": {"x", "NaN", "Inf", "-Infinity", "1e999", " 1", "1,5"}, "Which?": {"A", "a ", "c"},
			"Where?": {"eva", "Eva <eva@example.org>"}, "Call?": {"+", "12", "abc", "+34 600 x", "++34600", "123456789012345678901"},
		} {
			for _, answer := range bad {
				f.keeps(field+".1.answer", try(why, domain.Answer{Question: question, Answer: answer}))
			}
		}
		for question, good := range map[string][]string{
			"How many?": {"0", "-12.5", "1000"}, "Which?": {"b"}, "Where?": {"eva@example.org"}, "Call?": {"+34 600-000/00", "(030) 12.34"},
		} {
			for _, answer := range good {
				refused(f.t, try(domain.Answer{Question: question, Answer: answer}, why)(), "")
				m := must(f.db.Client.Meeting.Query().WithAttendees().Order(ent.Desc("id")).First(f.ctx))(f.t)
				got := m.Edges.Attendees[1].Answers
				if len(got) != 2 || got[0] != why || got[1].Answer != answer || got[1].Position == 0 {
					f.t.Errorf("answers: %v", got)
				}
				must(f.cancel(m))(f.t)
			}
		}
		// what is left blank is not kept; the order is that of the questions
		refused(f.t, try(domain.Answer{Question: "Where?"}, domain.Answer{Question: "Which?", Answer: "a", Position: 9}, why)(), "")
		m := must(f.db.Client.Meeting.Query().WithAttendees().Order(ent.Desc("id")).First(f.ctx))(f.t)
		want := []domain.Answer{why, {Question: "Which?", Answer: "a", Position: 2}}
		if diff := cmp.Diff(want, m.Edges.Attendees[1].Answers); diff != "" {
			f.t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
}
