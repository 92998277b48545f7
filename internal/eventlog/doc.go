// Package eventlog is the log of everything that happened, and the one way to
// follow it.
//
// # Writing
//
// A change and its event are one transaction: Log.InTx runs the change, then
// appends the event as the last statement, commits, and only then publishes it.
// Appending takes the next number of the shard from a counter whose row stays
// locked until commit. So within a shard numbers have no gaps, the order of
// commits is the order of numbers, and a rollback gives its number back. All
// events of one app are in one shard.
//
// # Reading
//
// A Tail follows all shards and keeps each one's newest events in memory. Read
// answers from there, or, for an older position, from the table; it never
// skips, repeats or reorders an event. What the Tail hears from its Source
// (packages memtail and redistail) is only a hint: the table fills every gap,
// and a poll of the counters finds what nobody announced. With the Source gone
// the Tail is slower, and nothing else.
//
// The owner of a Tail calls Run and waits for it; Read returns when its context
// ends.
package eventlog
