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
// receiver costs others nothing. A gate says when one more may begin.
//
// Results of all lanes go to one flusher, which writes the rows and moves the
// watermarks in one transaction. A message that is not settled within a second
// gets its row early, so that no receiver holds up the watermark. A row that the
// database refuses is written without what a receiver said, or not at all: then the
// log names it, and its message counts as settled.
//
// # Falling behind
//
// A lane is live, and fed by its runner, or it is behind, and reads the log by
// itself. It falls behind when it has no room for the next message, when its
// webhook is paused, and when its breaker opens. The runner then passes it over.
// However much waits, that costs one row: the event up to which the webhook has
// had, or has rows of, all that it is owed.
//
// Lanes that are behind share the pages of the log that they read, so that an
// event is read and decoded once for all of them; one that finds little for
// itself far behind asks for just that. When a lane has read what its runner has
// handed out it is live again, and when what it read by itself has been written,
// its row goes.
//
// The event that made a lane fall behind stays open in its runner's books until
// the row is committed. So the watermark never passes what nobody remembers.
//
// While a webhook is paused, or its breaker open, its lane holds nothing: what it
// had and not begun it has given back, retries to the table and all others to the
// log. Of a webhook whose breaker is open the gate lets a message through now and
// then, to try it out.
//
// # What a row says
//
//	PENDING with a time     failed, or what it waits for did, or asked for; whoever owns
//	                        the shard then tries again
//	PENDING without a time  in the owner's hands
//	all others              done, one way or the other
//
// What merely waits has no row. A row with a body is sent as that, and one that is
// a test once, whatever state the webhook is in. One that is urgent, because
// somebody asked for it, is sent in its turn within its series, but waits for
// neither the breaker nor the receiver's wish; it is so until its lane takes it in
// hand.
//
// # Recovery
//
// The next owner goes on where the tables say. A lane with a row that it is behind
// begins at the lesser of that and the watermark, all others are handed what is
// above the watermark. Either way, what has a row that says more than that it
// waits is not sent again. Of what a lane was further than the watermark it takes its
// cursor back first. A webhook that is known to fail and has something to be tried
// again has a lane from the beginning, behind or not. What was in the hands of the
// owner before is due at once, unless it is met in the log anyway. What had no row
// by then goes once more under the same webhook-id.
//
// # Replays
//
// A replay is a second, subordinate feed of a lane: it goes through a range of the
// log with a cursor of its own, a page at a time. Its messages take a slot when
// nothing else does, and half of them at most. Their rows keep the attempts they
// have; the schedule begins anew. What fails is the lane's from then on, and so is
// what waits behind it, in the table. It rests while its webhook is behind or
// parked, unless that has nothing else to be tried out with. What is sent otherwise
// meanwhile it leaves alone, and nobody else sends what it is sending.
//
// # When
//
// A lane's gate says when one more request may begin: a window that failures
// halve and successes raise, the requests that the process has left, the webhook's
// rate limit, the receiver's own wish to be left alone, the webhook's state, and a
// breaker:
//
//	closed ── 10 failures in a row, or half of 20 results in a minute ──▶ open
//	open ── a probe succeeds ──▶ closed
//
// What is learned about a webhook so is written beside the flush, under the lease:
//
//	ACTIVE ── the breaker opens ──▶ DEGRADED ── a probe fails after five days ──▶ PAUSED
//	DEGRADED ── a probe succeeds ──▶ ACTIVE
//	any but DISABLED ── 410 Gone ──▶ DISABLED
//
// A lane of a DEGRADED webhook begins with its breaker open, and one whose receiver
// asked the owner before to be left alone does that: the wish is written, too. A
// lane that knows nothing of its webhook yet sends one message, which finds out.
// All other changes of the state are people's.
//
// A webhook that was DISABLED is owed nothing of before, whether or not its lane
// has seen that it was: who switches it off or on notes the last event of the log
// (owed_after) and cancels what has a row; the lane cancels what it meets up to
// there, and what it has in hand of that when it moves; none of it takes anything of
// the rate limit. One whose receiver is gone sends nothing until it has seen what the
// table says.
//
// While the egress proxy is broken all lanes wait; see egress. What somebody has
// asked for is tried all the same, so that he reads why not; the webhook's health
// learns nothing from it.
//
// # Order
//
// The messages of a series go out by the number of their event, those of one
// event by part. Behind one that failed the others wait as the webhook's order
// policy says: not at all, at most a minute from its first attempt, or until it
// is done. Those that wait for longer than a minute are put off to the table,
// with the time of the failing one's next attempt. An event may be several
// messages to one webhook; each is a part with its own row.
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
