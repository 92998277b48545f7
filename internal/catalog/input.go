package catalog

import (
	"cmp"
	"slices"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// Input describes an event type; see the GraphQL input CreateEventTypeInput,
// which also says what its defaults are: here nothing has one but the slug and
// the agents.
type Input struct {
	Name                 string
	Slug                 *string // nil: made from the name
	Type                 domain.MeetingType
	AgentIDs             []string // none: the viewer's
	DurationMinutes      int
	Durations            []int // none: only the one above
	SlotIntervalMinutes  *int
	BufferBeforeMinutes  int
	BufferAfterMinutes   int
	MinimumNoticeMinutes int
	HorizonDays          int
	MaxAttendees         int
	CurrencyCode         *string
	AmountOnDuration     map[string]any // minutes to a number in the currency's major unit; none: free
	HoldMinutes          int
	ManageNoticeMinutes  int
	RefundNoticeMinutes  *int
	Questions            []domain.Question
	Reminders            []domain.Reminder
	Mode                 domain.Mode
	ModeNote             *string
	Public               bool
	Active               bool
}

// Changes describes what to change; nil leaves as it is, and an empty list takes
// away. Where nothing is a value of its own there are two pointers: one to nil
// takes away.
type Changes struct {
	Name                 *string
	Slug                 *string
	AgentIDs             []string
	DurationMinutes      *int
	Durations            []int
	SlotIntervalMinutes  **int
	BufferBeforeMinutes  *int
	BufferAfterMinutes   *int
	MinimumNoticeMinutes *int
	HorizonDays          *int
	MaxAttendees         *int
	CurrencyCode         **string
	AmountOnDuration     *map[string]any
	HoldMinutes          *int
	ManageNoticeMinutes  *int
	RefundNoticeMinutes  **int
	Questions            []domain.Question
	Reminders            []domain.Reminder
	Mode                 *domain.Mode
	ModeNote             **string
	Public               *bool
	Active               *bool
}

// onto returns what the event type is to be. Its agents are left out where they
// stay.
func (c Changes) onto(et *ent.EventType) (*Input, error) {
	in := &Input{
		Name: *cmp.Or(c.Name, &et.Name), Slug: cmp.Or(c.Slug, &et.Slug), Type: et.Type, AgentIDs: c.AgentIDs,
		DurationMinutes: *cmp.Or(c.DurationMinutes, &et.DurationMinutes), Durations: et.Durations,
		SlotIntervalMinutes:  *cmp.Or(c.SlotIntervalMinutes, &et.SlotIntervalMinutes),
		BufferBeforeMinutes:  *cmp.Or(c.BufferBeforeMinutes, &et.BufferBeforeMinutes),
		BufferAfterMinutes:   *cmp.Or(c.BufferAfterMinutes, &et.BufferAfterMinutes),
		MinimumNoticeMinutes: *cmp.Or(c.MinimumNoticeMinutes, &et.MinimumNoticeMinutes),
		HorizonDays:          *cmp.Or(c.HorizonDays, &et.HorizonDays),
		MaxAttendees:         *cmp.Or(c.MaxAttendees, &et.MaxAttendees),
		CurrencyCode:         *cmp.Or(c.CurrencyCode, &et.CurrencyCode),
		HoldMinutes:          *cmp.Or(c.HoldMinutes, &et.HoldMinutes),
		ManageNoticeMinutes:  *cmp.Or(c.ManageNoticeMinutes, &et.ManageNoticeMinutes),
		RefundNoticeMinutes:  *cmp.Or(c.RefundNoticeMinutes, &et.RefundNoticeMinutes),
		Questions:            et.Questions, Reminders: et.Reminders,
		Mode: *cmp.Or(c.Mode, &et.Mode), ModeNote: *cmp.Or(c.ModeNote, &et.ModeNote),
		Public: *cmp.Or(c.Public, &et.Public), Active: *cmp.Or(c.Active, &et.Active),
	}
	if c.Durations != nil {
		in.Durations = c.Durations
	}
	if c.Questions != nil {
		in.Questions = c.Questions
	}
	if c.Reminders != nil {
		in.Reminders = c.Reminders
	}
	if c.AmountOnDuration != nil {
		in.AmountOnDuration = *c.AmountOnDuration
	} else {
		in.AmountOnDuration = majors(et)
	}
	if c.AgentIDs != nil && len(c.AgentIDs) == 0 {
		return nil, apperr.BadInput("agentIds", "at least one is needed to host it: leave the field out to keep those who do")
	}
	return in, c.keepDefault(in)
}

// keepDefault refuses a change of the default duration, or of those that can be
// chosen, by which the one is no longer among the others. Both at once are taken
// as in a new event type.
func (c Changes) keepDefault(in *Input) error {
	if len(in.Durations) == 0 || slices.Contains(in.Durations, in.DurationMinutes) {
		return nil
	}
	switch {
	case c.Durations == nil:
		return apperr.BadInput("durationMinutes", "it is not one of the durations %v: choose one of them, or send durations too", in.Durations)
	case c.DurationMinutes == nil:
		return apperr.BadInput("durations", "the default of %d minutes is not among them: add it, or send durationMinutes too", in.DurationMinutes)
	}
	return nil
}

// write sets all fields but those that only a new event type or a new slug has.
func (in *Input) write(m *ent.EventTypeMutation, amounts map[string]int64) {
	m.SetName(in.Name)
	m.SetDurationMinutes(in.DurationMinutes)
	m.SetBufferBeforeMinutes(in.BufferBeforeMinutes)
	m.SetBufferAfterMinutes(in.BufferAfterMinutes)
	m.SetMinimumNoticeMinutes(in.MinimumNoticeMinutes)
	m.SetHorizonDays(in.HorizonDays)
	m.SetMaxAttendees(in.MaxAttendees)
	m.SetHoldMinutes(in.HoldMinutes)
	m.SetManageNoticeMinutes(in.ManageNoticeMinutes)
	m.SetReminders(append([]domain.Reminder{}, in.Reminders...))
	m.SetMode(in.Mode)
	m.SetPublic(in.Public)
	m.SetActive(in.Active)
	optional(in.SlotIntervalMinutes, m.SetSlotIntervalMinutes, m.ClearSlotIntervalMinutes)
	optional(in.RefundNoticeMinutes, m.SetRefundNoticeMinutes, m.ClearRefundNoticeMinutes)
	optional(in.ModeNote, m.SetModeNote, m.ClearModeNote)
	optional(in.CurrencyCode, m.SetCurrencyCode, m.ClearCurrencyCode)
	optional(filled(in.Durations, len(in.Durations)), m.SetDurations, m.ClearDurations)
	optional(filled(in.Questions, len(in.Questions)), m.SetQuestions, m.ClearQuestions)
	optional(filled(amounts, len(amounts)), m.SetAmountOnDuration, m.ClearAmountOnDuration)
}

// optional sets a column, or makes it NULL.
func optional[T any](v *T, set func(T), reset func()) {
	if v == nil {
		reset()
	} else {
		set(*v)
	}
}

func filled[T any](v T, length int) *T {
	if length == 0 {
		return nil
	}
	return &v
}
