package booking_test

import (
	"context"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/internal/booking"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// page is the context of a booking page of the app.
func (f *fixture) page() context.Context {
	return viewer.With(f.t.Context(), viewer.Viewer{AppID: f.app, Kind: viewer.Page, CredentialID: "pbk_x", MayPay: true})
}

// holder is the context of who has a manage token.
func (f *fixture) holder(manageToken string) context.Context {
	return viewer.With(f.t.Context(), viewer.Viewer{
		AppID: f.app, Kind: viewer.Attendee, ManageHash: string(credential.Hash(manageToken)),
	})
}

// member is the context of an agent who does not lead.
func (f *fixture) member(a *ent.Agent) context.Context {
	return viewer.With(f.t.Context(), viewer.Viewer{AppID: f.app, AgentID: a.ID, Role: domain.Member})
}

// A contact books through a page, and sees, moves and cancels the meeting with
// the token from it, which goes on with the meeting.
func TestManageToken(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := must(f.service.Book(f.page(), f.input(at(10, 0))))(f.t)
		if kind, err := credential.Parse(made.ManageToken); err != nil || kind != credential.Manage {
			f.t.Fatalf("manage token %q: %v", made.ManageToken, err)
		}
		holder, stranger := f.holder(made.ManageToken), f.holder(credential.New(credential.Manage))
		if ids := must(f.db.Client.Meeting.Query().IDs(holder))(f.t); len(ids) != 1 || ids[0] != made.Meeting.ID {
			f.t.Errorf("the holder sees %v", ids)
		}
		_, err := f.service.Cancel(stranger, booking.CancelInput{MeetingID: made.Meeting.ID})
		refused(f.t, err, "NOT_FOUND meetingId")
		_, _, err = f.service.Reschedule(stranger, booking.RescheduleInput{MeetingID: made.Meeting.ID, Start: at(12, 0)})
		refused(f.t, err, "NOT_FOUND meetingId")

		moved, _, err := f.service.Reschedule(holder, booking.RescheduleInput{MeetingID: made.Meeting.ID, Start: at(12, 0), Reason: "ill"})
		if err != nil {
			f.t.Fatal(err)
		}
		by := moved.Reschedule.By
		if by.Type != domain.ActorAttendee || by.Name != "Eva" || !moved.CreateByContact {
			f.t.Errorf("moved by %+v", by)
		}
		done := must(f.service.Cancel(holder, booking.CancelInput{MeetingID: moved.ID}))(f.t)
		if done.Status != domain.Cancelled || done.Cancellation.By.Type != domain.ActorAttendee {
			f.t.Errorf("cancelled: %+v", done.Cancellation)
		}
		if n := must(f.db.Client.Meeting.Query().Count(holder))(f.t); n != 2 {
			f.t.Errorf("the holder sees %d meetings of the chain", n)
		}
	})
}

func TestAttendeesWithinPolicy(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.eventType(func(c *ent.EventTypeCreate) { c.SetManageNoticeMinutes(60) })
		in := f.input(at(10, 0))
		in.EventTypeID = et.ID
		made := must(f.service.Book(f.page(), in))(f.t)
		holder, id := f.holder(made.ManageToken), made.Meeting.ID
		for _, by := range []booking.ActorInput{
			{Type: domain.ActorAgent}, {Type: domain.ActorSystem}, {Type: domain.ActorAPI}, {Type: domain.ActorAttendee, ID: pointer("att_x")},
		} {
			_, err := f.service.Cancel(holder, booking.CancelInput{MeetingID: id, By: by})
			refused(f.t, err, "FORBIDDEN cancelledBy")
		}
		_, err := f.service.MarkNoShow(holder, made.Meeting.Edges.Attendees[0].ID)
		refused(f.t, err, "FORBIDDEN")
		_, err = f.service.Reassign(holder, booking.ReassignInput{MeetingID: id, AgentID: f.ben.ID})
		refused(f.t, err, "FORBIDDEN")
		_, err = f.service.Book(holder, f.input(at(15, 0)))
		refused(f.t, err, "FORBIDDEN")
		_, err = f.service.RecordPayment(holder, booking.PaymentInput{PaymentID: "pay_x", Status: domain.PaymentDone})
		refused(f.t, err, "FORBIDDEN")

		f.clock.forward(made.Meeting.Start.Sub(f.clock.now()) - 59*time.Minute)
		_, err = f.service.Cancel(holder, booking.CancelInput{MeetingID: id})
		refused(f.t, err, "FORBIDDEN")
		_, _, err = f.service.Reschedule(holder, booking.RescheduleInput{MeetingID: id, Start: at(18, 0)})
		refused(f.t, err, "FORBIDDEN")
		must(f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: id}))(f.t) // the host still may
	})
}

// In a GROUP nobody learns of the others, nor takes their seats away.
func TestSeatsOfOthers(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, func(c *ent.EventTypeCreate) { c.SetMaxAttendees(5) }, f.ada)
		in := f.input(at(10, 0))
		in.EventTypeID, in.Notes = et.ID, []string{"secret of Eva"}
		alone := must(f.service.Book(f.page(), in))(f.t)
		must(f.service.Cancel(f.holder(alone.ManageToken), booking.CancelInput{MeetingID: alone.Meeting.ID}))(f.t)
		first := must(f.service.Book(f.page(), in))(f.t)
		in.Attendees = []booking.AttendeeInput{{Name: "Kim", Email: "kim@example.org"}, {Name: "Lee", Email: "lee@example.org"}}
		in.Notes, in.IdempotencyKey = nil, pointer("key")
		second := must(f.service.Book(f.page(), in))(f.t)
		again := must(f.service.Book(f.page(), in))(f.t)
		if second.Meeting.ID != first.Meeting.ID || again.ManageToken != second.ManageToken || first.ManageToken == second.ManageToken {
			f.t.Fatalf("booked %+v and %+v", first, second)
		}
		for what, m := range map[string]*ent.Meeting{"answer": second.Meeting, "repetition": again.Meeting} {
			if len(m.Edges.Attendees) != 2 || m.Edges.Attendees[0].Name != "Kim" || len(m.Notes) > 0 {
				f.t.Errorf("the %s shows %v, %v", what, m.Edges.Attendees, m.Notes)
			}
		}
		in.Attendees, in.IdempotencyKey = []booking.AttendeeInput{{Name: "Mia", Email: "mia@example.org"}}, nil
		if m := must(f.service.Book(f.member(f.ben), in))(f.t).Meeting; len(m.Edges.Attendees) != 1 || len(m.Notes) > 0 {
			f.t.Errorf("a member who does not host it sees %v, %v", m.Edges.Attendees, m.Notes)
		}
		in.CreateByContact = false
		_, err := f.service.Book(f.member(f.ben), in)
		refused(f.t, err, "FORBIDDEN createByContact")
		holder := f.holder(second.ManageToken)
		names := must(f.db.Client.Attendee.Query().Order(attendee.ByPosition()).Select(attendee.FieldName).Strings(holder))(f.t)
		if len(names) != 2 || names[0] != "Kim" || names[1] != "Lee" {
			f.t.Errorf("the holder sees %v", names)
		}
		_, err = f.service.Cancel(holder, booking.CancelInput{MeetingID: first.Meeting.ID})
		refused(f.t, err, "FORBIDDEN")
		_, _, err = f.service.Reschedule(holder, booking.RescheduleInput{MeetingID: first.Meeting.ID, Start: at(12, 0)})
		refused(f.t, err, "FORBIDDEN")
		_, err = f.service.CancelAttendee(holder, booking.CancelAttendeeInput{AttendeeID: first.Meeting.Edges.Attendees[0].ID})
		refused(f.t, err, "NOT_FOUND attendeeId")
		gone := must(f.service.CancelAttendee(holder, booking.CancelAttendeeInput{AttendeeID: second.Meeting.Edges.Attendees[0].ID}))(f.t)
		if seats := gone.Edges.Meeting.Edges.Attendees; len(seats) != 2 || gone.Cancellation.By.Name != "Kim" {
			f.t.Errorf("the answer shows %v, by %+v", seats, gone.Cancellation.By)
		}
	})
}

func TestPages(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for field, change := range map[string]func(*booking.BookInput){
			"createByContact":   func(in *booking.BookInput) { in.CreateByContact = false },
			"modeNote":          func(in *booking.BookInput) { in.ModeNote = pointer("https://evil.example") },
			"modifiedEventName": func(in *booking.BookInput) { in.ModifiedEventName = pointer("x") },
			"externalIds":       func(in *booking.BookInput) { in.ExternalIDs = []string{"x"} },
		} {
			in := f.input(at(10, 0))
			change(&in)
			_, err := f.service.Book(f.page(), in)
			refused(f.t, err, "FORBIDDEN "+field)
		}
		for name, change := range map[string]func(*ent.EventTypeCreate){
			"private": func(c *ent.EventTypeCreate) { c.SetPublic(false) }, "off": func(c *ent.EventTypeCreate) { c.SetActive(false) },
		} {
			in := f.input(at(10, 0))
			in.EventTypeID = f.eventType(change).ID
			_, err := f.service.Book(f.page(), in)
			refused(f.t, err, "NOT_FOUND eventTypeId")
			_, err = f.service.Availability(f.page(), booking.AvailabilityInput{EventTypeID: in.EventTypeID, From: at(0, 0), To: at(23, 0)})
			refused(f.t, err, "NOT_FOUND eventTypeId")
			if name == "private" {
				must(f.service.Book(f.ctx, in))(f.t)
			}
		}
		due := must(f.service.Book(f.page(), func() booking.BookInput {
			in := f.input(at(14, 0))
			in.EventTypeID = f.hosted(domain.Solo, priced, f.ben).ID
			return in
		}()))(f.t)
		said := booking.PaymentInput{PaymentID: due.Payment.ID, Status: domain.PaymentDone, Method: "STRIPE", ExternalPaymentID: "ch_1"}
		miser := viewer.With(f.t.Context(), viewer.Viewer{AppID: f.app, Kind: viewer.Page})
		_, err := f.service.RecordPayment(miser, said)
		refused(f.t, err, "FORBIDDEN")
		if paid := must(f.service.RecordPayment(f.page(), said))(f.t); paid.Status != domain.PaymentDone {
			f.t.Errorf("paid: %v", paid)
		}
		said.Status = domain.PaymentRefunded
		_, err = f.service.RecordPayment(f.page(), said)
		refused(f.t, err, "FORBIDDEN")
		for _, do := range []func() error{
			func() error {
				_, err := f.service.Cancel(f.page(), booking.CancelInput{MeetingID: due.Meeting.ID})
				return err
			},
			func() error {
				_, _, err := f.service.Reschedule(f.page(), booking.RescheduleInput{MeetingID: due.Meeting.ID, Start: at(16, 0)})
				return err
			},
		} {
			refused(f.t, do(), "FORBIDDEN")
		}
	})
}

// A member commands the meetings that he hosts, in nobody else's name.
func TestMembers(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		theirs, mine := f.book(at(10, 0)), f.take(f.hosted(domain.Solo, func(*ent.EventTypeCreate) {}, f.ben), at(12, 0), "Eva").Meeting
		ben := f.member(f.ben)
		_, err := f.service.Cancel(ben, booking.CancelInput{MeetingID: theirs.ID})
		refused(f.t, err, "NOT_FOUND meetingId")
		_, _, err = f.service.Reschedule(ben, booking.RescheduleInput{MeetingID: theirs.ID, Start: at(15, 0)})
		refused(f.t, err, "NOT_FOUND meetingId")
		_, err = f.service.MarkNoShow(ben, theirs.Edges.Attendees[0].ID)
		refused(f.t, err, "NOT_FOUND attendeeId")
		_, err = f.service.Reassign(ben, booking.ReassignInput{MeetingID: theirs.ID, AgentID: f.ben.ID})
		refused(f.t, err, "NOT_FOUND meetingId")
		for _, by := range []booking.ActorInput{{Type: domain.ActorAgent, ID: &f.ada.ID}, {Type: domain.ActorSystem}} {
			_, err = f.service.Cancel(ben, booking.CancelInput{MeetingID: mine.ID, By: by})
			refused(f.t, err, "FORBIDDEN cancelledBy")
		}
		done := must(f.service.Cancel(ben, booking.CancelInput{MeetingID: mine.ID}))(f.t)
		if done.Cancellation.By.ID != f.ben.ID {
			f.t.Errorf("cancelled by %+v", done.Cancellation.By)
		}
		narrow := viewer.With(f.t.Context(), viewer.Viewer{
			AppID: f.app, AgentID: f.ada.ID, Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead}),
		})
		_, err = f.service.Cancel(narrow, booking.CancelInput{MeetingID: theirs.ID})
		refused(f.t, err, "FORBIDDEN")
	})
}

// An answer is repeated to whom it was given, and to owners and admins.
func TestKeysOfMembersAndPages(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in := f.input(at(10, 0))
		in.IdempotencyKey = pointer("key")
		made := must(f.service.Book(f.member(f.ben), in))(f.t)
		again := must(f.service.Book(f.member(f.ben), in))(f.t)
		if again.Meeting.ID != made.Meeting.ID || again.ManageToken != made.ManageToken {
			f.t.Errorf("%v and then %v", made, again)
		}
		for _, ctx := range []context.Context{f.member(f.ada), f.page()} {
			_, err := f.service.Book(ctx, in)
			refused(f.t, err, "IDEMPOTENCY_CONFLICT idempotencyKey")
		}
	})
}

// Who was deactivated is not booked, by whatever way.
func TestDeactivatedAgents(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		robin := f.hosted(domain.RoundRobin, func(*ent.EventTypeCreate) {}, f.ada, f.ben)
		group := f.hosted(domain.Group, func(c *ent.EventTypeCreate) { c.SetMaxAttendees(5) }, f.ben)
		grouped := f.take(group, at(8, 0), "Eva").Meeting
		solo := f.take(f.hosted(domain.Solo, func(*ent.EventTypeCreate) {}, f.ben), at(9, 0), "Eva").Meeting
		must(f.db.Client.Agent.UpdateOneID(f.ben.ID).SetStatus(domain.AgentDeactivated).Save(viewer.System(f.t.Context())))(f.t)
		for hour := range 3 {
			if m := f.take(robin, at(12+hour, 0), "Eva").Meeting; m.Edges.Agents[0].ID != f.ada.ID {
				f.t.Errorf("given to %s", m.Edges.Agents[0].Name)
			}
		}
		_, err := f.service.Book(f.ctx, func() booking.BookInput {
			in := f.input(at(8, 0))
			in.EventTypeID = group.ID
			return in
		}())
		refused(f.t, err, "CONFLICT")
		_, _, err = f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: solo.ID, Start: at(17, 0)})
		refused(f.t, err, "CONFLICT")
		_, err = f.service.Reassign(f.ctx, booking.ReassignInput{MeetingID: f.take(robin, at(17, 0), "Kim").Meeting.ID, AgentID: f.ben.ID})
		refused(f.t, err, "NOT_FOUND agentId")
		slots := must(f.service.Availability(f.ctx, booking.AvailabilityInput{EventTypeID: group.ID, From: at(7, 0), To: at(9, 0)}))(f.t)
		if len(slots) != 0 {
			f.t.Errorf("offered: %v", slots)
		}
		must(f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: grouped.ID}))(f.t)
	})
}
