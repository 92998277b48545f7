package rest

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/ent/predicate"
)

// told narrows to meetings that others have heard of: one that was only held, be
// it that nobody has paid yet or ever will, had no event.
func told() predicate.Meeting { return meeting.SequenceGT(0) }

// confirmed narrows to seats that are part of their meeting, as its events have
// it: not to those that have yet to be paid, were not paid in time, or were given
// back before they were. A reschedule moves the payments to the new seats, so
// that of an old one the seat that has replaced it knows.
func confirmed(s *sql.Selector) {
	due, later := sql.Table(payment.Table).As("due"), sql.Table(attendee.Table).As("later")
	paid := sql.Select(due.C(payment.FieldID)).From(due).Where(sql.And(
		sql.ColumnsEQ(due.C(payment.FieldID), s.C(attendee.FieldPaymentID)),
		sql.Or(sql.IsNull(s.C(attendee.FieldCancellation)), sql.P(func(b *sql.Builder) {
			cancelledAt(b, s.C(attendee.FieldCancellation))
			b.WriteString(" >= ").Ident(due.C(payment.FieldMeetCreatedAt))
		})),
		sql.NotNull(due.C(payment.FieldMeetCreatedAt)),
	))
	movedUnpaid := sql.Select(later.C(attendee.FieldID)).From(later).
		Join(due).On(due.C(payment.FieldID), later.C(attendee.FieldPaymentID)).
		Where(sql.And(
			sql.ColumnsEQ(later.C(attendee.FieldPreviousID), s.C(attendee.FieldID)),
			sql.IsNull(due.C(payment.FieldMeetCreatedAt)),
		))
	s.Where(sql.Or(
		sql.Exists(paid),
		sql.And(sql.IsNull(s.C(attendee.FieldPaymentID)), sql.NotExists(movedUnpaid)),
	))
}

// ofTold narrows to the seats of meetings that others have heard of. It looks at
// the meeting of each seat; a list of all such meetings would be long.
func ofTold(s *sql.Selector) {
	m := sql.Table(meeting.Table).As("theirs")
	s.Where(sql.Exists(sql.Select(m.C(meeting.FieldID)).From(m).Where(sql.And(
		sql.ColumnsEQ(m.C(meeting.FieldID), s.C(attendee.FieldMeetingID)),
		sql.GT(m.C(meeting.FieldSequence), 0),
	))))
}

// cancelledAt writes the time in a seat's cancellation as the columns of the
// database have it. SQLite keeps times as text.
func cancelledAt(b *sql.Builder, column string) {
	if b.Dialect() == dialect.Postgres {
		b.WriteString("(").Ident(column).WriteString("->>'time')::timestamptz")
		return
	}
	b.WriteString("replace(replace(json_extract(").Ident(column).WriteString(", '$.time'), 'T', ' '), 'Z', '+00:00')")
}

// seats are the attendees whom others were told of, with what they have paid.
func (h *Handler) seats() *ent.AttendeeQuery {
	return h.client.Attendee.Query().Where(ofTold, confirmed).WithPayment()
}
