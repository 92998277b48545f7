package graph

import (
	"cmp"

	"github.com/99designs/gqlgen/graphql"

	"slotcast/graph/model"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
)

// What is left out has the SDL's default in place already; a null has not, and
// means the same.
func eventTypeInput(in model.CreateEventTypeInput) catalog.Input {
	return catalog.Input{
		Name: in.Name, Slug: in.Slug, Type: cmp.Or(orZero(in.Type), domain.Solo), AgentIDs: in.AgentIds,
		DurationMinutes: in.DurationMinutes, Durations: in.Durations, SlotIntervalMinutes: in.SlotIntervalMinutes,
		BufferBeforeMinutes: or(in.BufferBeforeMinutes, 0), BufferAfterMinutes: or(in.BufferAfterMinutes, 0),
		MinimumNoticeMinutes: or(in.MinimumNoticeMinutes, 0), HorizonDays: or(in.HorizonDays, 365),
		MaxAttendees: or(in.MaxAttendees, 1), CurrencyCode: in.CurrencyCode, AmountOnDuration: in.AmountOnDuration,
		HoldMinutes: or(in.HoldMinutes, 15), ManageNoticeMinutes: orZero(in.ManageNoticeMinutes), RefundNoticeMinutes: in.RefundNoticeMinutes,
		Questions: questions(in.Questions), Reminders: reminders(in.Reminders),
		Mode: cmp.Or(orZero(in.Mode), domain.Online), ModeNote: in.ModeNote, Public: or(in.Public, true), Active: or(in.Active, true),
	}
}

func eventTypeChanges(in model.UpdateEventTypeInput) catalog.Changes {
	return catalog.Changes{
		Name: in.Name, Slug: in.Slug, AgentIDs: in.AgentIds,
		DurationMinutes: in.DurationMinutes, Durations: in.Durations, SlotIntervalMinutes: change(in.SlotIntervalMinutes),
		BufferBeforeMinutes: in.BufferBeforeMinutes, BufferAfterMinutes: in.BufferAfterMinutes,
		MinimumNoticeMinutes: in.MinimumNoticeMinutes, HorizonDays: in.HorizonDays, MaxAttendees: in.MaxAttendees,
		CurrencyCode: change(in.CurrencyCode), AmountOnDuration: change(in.AmountOnDuration),
		HoldMinutes: in.HoldMinutes, ManageNoticeMinutes: in.ManageNoticeMinutes, RefundNoticeMinutes: change(in.RefundNoticeMinutes),
		Questions: questions(in.Questions), Reminders: reminders(in.Reminders),
		Mode: in.Mode, ModeNote: change(in.ModeNote), Public: in.Public, Active: in.Active,
	}
}

func questions(in []*model.QuestionInput) []domain.Question {
	return each(in, func(q *model.QuestionInput) domain.Question {
		return domain.Question{
			Question: q.Question, Type: cmp.Or(orZero(q.Type), domain.QuestionText), Required: orZero(q.Required), Choices: q.Choices,
		}
	})
}

func reminders(in []*model.ReminderInput) []domain.Reminder {
	return each(in, func(r *model.ReminderInput) domain.Reminder {
		return domain.Reminder{Channel: r.Channel, BeforeMinutes: r.BeforeMinutes}
	})
}

// change is nil where nothing was said, and a pointer to nil for a null.
func change[T any](in graphql.Omittable[T]) *T {
	if v, said := in.ValueOK(); said {
		return &v
	}
	return nil
}

// each converts a list, and keeps no list apart from an empty one.
func each[T, U any](in []T, convert func(T) U) []U {
	if in == nil {
		return nil
	}
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = convert(v)
	}
	return out
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
