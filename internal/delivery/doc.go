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
//	PENDING with a time     failed, or the first of its pair did; whoever owns the
//	                        shard then tries again
//	PENDING without a time  in the owner's hands, or waiting for its turn
//	all others              done, one way or the other
//
// After a crash the next owner sends again, under the same webhook-id, what lies
// above the watermark without a row, and what is PENDING without a time. An event
// may be several messages to one webhook; each is a part with its own row.
//
// # Order
//
// The messages of a series go out by the number of their event, those of one
// event by part. Behind one that failed the others wait until it is done, at most
// a minute from its first attempt.
//
// Of the two parts that are a pair, as wire.Before tells, the second one waits
// however long the first one fails. It is put off together with it, in the table
// and without an attempt, and when its time has come the table tells whether the
// first one is done.
//
// Run blocks until its context ends; then it starts nothing new, waits a bounded
// time for what is in flight, and gives back each shard when its results are
// written.
package delivery
