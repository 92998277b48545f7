package graph

import (
	"slotcast/ent"
	"slotcast/graph/model"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/live"
	"slotcast/internal/redelivery"
)

func bookInput(in model.BookMeetingInput) booking.BookInput {
	attendees := make([]booking.AttendeeInput, len(in.Attendees))
	for i, a := range in.Attendees {
		answers := make([]domain.Answer, len(a.Answers))
		for j, x := range a.Answers {
			answers[j] = domain.Answer{Question: x.Question, Answer: x.Answer}
		}
		attendees[i] = booking.AttendeeInput{Name: a.Name, Email: a.Email, Phone: a.Phone, TimeZone: a.TimeZone, Answers: answers}
	}
	return booking.BookInput{
		EventTypeID: in.EventTypeID, Start: in.Start, DurationMinutes: in.DurationMinutes,
		Attendees: attendees, AgentIDs: in.AgentIds,
		CreateByContact: in.CreateByContact == nil || *in.CreateByContact,
		ExternalIDs:     in.ExternalIds, Notes: in.Notes, ModeNote: in.ModeNote, ModifiedEventName: in.ModifiedEventName,
		MultipleBookingIdentifier: in.MultipleBookingIdentifier, Tracking: in.Tracking,
		RoutingFormSubmissionID: in.RoutingFormSubmissionID, IdempotencyKey: in.IdempotencyKey,
	}
}

func rescheduleInput(in model.RescheduleMeetingInput) booking.RescheduleInput {
	return booking.RescheduleInput{
		MeetingID: in.MeetingID, Start: in.Start, DurationMinutes: in.DurationMinutes,
		Reason: orZero(in.Reason), By: actorInput(in.RescheduledBy), IdempotencyKey: in.IdempotencyKey,
	}
}

func cancelInput(in model.CancelMeetingInput) booking.CancelInput {
	return booking.CancelInput{MeetingID: in.MeetingID, Reason: orZero(in.Reason), By: actorInput(in.CancelledBy)}
}

func cancelAttendeeInput(in model.CancelAttendeeInput) booking.CancelAttendeeInput {
	return booking.CancelAttendeeInput{AttendeeID: in.AttendeeID, Reason: orZero(in.Reason), By: actorInput(in.CancelledBy)}
}

func reassignInput(in model.ReassignMeetingInput) booking.ReassignInput {
	return booking.ReassignInput{
		MeetingID: in.MeetingID, AgentID: in.AgentID, Reason: orZero(in.Reason), By: actorInput(in.ReassignedBy),
	}
}

func paymentInput(in model.RecordPaymentInput) booking.PaymentInput {
	return booking.PaymentInput{
		PaymentID: in.PaymentID, Status: in.Status, Method: in.Method, ExternalPaymentID: in.ExternalPaymentID,
		PaymentTime: in.PaymentTime, BillingName: in.BillingName, BillingAddress: in.BillingAddress,
		EmailID: in.EmailID, Note: in.Note,
	}
}

// majors writes prices by minutes, {"30": 12.5}, in the currency's major unit.
func majors(minor map[string]int64, currency string) map[string]any {
	out := make(map[string]any, len(minor))
	for minutes, amount := range minor {
		out[minutes] = domain.Major(amount, currency)
	}
	return out
}

func actorInput(in *model.ActorInput) booking.ActorInput {
	if in == nil {
		return booking.ActorInput{}
	}
	return booking.ActorInput{Type: in.Type, ID: in.ID, Name: in.Name}
}

func replayRange(in model.ReplayEventsInput) redelivery.Range {
	return redelivery.Range{
		WebhookID: in.WebhookID, From: in.From, To: in.To, Triggers: in.Triggers, OnlyFailed: orZero(in.OnlyFailed),
	}
}

func eventFilter(in *model.MeetingEventFilter) live.Filter {
	if in == nil {
		return live.Filter{}
	}
	return live.Filter{
		Triggers: in.Triggers, EventTypeIDs: in.EventTypeIds, MeetingTypes: in.MeetingTypes,
		AgentIDs: in.AgentIds, MeetingID: orZero(in.MeetingID),
	}
}

func orZero[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// named is the row that a caller asked for by its id. One that the viewer cannot
// see is NOT_FOUND, like one that there is not.
func named[T any](kind, id string) func(*T, error) (*T, error) {
	return func(row *T, err error) (*T, error) {
		if ent.IsNotFound(err) {
			return nil, apperr.Missing(kind, "id", id)
		}
		return row, err
	}
}

// found turns a row that the viewer cannot see into null.
func found[T any](row *T, err error) (*T, error) {
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}
