// Package delivery sends events to the webhooks they are owed to: at least once
// to the receiver, exactly once in the books, in order within a meeting's chain.
//
// # Who sends
//
// The shards of the log are shared out among the live processes. An owner holds
// a lease with an epoch; every write carries the epoch, so one that lost its
// lease writes nothing, and it stops sending when its own clock says that the
// lease has run out.
//
// # How
//
// A shard's runner reads the tail behind the settled watermark and hands each
// message to the lane of its webhook. A lane sends what it holds, one request at
// a time for each series of meetings, a few at a time in all, so that a slow
// receiver costs others nothing. What a lane has no room for goes to the table
// and comes back in order, so memory is bounded.
//
// Results of all lanes go to one flusher, which writes the rows and moves the
// watermarks in one transaction. A message that is not settled within a second
// gets its row early, so that no receiver holds up the watermark.
//
// # What a row says
//
//	PENDING with a time     failed; whoever owns the shard then tries again
//	PENDING without a time  in the owner's hands, or waiting for its turn
//	all others              done, one way or the other
//
// After a crash the next owner sends again, under the same webhook-id, what lies
// above the watermark without a row, and what is PENDING without a time.
//
// # Order
//
// The messages of a series go out by number. Behind one that failed the others
// wait until it is done, at most a minute from its first attempt.
//
// Run blocks until its context ends; then it starts nothing new, waits a bounded
// time for what is in flight, and gives back each shard when its results are
// written.
package delivery
