package booking_test

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

//go:embed testdata/model_rows.sql
var modelRows string

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// rows are the lines that modelRows should read.
func (m *model) rows() (lines []string) {
	line := func(words ...any) {
		lines = append(lines, strings.TrimSuffix(fmt.Sprintln(words...), "\n"))
	}
	for _, x := range m.meetings {
		previous, series := "", x.id
		if x.previous != nil {
			previous = x.previous.id
		}
		for p := x.previous; p != nil; p = p.previous {
			series = p.id
		}
		line("meeting", x.id, x.status, x.kind.ID, "minutes", x.minutes, "seats", len(x.taken()), "sequence", x.sequence,
			"missed", yes(x.missed), "previous", previous, "series", series, "contact", yes(x.byContact))
		for i, s := range x.seats {
			line("seat", s.id, s.status, x.id, i, s.name, "payment", s.payment.key(), "previous", s.previous,
				"missed", yes(s.missed), "cancelled", yes(s.status == domain.AttendeeCancelled))
		}
		busy := "free"
		if x.live() {
			busy = "busy"
		}
		for _, a := range x.agents {
			line("agent", a, x.id, busy)
		}
	}
	for _, p := range m.payments {
		meeting := ""
		if x := m.of(p); x.payment == p {
			meeting = x.id
		}
		line("payment", p.id, p.status, p.amount, "meeting", meeting, "by", p.method, p.said, "done", yes(p.booked), "held", yes(!p.booked))
	}
	for _, k := range m.kinds {
		for _, t := range k.turns {
			line("turns", t.agent, k.ID, t.n)
		}
	}
	for key := range m.keys {
		line("key", key)
	}
	return lines
}

func (p *modelPayment) key() string {
	if p == nil {
		return ""
	}
	return p.id
}

// expected are the events that the last command should have told.
func (m *model) expected() (lines []string) {
	for _, e := range m.told {
		x, about, due := e.meeting, "", e.meeting.payment
		if e.seat != nil {
			about = e.seat.id
			if x.group() {
				due = e.seat.payment
			}
		}
		var seats []string
		for _, s := range x.seats {
			if s.part() {
				seats = append(seats, fmt.Sprint(s.id, " ", s.status))
			}
		}
		status := domain.PaymentStatus("")
		if due != nil {
			status = due.status
		}
		lines = append(lines, fmt.Sprintln(e.trigger, x.id, "about", about, "sequence", e.sequence, x.status, yes(x.missed),
			"seats", seats, "agents", x.agents, "payment", due.key(), status))
	}
	return lines
}

// described says the same of events as they were told.
func described(events []*eventlog.Event) (lines []string) {
	for _, e := range events {
		x, err := e.Meeting()
		if err != nil {
			return append(lines, err.Error())
		}
		due := x.Edges.Payment
		if due == nil {
			due = &ent.Payment{}
		}
		lines = append(lines, fmt.Sprintln(e.Trigger, e.MeetingID, "about", e.AttendeeID, "sequence", e.Sequence, x.Status, yes(x.MarkAsNoShow),
			"seats", people(x), "agents", hostsOf(x), "payment", due.ID, due.Status))
	}
	return lines
}

func people(x *ent.Meeting) (seats []string) {
	for _, a := range x.Edges.Attendees {
		seats = append(seats, fmt.Sprint(a.ID, " ", a.Status))
	}
	return seats
}

func hostsOf(x *ent.Meeting) (ids []string) {
	for _, a := range x.Edges.Agents {
		ids = append(ids, a.ID)
	}
	return ids
}

// answered compares what a command returned with the model.
func (r *modelRun) answered(got *ent.Meeting, want *modelMeeting) {
	r.t.Helper()
	var seats []string
	for _, s := range want.seats {
		seats = append(seats, fmt.Sprint(s.id, " ", s.status))
	}
	say := func(words ...any) string { return fmt.Sprintln(words...) }
	end := want.start.Add(minutesOf(want.minutes))
	from := say(want.id, want.status, want.sequence, len(want.taken()), want.start.Unix(), end.Unix(), want.minutes, want.missed, seats, want.agents)
	to := say(got.ID, got.Status, got.Sequence, got.ActiveAttendees, got.Start.Unix(), got.End.Unix(), got.DurationMinutes,
		got.MarkAsNoShow, people(got), hostsOf(got))
	if from != to {
		r.fail("answered (-want +got):\n-%s+%s", from, to)
	}
}

// compare looks at every row of the app, and at what was told since the last
// step.
func (r *modelRun) compare() {
	r.t.Helper()
	if diff := cmp.Diff(r.expected(), described(r.log.take())); diff != "" {
		r.fail("events (-want +got):\n%s", diff)
	}
	if diff := lineDiff(r.rows(), r.read(modelRows)); diff != "" {
		r.fail("rows (-want +got):\n%s", diff)
	}
}

// logged compares the log's rows with what was told.
func (r *modelRun) logged() {
	r.t.Helper()
	var ids, told, kept []string
	for _, x := range r.meetings {
		ids = append(ids, x.id)
	}
	for _, e := range r.log.all {
		told = append(told, fmt.Sprintln(e.Number, e.ID, e.Trigger, e.MeetingID, e.SeriesID, e.AttendeeID, e.Sequence, e.Snapshot))
	}
	rows, err := r.db.Client.Event.Query().Where(event.MeetingIDIn(ids...)).Order(event.ByNumber()).All(r.ctx)
	if err != nil {
		r.fail("%v", err)
	}
	for _, e := range rows {
		kept = append(kept, fmt.Sprintln(e.Number, e.ID, e.Trigger, e.MeetingID, e.SeriesID, e.AttendeeID, e.Sequence, e.Snapshot))
	}
	if diff := cmp.Diff(told, kept); diff != "" {
		r.fail("the log (-told +kept):\n%s", diff)
	}
}

// read returns the first column of what a query about the app finds.
func (r *modelRun) read(query string) (lines []string) {
	r.t.Helper()
	found, err := r.db.SQL.QueryContext(r.ctx, query, r.app)
	if err != nil {
		r.fail("%v", err)
	}
	defer found.Close()
	for found.Next() {
		var line string
		if err := found.Scan(&line); err != nil {
			r.fail("%v", err)
		}
		lines = append(lines, line)
	}
	if err := found.Err(); err != nil {
		r.fail("%v", err)
	}
	return lines
}

// lineDiff is what is in one list of lines and not in the other, in any order.
func lineDiff(want, got []string) string {
	slices.Sort(want)
	slices.Sort(got)
	if slices.Equal(want, got) {
		return ""
	}
	var b strings.Builder
	for _, line := range want {
		if _, found := slices.BinarySearch(got, line); !found {
			fmt.Fprintf(&b, "-%s\n", line)
		}
	}
	for _, line := range got {
		if _, found := slices.BinarySearch(want, line); !found {
			fmt.Fprintf(&b, "+%s\n", line)
		}
	}
	return b.String() + " "
}
