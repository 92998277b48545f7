package doctor

import "time"

// rule is a query that finds rows which ought not to be there.
type rule struct {
	name    string // its file is sql/<name>.sql
	finds   string // what the rows are, in the plural
	advice  string
	warning bool
	grace   time.Duration // its $1 is so long ago
	kept    bool          // its $1 is the time from which on nothing may have been removed
}

// What to do about rows that no command makes.
const (
	report = "keep a backup, and report it with these ids: a command has a defect, or somebody changed rows by hand"
	settle = "agree with those concerned which one stands, then cancel the other"
	money  = "compare it with the payment provider, then record the payment's state or cancel"
	alien  = "keep a backup and report it at once: an app sees rows of another"
	replay = "report it with these ids; until then, ask the receivers to read the meetings again"
)

func rules() []rule {
	return []rule{
		{name: "overlapping_slots", finds: "slots of agents who are in two places at once", advice: settle},
		{name: "miscounted_seats", finds: "meetings with a wrong number of seats taken", advice: report},
		{name: "two_group_meetings_at_once", finds: "GROUP meetings of one event type and start", advice: settle},
		{name: "rescheduled_twice", finds: "meetings with two successors", advice: settle},
		{name: "rescheduled_to_nothing", finds: "rescheduled meetings without a successor", advice: report},
		{name: "successor_of_unmoved_meeting", finds: "successors of meetings that were not rescheduled", advice: report},
		{name: "broken_series", finds: "successors outside of the series", advice: report},
		{name: "active_but_unpaid", finds: "meetings that were not paid for", advice: money},
		{name: "seated_but_unpaid", finds: "seats that were not paid for", advice: money},
		{name: "held_for_nothing", finds: "held meetings that await no payment", advice: "cancel them: their agents' time is blocked"},
		{name: "held_too_long", finds: "payments whose hold ended more than an hour ago", warning: true, grace: time.Hour,
			advice: "start slotcast, which releases expired holds; if it runs, look for errors in its log"},
		{name: "agents_missing", finds: "COLLECTIVE meetings without all their agents", advice: report},
		{name: "several_agents", finds: "meetings that take more than one agent's time", advice: report},
		{name: "live_without_slot", finds: "meetings that take nobody's time", advice: report},
		{name: "slot_not_released", finds: "slots that block an agent for nothing", advice: report},
		{name: "slot_beside_meeting", finds: "slots that do not cover their meeting", advice: report},
		{name: "attendees_at_one_time", finds: "attendees made at the same time as another", advice: report},
		{name: "log_gaps", kept: true, finds: "parts of the log with missing events",
			advice: "if a backup was restored in part, restore it whole; else report it: cursors across the gap are refused"},
		{name: "meeting_gaps", kept: true, finds: "meetings whose events are not numbered without gaps", advice: replay},
		{name: "watermark_ahead", finds: "parts of the log marked as delivered before they were written",
			advice: "if the database was restored, restore leases and shards from the same backup: new events there are not sent"},
		{name: "shards_without_lease", finds: "parts of the log that no server can deliver", advice: "restore the table leases: events there are not sent"},
		{name: "owed_but_undelivered", kept: true, finds: "events of which a webhook was not told", advice: replay},
		{name: "payments_reported_twice", finds: "payments that a provider reported twice", advice: money},
		{name: "assignments_uncounted", finds: "ROUNDROBIN hosts with more meetings than were counted", warning: true,
			advice: "report it; until then these agents get more than their share"},
		{name: "slots_of_another_app", finds: "slots of another app", advice: alien},
		{name: "meetings_of_another_app", finds: "meetings of another app's event type or series", advice: alien},
		{name: "attendees_of_another_app", finds: "attendees of another app's meeting or payment", advice: alien},
		{name: "payments_of_another_app", finds: "payments of another app's meeting", advice: alien},
		{name: "members_of_another_app", finds: "hosts, schedules, tokens, webhooks or agents of another app", advice: alien},
		{name: "events_of_another_app", finds: "events of another app's meeting", advice: alien},
		{name: "deliveries_of_another_app", finds: "deliveries of another app's event or webhook", advice: alien},
	}
}
