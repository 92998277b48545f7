package booking_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

const nobody = "unknown"

func minutesOf(n int) time.Duration { return time.Duration(n) * time.Minute }

// pick draws a number below n, all equally often: rapid's own generators prefer
// small ones.
func (r *modelRun) pick(n int) (i int) {
	for range 7 {
		i *= 2
		if rapid.Bool().Draw(r.t, "bit") {
			i++
		}
	}
	return i % n
}

func one[T any](r *modelRun, from ...T) T { return from[r.pick(len(from))] }

// slip says, once in n times, to ask for something odd; never in a sequence of
// careful commands, which goes far instead.
func (r *modelRun) slip(n int) bool { return !r.careful && r.pick(n) == 0 }

// some draws from those that fit, where there are any; now and then from all, or
// nothing.
func some[T any](r *modelRun, all []*T, fits func(*T) bool) *T {
	from := all
	if !r.slip(5) {
		from = nil
		for _, v := range all {
			if fits(v) {
				from = append(from, v)
			}
		}
	}
	if len(from) == 0 {
		from = all
	}
	if len(from) == 0 || r.slip(40) {
		return nil
	}
	return from[len(from)-1-r.pick(len(from))]
}

// ended notes a command in the history, and compares its error with the verdict.
func (r *modelRun) ended(command string, err error, want verdict, about ...any) bool {
	r.t.Helper()
	got := verdict(apperr.CodeOf(err))
	if e := apperr.From(err); e != nil {
		got = fails(e.Code, e.Field)
	}
	told := strings.TrimSpace(fmt.Sprintln(about...))
	r.history = append(r.history, fmt.Sprintf("%s %s %s: %s", r.now.Format("2 15:04"), command, told, cmp.Or(want, "ok")))
	if got != want {
		r.fail("got %q (%v), want %q", got, err, want)
	}
	outcome, _, _ := strings.Cut(string(want), " ")
	r.outcomes.add(command, outcome)
	return err == nil
}

// bookSome books, with a key now and then.
func (r *modelRun) bookSome() {
	in := modelBooking{kind: some(r, r.kinds, func(k *modelKind) bool { return slices.Contains(r.favourites, k) }), start: r.start()}
	if x := some(r, r.meetings, func(x *modelMeeting) bool {
		return x.kind == in.kind && x.live() && (x.start.After(r.now) || !r.careful)
	}); x != nil && x.live() && x.kind == in.kind && r.pick(3) > 0 {
		in.start = x.start
		if !r.slip(4) {
			in.minutes = &x.minutes
		}
	}
	in.byContact = one(r, true, false)
	if in.minutes == nil && r.slip(3) {
		in.minutes = pointer(one(r, 30, 60, 45, 60, 30, 45, 20))
	}
	people := one(r, 1, 1, 1, 2, 1, 2, 1, 3)
	if in.kind != nil && people > in.kind.MaxAttendees && !r.slip(4) {
		people = in.kind.MaxAttendees
	}
	if r.slip(40) {
		people = 0
	}
	for range people {
		r.people++
		in.names = append(in.names, fmt.Sprint("p", r.people))
	}
	if in.kind != nil && r.slip(2) {
		in.agents = r.named(in.kind)
	}
	asked := booking.BookInput{
		EventTypeID: nobody, Start: in.start, DurationMinutes: in.minutes, AgentIDs: in.agents, CreateByContact: in.byContact,
	}
	if in.kind != nil {
		asked.EventTypeID = in.kind.ID
	}
	for _, name := range in.names {
		asked.Attendees = append(asked.Attendees, booking.AttendeeInput{Name: name, Email: name + "@example.org"})
	}
	r.bookKeyed(in, asked)
}

// bookKeyed sends a booking, an earlier one again, or an earlier key with it.
func (r *modelRun) bookKeyed(in modelBooking, asked booking.BookInput) {
	key := ""
	if r.slip(3) {
		key = one(r, "a", "b", "c")
	}
	before := r.keys[key]
	if before != nil && one(r, true, false) && r.asked[key] != nil {
		asked = *r.asked[key]
	}
	if key != "" {
		asked.IdempotencyKey = &key
	}
	request := encoded(asked)
	made, err := r.service.Book(r.ctx, asked)
	switch {
	case before != nil && len(asked.Attendees) > 0 && before.request != request:
		r.ended("book", err, fails(apperr.IdempotencyConflict, "idempotencyKey"), "other input for key", key)
		return
	case before != nil && before.request == request:
		r.ended("book again", err, "", "key", key)
		r.repeated(before, made)
		return
	}
	x, seats, due, v := r.book(in)
	length := in.minutes
	if length == nil && in.kind != nil {
		length = &in.kind.DurationMinutes
	}
	if !r.ended("book", err, v, asked.EventTypeID, "at", in.start.Format("2 15:04"), encoded(length), in.names, in.agents, key) {
		return
	}
	x.id = made.Meeting.ID
	r.identify(made.Meeting, seats)
	if due != nil {
		if made.Payment == nil {
			r.fail("there is no payment")
		}
		due.id = made.Payment.ID
	}
	r.answered(made.Meeting, x)
	if key != "" {
		r.keys[key], r.asked[key] = &modelAnswer{request, r.now, encoded(made)}, &asked
	}
}

func (r *modelRun) repeated(before *modelAnswer, answer any) {
	if again := encoded(answer); again != before.answer {
		r.fail("the first answer was\n%s\nand then\n%s", before.answer, again)
	}
}

// identify takes over the ids that the service gave to new seats.
func (r *modelRun) identify(made *ent.Meeting, seats []*modelSeat) {
	r.t.Helper()
	for _, s := range seats {
		for _, a := range made.Edges.Attendees {
			if a.Name == s.name {
				s.id = a.ID
			}
		}
		if s.id == "" {
			r.fail("%s has no seat in %s", s.name, made.ID)
		}
	}
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// start draws one of a few starts around now, seldom another.
func (r *modelRun) start() time.Time {
	n := r.pick(r.starts)
	if !r.slip(10) {
		return r.now.Truncate(30 * time.Minute).Add(minutesOf(15*(n+1)) + r.ahead)
	}
	return r.now.Truncate(24*time.Hour).AddDate(0, 0, n)
}

// named draws the agents to ask for: none, those of a COLLECTIVE, a few others.
func (r *modelRun) named(k *modelKind) []string {
	switch hosts := k.hosts(); one(r, 0, 1, 1, 2, 2, 3, 4) {
	case 1, 2:
		return []string{one(r, hosts...)}
	case 3:
		return hosts
	case 4:
		return []string{one(r, r.agents...)}
	}
	return nil
}

func (r *modelRun) actor() domain.ActorType {
	return one(r, "", domain.ActorAttendee, domain.ActorSystem, domain.ActorAPI)
}

func (x *modelMeeting) key() string {
	if x == nil {
		return nobody
	}
	return x.id
}

func (r *modelRun) rescheduleSome() {
	old := some(r, r.meetings, func(x *modelMeeting) bool { return x.status == domain.Active })
	start, actor := r.start(), r.actor()
	if x := some(r, r.meetings, func(x *modelMeeting) bool {
		return old != nil && x != old && x.kind == old.kind && x.live() && x.start.After(r.now)
	}); x != nil && r.pick(3) == 0 {
		start = x.start
	}
	var length *int
	if r.slip(3) {
		length = pointer(one(r, 60, 45, 30, 60, 30, 45, 20))
	}
	in := booking.RescheduleInput{MeetingID: old.key(), Start: start, DurationMinutes: length, By: booking.ActorInput{Type: actor}}
	key := ""
	if r.slip(3) {
		key = one(r, "r", "r", "a")
	}
	if key != "" {
		in.IdempotencyKey = &key
	}
	type both struct{ Made, Previous *ent.Meeting }
	if r.moved[key] != nil && r.pick(2) > 0 {
		in = *r.moved[key]
	}
	made, previous, err := r.service.Reschedule(r.ctx, in)
	request, answer := encoded(in), both{made, previous}
	if before := r.keys[key]; before != nil {
		if before.request == request {
			r.ended("reschedule again", err, "", "key", key)
			r.repeated(before, answer)
			return
		}
		r.ended("reschedule", err, fails(apperr.IdempotencyConflict, "idempotencyKey"), "other input for key", key)
		return
	}
	if in.MeetingID != old.key() { // an earlier one, whose key was forgotten
		old = r.meetingOf(in.MeetingID)
	}
	x, v := r.reschedule(old, in.Start, in.DurationMinutes, in.By.Type)
	if !r.ended("reschedule", err, v, old.key(), "to", in.Start.Format("2 15:04"), encoded(in.DurationMinutes), in.By.Type, key) {
		return
	}
	x.id = made.ID
	r.identify(made, x.seats)
	r.answered(made, x)
	if previous.ID != old.id || previous.Status != domain.Rescheduled || previous.Sequence != old.sequence {
		r.fail("the previous meeting is %s %s, of sequence %d", previous.ID, previous.Status, previous.Sequence)
	}
	if key != "" {
		r.keys[key], r.moved[key] = &modelAnswer{request, r.now, encoded(answer)}, &in
	}
}

func (r *modelRun) meetingOf(id string) *modelMeeting {
	for _, x := range r.meetings {
		if x.id == id {
			return x
		}
	}
	return nil
}

func (r *modelRun) cancelSome() {
	x := some(r, r.meetings, (*modelMeeting).live)
	actor := r.actor()
	v := r.cancel(x, actor)
	done, err := r.service.Cancel(r.ctx, booking.CancelInput{MeetingID: x.key(), By: booking.ActorInput{Type: actor}})
	if r.ended("cancel", err, v, x.key(), actor) {
		r.answered(done, x)
	}
}
