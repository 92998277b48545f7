package catalog

import (
	"slices"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

const (
	maxName     = 200 // bytes, as all texts here
	maxID       = 200
	maxModeNote = 1000
	maxQuestion = 1000
	maxChoice   = 200
	maxChannel  = 50

	maxAgents    = 50
	maxDurations = 20
	maxQuestions = 50
	maxChoices   = 50
	maxReminders = 10
	maxAttendees = 1000

	day  = 24 * 60 // minutes
	year = 365 * day
)

// check refuses what cannot be kept, puts the lists into the form that is kept,
// and returns the prices in minor units.
func (in *Input) check() (amounts map[string]int64, err error) {
	err = input.First(
		input.Name("name", in.Name, maxName),
		in.checkSlug(),
		input.Member("type", in.Type),
		checkAgents(in.AgentIDs),
		in.checkDurations(),
		in.checkNumbers(),
		checkQuestions(in.Questions),
		checkReminders(in.Reminders),
		input.Member("mode", in.Mode),
		input.Optional("modeNote", in.ModeNote, maxModeNote),
	)
	if err != nil {
		return nil, err
	}
	return in.prices()
}

func (in *Input) checkSlug() error {
	if in.Slug == nil {
		return nil
	}
	return checkSlug(*in.Slug)
}

func checkAgents(ids []string) error {
	if len(ids) > maxAgents {
		return apperr.BadInput("agentIds", "at most %d agents are taken", maxAgents)
	}
	for i, id := range ids {
		if err := input.Text(input.At("agentIds", i), id, maxID); err != nil {
			return err
		}
		if slices.Contains(ids[:i], id) {
			return apperr.BadInput(input.At("agentIds", i), "agent %s is there twice: send each once", id)
		}
	}
	return nil
}

// checkDurations sorts the durations that can be chosen, with the default among
// them; the default alone is no list.
func (in *Input) checkDurations() error {
	if err := input.Range("durationMinutes", in.DurationMinutes, 1, day); err != nil {
		return err
	}
	for i, d := range in.Durations {
		if i >= maxDurations {
			return apperr.BadInput("durations", "at most %d durations are taken", maxDurations)
		}
		if err := input.Range(input.At("durations", i), d, 1, day); err != nil {
			return err
		}
		if slices.Contains(in.Durations[:i], d) {
			return apperr.BadInput(input.At("durations", i), "%d is there twice: send each once", d)
		}
	}
	all := append([]int{}, in.Durations...)
	if !slices.Contains(all, in.DurationMinutes) {
		all = append(all, in.DurationMinutes)
	}
	if len(all) > maxDurations {
		return apperr.BadInput("durations", "at most %d durations are taken, with that of durationMinutes", maxDurations)
	}
	if len(all) == 1 {
		all = nil
	}
	slices.Sort(all)
	in.Durations = all
	return nil
}

func (in *Input) checkNumbers() error {
	if in.Type == domain.Solo && in.MaxAttendees != 1 {
		return apperr.BadInput("maxAttendees", "a SOLO event type has one seat: send 1, or choose type GROUP")
	}
	return input.First(
		optionalRange("slotIntervalMinutes", in.SlotIntervalMinutes, 1, day),
		input.Range("bufferBeforeMinutes", in.BufferBeforeMinutes, 0, day),
		input.Range("bufferAfterMinutes", in.BufferAfterMinutes, 0, day),
		input.Range("minimumNoticeMinutes", in.MinimumNoticeMinutes, 0, year),
		input.Range("horizonDays", in.HorizonDays, 1, 3650),
		input.Range("maxAttendees", in.MaxAttendees, 1, maxAttendees),
		input.Range("holdMinutes", in.HoldMinutes, 1, day),
		input.Range("manageNoticeMinutes", in.ManageNoticeMinutes, 0, year),
		optionalRange("refundNoticeMinutes", in.RefundNoticeMinutes, 0, year),
	)
}

func optionalRange(field string, n *int, least, most int) error {
	if n == nil {
		return nil
	}
	return input.Range(field, *n, least, most)
}

func checkQuestions(all []domain.Question) error {
	return input.Questions("questions", all, input.QuestionBounds{
		Most: maxQuestions, Text: maxQuestion, Choices: maxChoices, Choice: maxChoice,
	})
}

func checkReminders(all []domain.Reminder) error {
	if len(all) > maxReminders {
		return apperr.BadInput("reminders", "at most %d reminders are taken", maxReminders)
	}
	for i, r := range all {
		field := input.At("reminders", i)
		err := input.First(
			input.Line(field+".channel", r.Channel, maxChannel), input.Range(field+".beforeMinutes", r.BeforeMinutes, 1, year))
		if err != nil {
			return err
		}
		if slices.Contains(all[:i], r) {
			return apperr.BadInput(field, "%s %d minutes before is there twice: send each reminder once", r.Channel, r.BeforeMinutes)
		}
	}
	return nil
}
