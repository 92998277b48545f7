// Package booking holds the rules of meetings: when they can be, who may be
// booked, and how a meeting moves from one state to the next.
//
//	       ┌──▶ CANCELLED
//	HELD ──┼──▶ ACTIVE ──▶ CANCELLED
//	  │    │      ├──────▶ RESCHEDULED ── a new ACTIVE meeting points back at it
//	  │    │      └──────▶ COMPLETED
//	  └▶ EXPIRED (paid late: ACTIVE again, if the time is still free)
//
//	payment:  PENDING ⇄ FAILED,  both ──▶ DONE ──▶ REFUNDED
//	          both ──▶ EXPIRED ──▶ DONE, or REFUNDED where the time is gone
//	attendee: ACTIVE ⇄ NO_SHOW,  ACTIVE ──▶ CANCELLED
//
// Each command is one transaction with its events (package eventlog). The first
// thing that it does to a meeting is to lock the rows of agents, in the order of
// their ids: those it may take, and of those that a meeting has, at least one.
// So commands on one meeting, and on one agent's time, run one after another,
// and none waits for another in a circle. The database's own guard against
// overlapping slots is the proof that nobody is in two places; as the mechanism
// it would deadlock.
//
// What has a price is held: a meeting is HELD, a seat of a GROUP is there but not
// yet part of what others are told. When the payment's time has run out, the
// hold ends: the Sweeper sees to it, and so does whoever needs the time sooner.
//
// A command with an idempotency key is applied once: repeated with the same
// input it gives the same answer, with other input it is refused.
package booking
