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
// receiver costs others nothing. What a lane cannot send now is parked: it
// becomes a row with a time, and comes back when that is due. So memory is
// bounded, and what is parked or failed survives a crash.
//
// Results of all lanes go to one flusher, which writes the rows and moves the
// watermarks in one transaction. What is in flight is never stored: after a
// crash it is what lies above the watermark without a row, and is sent again
// under the same webhook-id.
//
// Run blocks until its context ends; then it starts nothing new, waits a bounded
// time for what is in flight, flushes and gives the leases back.
package delivery
