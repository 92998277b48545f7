package wire_test

import (
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire/wiretest"
)

// TestBookingChoices: where Cal.com has what we have not, or the other way round.
func TestBookingChoices(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		event  func(t *testing.T) *eventlog.Draft
		change func(d *eventlog.Draft)
		want   string
	}{
		{"the one number is our id", book, nil, `"uid":"` + oldMeeting + `","bookingId":"` + oldMeeting + `","eventTypeId":"` + eventTypeID + `"`},
		{"nobody hosts", bookFree, func(d *eventlog.Draft) { d.Meeting.Edges.Agents = nil }, `"organizer":null`},
		{"several host", bookCollective, nil, `"team":{"members":[{"name":"Li Wei","email":"li@example.org","timeZone":"Asia/Taipei"}]}`},
		{"in minor units", book, func(d *eventlog.Draft) {
			d.Meeting.Edges.Payment.AmountMinor, d.Meeting.Edges.Payment.CurrencyCode = 1999, "KWD"
		}, `"price":1999,"currency":"kwd"`},
		{"paid back", cancelByInvitee, nil, `"price":100,`},
		{"a price of nothing", book, func(d *eventlog.Draft) { d.Meeting.Edges.Payment.AmountMinor = 0 }, `"price":0,`},
		{"notes are lines", cancelSeat, nil, `"additionalNotes":"bring the contract\nfrom the import"`},
		{"a seat goes, the meeting stays", cancelSeat, nil, `"status":"ACCEPTED","cancellationReason":"too far","cancelledBy":"API"`},
		{"and is the one that is told of", cancelSeat, nil, `"attendees":[{"name":"Cy Odo","email":"cy@example.org","timeZone":"Africa/Lagos"}],"attendeeSeatId":"` + thirdAttendee},
		{"a group goes, without who left before", cancelGroup, nil, `"attendees":[{"name":"Ana Ruiz","email":"ana@example.org","timeZone":"Europe/Madrid"},{"name":"Cy Odo"`},
		{"a group as a whole has no responses", cancelGroup, nil, `"responses":{},"status":"CANCELLED"`},
		{"the host cancels", cancel, nil, `"cancelledBy":"jo@example.org"`},
		{"the invitee cancels", cancelByInvitee, nil, `"cancelledBy":"ana@example.org"`},
		{"another agent cancels", cancel, func(d *eventlog.Draft) {
			d.Meeting.Cancellation.By = domain.Actor{Type: domain.ActorAgent, ID: otherAgent, Name: "Li Wei"}
		}, `"cancelledBy":"Li Wei"`},
		{"an id that is a token's is nobody's", cancel, func(d *eventlog.Draft) {
			d.Meeting.Cancellation.By = domain.Actor{Type: domain.ActorAPI, ID: agentID, Name: "script"}
		}, `"cancelledBy":"script"`},
		{"who moves it did so from his old seat", reschedule, nil, `"rescheduledBy":"ana@example.org"`},
		{"the old times are not known", rescheduleOnceUponATime, nil, `"rescheduleUid":"` + oldMeeting + `","rescheduledBy"`},
		{"a question that is called as Cal.com's", book, func(d *eventlog.Draft) {
			d.Meeting.Edges.Attendees[0].Answers[0].Question = "name"
		}, `"responses":{"email":{"label":"email_address","value":"ana@example.org"},"name":{"label":"your_name","value":"Ana Ruiz"}}`},
		{"nobody missed it after all", noShowUndone, nil, `"message":"ana@example.org unmarked as no-show"`},
		{"a no-show of nobody in particular", noShow, func(d *eventlog.Draft) {
			d.Meeting.Edges.Attendees = append(d.Meeting.Edges.Attendees, &ent.Attendee{ID: newAttendee, Name: "Bo", Email: "bo@example.org", TimeZone: "UTC"})
			d.AttendeeID = ""
		}, `"message":"no-show status updated"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := tt.event(t)
			if tt.change != nil {
				tt.change(d)
			}
			got := messages(t, domain.FormatCalcom, logged(t, d))[0].Body
			wiretest.Valid(t, got)
			if !strings.Contains(string(got), tt.want) {
				t.Errorf("%s is missing in %s", tt.want, got)
			}
		})
	}
}

// TestUnpaid: what was not paid has no price.
func TestUnpaid(t *testing.T) {
	t.Parallel()
	for _, status := range []domain.PaymentStatus{domain.PaymentPending, domain.PaymentFailed, domain.PaymentExpired} {
		d := cancel(t)
		d.Meeting.Edges.Payment.Status = status
		if got := string(messages(t, domain.FormatCalcom, logged(t, d))[0].Body); strings.Contains(got, `"price"`) {
			t.Errorf("%s: %s", status, got)
		}
	}
}

// TestSameQuestionTwice: no answer is lost.
func TestSameQuestionTwice(t *testing.T) {
	t.Parallel()
	d := routingForm(t)
	d.Submission.Answers[1].Question = d.Submission.Answers[0].Question
	got := messages(t, domain.FormatCalcom, logged(t, d))[0].Body
	wiretest.Valid(t, got)
	for _, want := range []string{`"How many people are you?":{"label":"How many people are you?","value":"12"}`, `"7c4b5a69-1e2d-4c0f-9b6a-5a2f3c1e8d47":{"label":"How many`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}
