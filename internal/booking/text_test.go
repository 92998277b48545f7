package booking_test

import (
	"strings"
	"testing"

	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// textField is a text of Book's input. Where it may have no length, it is an id
// or has a form of its own.
type textField struct {
	limit int // in bytes
	set   func(in *booking.BookInput, s string)
}

func texts() map[string]textField {
	return map[string]textField{
		"eventTypeId":                    {0, func(in *booking.BookInput, s string) { in.EventTypeID = s }},
		"agentIds.0":                     {0, func(in *booking.BookInput, s string) { in.AgentIDs = []string{s} }},
		"externalIds.1":                  {200, func(in *booking.BookInput, s string) { in.ExternalIDs = []string{"", s} }},
		"notes.0":                        {10_000, func(in *booking.BookInput, s string) { in.Notes = []string{s} }},
		"modeNote":                       {1000, func(in *booking.BookInput, s string) { in.ModeNote = &s }},
		"modifiedEventName":              {200, func(in *booking.BookInput, s string) { in.ModifiedEventName = &s }},
		"multipleBookingIdentifier":      {200, func(in *booking.BookInput, s string) { in.MultipleBookingIdentifier = &s }},
		"idempotencyKey":                 {200, func(in *booking.BookInput, s string) { in.IdempotencyKey = &s }},
		"attendees.0.name":               {200, func(in *booking.BookInput, s string) { in.Attendees[0].Name = s }},
		"attendees.0.phone":              {50, func(in *booking.BookInput, s string) { in.Attendees[0].Phone = &s }},
		"attendees.0.email":              {0, func(in *booking.BookInput, s string) { in.Attendees[0].Email = s + "@b.org" }},
		"attendees.0.timeZone":           {0, func(in *booking.BookInput, s string) { in.Attendees[0].TimeZone = &s }},
		"attendees.0.answers.0.question": {1000, func(in *booking.BookInput, s string) { in.Attendees[0].Answers = []domain.Answer{{Question: s}} }},
		"attendees.0.answers.1.answer":   {10_000, func(in *booking.BookInput, s string) { in.Attendees[0].Answers = []domain.Answer{{}, {Answer: s}} }},
	}
}

// unkept are texts that PostgreSQL refuses.
func unkept() []string { return []string{"a\x00b", "\x00", "a\xffb", "\xed\xa0\x80", "\xc3"} }

func TestBookTexts(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		hour := 0
		for name, field := range texts() {
			before := dump(t, db)
			try := func(s string) error {
				in := f.input(at(0, hour*30))
				field.set(&in, s)
				_, err := f.service.Book(f.ctx, in)
				return err
			}
			for _, s := range append(unkept(), strings.Repeat("é", 10_001)) {
				refused(t, try(s), "BAD_USER_INPUT "+name)
			}
			unchanged(t, db, before)
			if field.limit == 0 {
				continue
			}
			hour++
			if err := try(strings.Repeat("é", field.limit/2)); err != nil {
				t.Errorf("%s of %d bytes: %v", name, field.limit, err)
			}
			hour++
			refused(t, try(strings.Repeat("é", field.limit/2)+"x"), "BAD_USER_INPUT "+name)
		}
	})
}

func TestRescheduleAndCancelTexts(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		m := f.book(at(10, 0))
		before := dump(t, db)
		for _, s := range append(unkept(), strings.Repeat("é", 10_001)) {
			for name, in := range map[string]booking.CancelInput{
				"meetingId":        {MeetingID: s},
				"reason":           {MeetingID: m.ID, Reason: s},
				"cancelledBy.id":   {MeetingID: m.ID, By: booking.ActorInput{Type: domain.ActorAPI, ID: &s}},
				"cancelledBy.name": {MeetingID: m.ID, By: booking.ActorInput{Type: domain.ActorAPI, Name: &s}},
				"cancelledBy.type": {MeetingID: m.ID, By: booking.ActorInput{Type: domain.ActorType(s)}},
			} {
				_, err := f.service.Cancel(f.ctx, in)
				refused(t, err, "BAD_USER_INPUT "+name)
			}
			for name, in := range map[string]booking.RescheduleInput{
				"meetingId":        {MeetingID: s},
				"reason":           {MeetingID: m.ID, Reason: s},
				"idempotencyKey":   {MeetingID: m.ID, IdempotencyKey: &s},
				"rescheduledBy.id": {MeetingID: m.ID, By: booking.ActorInput{Type: domain.ActorAgent, ID: &s}},
			} {
				in.Start = at(15, 0)
				_, _, err := f.service.Reschedule(f.ctx, in)
				refused(t, err, "BAD_USER_INPUT "+name)
			}
		}
		unchanged(t, db, before)
		_, err := f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: m.ID, Reason: strings.Repeat("é", 10_000)})
		if err != nil {
			t.Errorf("the longest reason: %v", err)
		}
	})
}
