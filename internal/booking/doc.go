// Package booking holds the rules of meetings: who may be booked when, and how a
// meeting moves from one state to the next.
//
//	HELD ──▶ ACTIVE ──▶ CANCELLED
//	  │         ├─────▶ RESCHEDULED ── a new ACTIVE meeting points back at it
//	  │         └─────▶ COMPLETED
//	  ├─▶ EXPIRED
//	  └─▶ CANCELLED
//
// Each command is one transaction with its event (package eventlog). It locks
// the rows of the agents it needs, in the order of their ids, before it takes
// their time: the database's own guard against overlapping slots is the proof
// that nobody is in two places, and would deadlock as the mechanism.
//
// A command with an idempotency key is applied once: repeated with the same
// input it answers with the meeting it made, with other input it is refused.
package booking
