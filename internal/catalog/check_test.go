package catalog_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"slotcast/internal/catalog"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// numbers are n different ones from 1.
func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

func texts(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return out
}

func questions(n int) []domain.Question {
	out := make([]domain.Question, n)
	for i := range out {
		out[i] = domain.Question{Question: fmt.Sprint(i), Type: domain.QuestionText}
	}
	return out
}

func reminders(n int) []domain.Reminder {
	out := make([]domain.Reminder, n)
	for i := range out {
		out[i] = domain.Reminder{Channel: "EMAIL", BeforeMinutes: i + 1}
	}
	return out
}

// choice is the second of two questions, the first of which is fine.
func choice(choices ...string) []domain.Question {
	return append(questions(1), domain.Question{Question: "Which?", Type: domain.QuestionChoice, Choices: choices})
}

// mistake is one change of a GROUP event type that is refused.
type mistake struct {
	name   string
	field  string
	change func(in *catalog.Input)
}

func mistakes() []mistake {
	long := strings.Repeat
	number := func(field string, set func(in *catalog.Input, n int), bad ...int) (out []mistake) {
		for _, n := range bad {
			out = append(out, mistake{fmt.Sprint(field, " ", n), field, func(in *catalog.Input) { set(in, n) }})
		}
		return out
	}
	ask := func(name, field string, q ...domain.Question) mistake {
		return mistake{"questions: " + name, field, func(in *catalog.Input) { in.Questions = q }}
	}
	remind := func(name, field string, r ...domain.Reminder) mistake {
		return mistake{"reminders: " + name, field, func(in *catalog.Input) { in.Reminders = r }}
	}
	return slices.Concat([]mistake{
		{"no name", "name", func(in *catalog.Input) { in.Name = "" }},
		{"blank name", "name", func(in *catalog.Input) { in.Name = " \t\n" }},
		{"long name", "name", func(in *catalog.Input) { in.Name = long("é", 101) }},
		{"NUL in the name", "name", func(in *catalog.Input) { in.Name = "a\x00" }},
		{"no UTF-8 in the name", "name", func(in *catalog.Input) { in.Name = "a\xff" }},
		{"same agent twice", "agentIds.2", func(in *catalog.Input) { in.AgentIDs = []string{"a", "b", "a"} }},
		{"too many agents", "agentIds", func(in *catalog.Input) { in.AgentIDs = texts(51) }},
		{"NUL in an agent", "agentIds.0", func(in *catalog.Input) { in.AgentIDs = []string{"\x00"} }},
		{"too many durations", "durations", func(in *catalog.Input) { in.Durations = numbers(21) }},
		{"too many with the default", "durations", func(in *catalog.Input) { in.DurationMinutes, in.Durations = 21, numbers(20) }},
		{"duration twice", "durations.2", func(in *catalog.Input) { in.Durations = []int{60, 30, 60} }},
		{"duration 0", "durations.1", func(in *catalog.Input) { in.Durations = []int{60, 0} }},
		{"duration 1441", "durations.0", func(in *catalog.Input) { in.Durations = []int{1441, 60} }},
		{"unknown mode", "mode", func(in *catalog.Input) { in.Mode = "TELEPATHY" }},
		{"no mode", "mode", func(in *catalog.Input) { in.Mode = "" }},
		{"long mode note", "modeNote", func(in *catalog.Input) { in.ModeNote = pointer(long("x", 1001)) }},
		{"NUL in the mode note", "modeNote", func(in *catalog.Input) { in.ModeNote = pointer("\x00") }},
		ask("too many", "questions", questions(51)...),
		ask("blank", "questions.0.question", domain.Question{Question: " ", Type: domain.QuestionText}),
		ask("long", "questions.0.question", domain.Question{Question: long("x", 1001), Type: domain.QuestionText}),
		ask("NUL", "questions.0.question", domain.Question{Question: "a\x00", Type: domain.QuestionText}),
		ask("twice", "questions.1.question", questions(1)[0], questions(1)[0]),
		ask("unknown type", "questions.0.type", domain.Question{Question: "Why?", Type: "RIDDLE"}),
		ask("no type", "questions.0.type", domain.Question{Question: "Why?"}),
		ask("no choices", "questions.1.choices", choice()...),
		ask("too many choices", "questions.1.choices", choice(texts(51)...)...),
		ask("blank choice", "questions.1.choices.1", choice("a", "")...),
		ask("long choice", "questions.1.choices.0", choice(long("x", 201))...),
		ask("NUL in a choice", "questions.1.choices.0", choice("\x00")...),
		ask("choice twice", "questions.1.choices.2", choice("a", "b", "a")...),
		ask("choices of a TEXT", "questions.0.choices", domain.Question{Question: "Why?", Type: domain.QuestionText, Choices: texts(2)}),
		remind("too many", "reminders", reminders(11)...),
		remind("no channel", "reminders.0.channel", domain.Reminder{BeforeMinutes: 1}),
		remind("blank channel", "reminders.0.channel", domain.Reminder{Channel: " ", BeforeMinutes: 1}),
		remind("long channel", "reminders.0.channel", domain.Reminder{Channel: long("x", 51), BeforeMinutes: 1}),
		remind("at the start", "reminders.0.beforeMinutes", domain.Reminder{Channel: "SMS"}),
		remind("too early", "reminders.0.beforeMinutes", domain.Reminder{Channel: "SMS", BeforeMinutes: 525_601}),
		remind("twice", "reminders.2", append(reminders(2), reminders(1)...)...),
	},
		number("durationMinutes", func(in *catalog.Input, n int) { in.DurationMinutes, in.Durations = n, nil }, -1, 0, 1441),
		number("slotIntervalMinutes", func(in *catalog.Input, n int) { in.SlotIntervalMinutes = &n }, -1, 0, 1441),
		number("bufferBeforeMinutes", func(in *catalog.Input, n int) { in.BufferBeforeMinutes = n }, -1, 1441),
		number("bufferAfterMinutes", func(in *catalog.Input, n int) { in.BufferAfterMinutes = n }, -1, 1441),
		number("minimumNoticeMinutes", func(in *catalog.Input, n int) { in.MinimumNoticeMinutes = n }, -1, 525_601),
		number("horizonDays", func(in *catalog.Input, n int) { in.HorizonDays = n }, -1, 0, 3651),
		number("maxAttendees", func(in *catalog.Input, n int) { in.MaxAttendees = n }, -1, 0, 1001),
		number("holdMinutes", func(in *catalog.Input, n int) { in.HoldMinutes = n }, -1, 0, 1441),
		number("refundNoticeMinutes", func(in *catalog.Input, n int) { in.RefundNoticeMinutes = &n }, -1, 525_601),
		slugMistakes(), priceMistakes(),
	)
}

func slugMistakes() (out []mistake) {
	for _, slug := range []string{
		"", " ", "Call", "a b", "a_b", "a--b", "-a", "a-", "-", "é", "a/b", "a.b", "a\x00", strings.Repeat("a", 101), "call",
	} {
		out = append(out, mistake{fmt.Sprintf("slug %q", slug), "slug", func(in *catalog.Input) { in.Slug = &slug }})
	}
	return out
}

func priceMistakes() []mistake {
	all := map[string]any{"30": 1, "60": 2, "90": 3}
	of := func(name, field string, change func(in *catalog.Input)) mistake {
		return mistake{"price: " + name, field, func(in *catalog.Input) {
			in.AmountOnDuration = map[string]any{"30": 1, "60": 2, "90": 3}
			change(in)
		}}
	}
	out := []mistake{
		of("no currency", "currencyCode", func(in *catalog.Input) { in.CurrencyCode = nil }),
		of("of no more duration", "amountOnDuration.30", func(in *catalog.Input) { in.Durations = []int{60, 90} }),
		of("of no duration yet", "amountOnDuration.45", func(in *catalog.Input) { in.Durations = []int{30, 45, 60, 90} }),
		of("of the default alone", "amountOnDuration.30", func(in *catalog.Input) { in.Durations = []int{} }),
		of("unknown duration", "amountOnDuration.45", func(in *catalog.Input) { in.AmountOnDuration["45"] = 1 }),
		of("duration written oddly", "amountOnDuration.030", func(in *catalog.Input) { in.AmountOnDuration["030"] = 1 }),
		of("no duration", "amountOnDuration.long", func(in *catalog.Input) { in.AmountOnDuration["long"] = 1 }),
		of("left out", "amountOnDuration.60", func(in *catalog.Input) { delete(in.AmountOnDuration, "60") }),
		of("JPY with decimals", "amountOnDuration.60", func(in *catalog.Input) {
			in.AmountOnDuration["60"], in.CurrencyCode = 0.5, pointer("JPY")
		}),
		of("KWD with four", "amountOnDuration.60", func(in *catalog.Input) {
			in.AmountOnDuration["60"], in.CurrencyCode = 1.2345, pointer("KWD")
		}),
		of("JPY too high", "amountOnDuration.60", func(in *catalog.Input) {
			in.AmountOnDuration["60"], in.CurrencyCode = 1e12+1, pointer("JPY")
		}),
	}
	for _, code := range []string{"", "eur", "EU", "EURO", "€", "XXX", "E\x00R", "ERU"} {
		out = append(out,
			of(code, "currencyCode", func(in *catalog.Input) { in.CurrencyCode = &code }),
			mistake{"currency without a price " + code, "currencyCode", func(in *catalog.Input) {
				in.CurrencyCode, in.AmountOnDuration = &code, nil
			}})
	}
	for _, amount := range []any{
		nil, "12", true, []any{1}, all, json.Number(""), json.Number("1e999"), -1, -0.01, json.Number("-1"), int64(-1), 12.345, 1e-9,
		json.Number("12.345"), json.Number("0.001"), 1e10 + 1, 10_000_000_001, json.Number("10000000000.01"), 1e300,
	} {
		out = append(out, of(fmt.Sprintf("%T %v", amount, amount), "amountOnDuration.60", func(in *catalog.Input) {
			in.AmountOnDuration["60"] = amount
		}))
	}
	return out
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		before := f.dump()
		more := []mistake{
			{"unknown type", "type", func(in *catalog.Input) { in.Type = "DUEL" }},
			{"no type", "type", func(in *catalog.Input) { in.Type = "" }},
			{"SOLO with seats", "maxAttendees", func(in *catalog.Input) { in.Type = domain.Solo }},
			{"a name without a slug", "slug", func(in *catalog.Input) { in.Name, in.Slug = "打ち合わせ!", nil }},
		}
		for _, m := range append(mistakes(), more...) {
			in := f.full()
			m.change(&in)
			_, err := f.Create(f.ctx, in)
			refused(t, m.name, err, "BAD_USER_INPUT "+m.field)
		}
		if f.dump() != before {
			t.Error("something changed")
		}
	})
}

// The same mistakes as changes. Only what the mistake changes is sent.
func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		solo := must(f.Create(f.ctx, input()))(t)
		full := must(f.Create(f.ctx, f.full()))(t)
		before := f.dump()
		for _, m := range mistakes() {
			good, in := f.full(), f.full()
			m.change(&in)
			_, err := f.Update(f.ctx, full.ID, difference(good, in))
			refused(t, m.name, err, "BAD_USER_INPUT "+m.field)
		}
		for _, tt := range []struct {
			name, id, want string
			changes        catalog.Changes
		}{
			{"no agents", full.ID, "agentIds", catalog.Changes{AgentIDs: []string{}}},
			{"SOLO with seats", solo.ID, "maxAttendees", catalog.Changes{MaxAttendees: pointer(2)}},
			{"default that is no choice", full.ID, "durationMinutes", catalog.Changes{DurationMinutes: pointer(45)}},
			{"choice without the default", full.ID, "durations", catalog.Changes{Durations: []int{30, 90}}},
			{"no currency any more", full.ID, "currencyCode", catalog.Changes{CurrencyCode: none[string]()}},
			{"currency without decimals", full.ID, "amountOnDuration.30", catalog.Changes{CurrencyCode: pointer(pointer("JPY"))}},
			{"choice without a price", full.ID, "amountOnDuration.10", catalog.Changes{Durations: []int{10, 30, 60, 90}}},
			{"price without a currency", solo.ID, "currencyCode", catalog.Changes{AmountOnDuration: &map[string]any{"60": 1}}},
			{"price of another duration", full.ID, "amountOnDuration.30", catalog.Changes{AmountOnDuration: &map[string]any{"60": 1}}},
		} {
			_, err := f.Update(f.ctx, tt.id, tt.changes)
			refused(t, tt.name, err, "BAD_USER_INPUT "+tt.want)
		}
		if f.dump() != before {
			t.Error("something changed")
		}
	})
}

// difference says only what is not the same.
func difference(from, to catalog.Input) (c catalog.Changes) {
	c.Name, c.Mode = changed(from.Name, to.Name), changed(from.Mode, to.Mode)
	c.DurationMinutes = changed(from.DurationMinutes, to.DurationMinutes)
	c.BufferBeforeMinutes = changed(from.BufferBeforeMinutes, to.BufferBeforeMinutes)
	c.BufferAfterMinutes = changed(from.BufferAfterMinutes, to.BufferAfterMinutes)
	c.MinimumNoticeMinutes = changed(from.MinimumNoticeMinutes, to.MinimumNoticeMinutes)
	c.HorizonDays, c.MaxAttendees = changed(from.HorizonDays, to.HorizonDays), changed(from.MaxAttendees, to.MaxAttendees)
	c.HoldMinutes = changed(from.HoldMinutes, to.HoldMinutes)
	if to.Slug != nil {
		c.Slug = changed(*from.Slug, *to.Slug)
	}
	c.SlotIntervalMinutes, c.RefundNoticeMinutes = optional(from.SlotIntervalMinutes, to.SlotIntervalMinutes), optional(from.RefundNoticeMinutes, to.RefundNoticeMinutes)
	c.CurrencyCode, c.ModeNote = optional(from.CurrencyCode, to.CurrencyCode), optional(from.ModeNote, to.ModeNote)
	c.AmountOnDuration = &to.AmountOnDuration
	if !slices.Equal(from.AgentIDs, to.AgentIDs) {
		c.AgentIDs = to.AgentIDs
	}
	if !slices.Equal(from.Durations, to.Durations) {
		c.Durations = append([]int{}, to.Durations...)
		c.DurationMinutes = &to.DurationMinutes
	}
	c.Questions, c.Reminders = to.Questions, to.Reminders
	return c
}

func changed[T comparable](from, to T) *T {
	if from == to {
		return nil
	}
	return &to
}

func optional[T comparable](from, to *T) **T {
	if from != nil && to != nil && *from == *to {
		return nil
	}
	return &to
}

func TestBoundsAreTaken(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		var agents []string
		for i := range 50 {
			agents = append(agents, f.agent(fmt.Sprint("Agent", i)))
		}
		high := catalog.Input{
			Name: strings.Repeat("é", 100), Slug: pointer(strings.Repeat("a", 100)), Type: domain.Collective, AgentIDs: agents,
			DurationMinutes: 20, Durations: numbers(20), SlotIntervalMinutes: pointer(1440), BufferBeforeMinutes: 1440,
			BufferAfterMinutes: 1440, MinimumNoticeMinutes: 525_600, HorizonDays: 3650, MaxAttendees: 1000, HoldMinutes: 1440,
			RefundNoticeMinutes: pointer(525_600), Questions: append(questions(49), choice(texts(50)...)[1]), Reminders: reminders(10),
			Mode: domain.Phone, ModeNote: pointer(strings.Repeat("é", 500)),
		}
		if et := must(f.Create(f.ctx, high))(t); len(et.Edges.Agents) != 50 || len(et.Durations) != 20 {
			t.Errorf("the high one: %v", et)
		}
		low := input()
		low.Name, low.DurationMinutes, low.SlotIntervalMinutes, low.HorizonDays, low.HoldMinutes = "1", 1, pointer(1), 1, 1
		low.RefundNoticeMinutes, low.ModeNote, low.AgentIDs = pointer(0), pointer(""), []string{f.ada, f.ben} // SOLO takes several
		if et := must(f.Create(f.ctx, low))(t); et.Slug != "1" || len(et.Edges.Agents) != 2 {
			t.Errorf("the low one: %v", et)
		}
	})
}
