// Package retention removes events and deliveries that are older than a number of
// days, and nothing that somebody is still owed.
//
// # What is owed
//
// An event stays, however old, while it is above the settled watermark of its
// shard, behind the place of a webhook in the log that it names, in what a replay
// has still to send, or needed by a delivery that is PENDING. A delivery stays
// while it is PENDING. Webhooks that are DISABLED or deleted keep nothing.
//
// # How
//
// On PostgreSQL both tables are partitioned by time. A [Worker] makes partitions
// ahead; what lies in none of them is in the DEFAULT partition. A partition that is
// old enough is dropped as a whole. Few rows of it that are owed move to the DEFAULT
// partition first, in the same transaction; where they are many it stays, and the
// others are deleted from it. No statement waits longer than half a second for a lock.
//
// What is in the DEFAULT partition, and all of SQLite, is removed in batches of
// some hundred rows, oldest first, with pauses in between.
//
// So the log may have gaps below the age of retention. Who reads it without gaps
// learns that the events behind its cursor are no longer kept.
//
// Prepare makes partitions once, before the server serves. Run blocks until its
// context ends; of several processes one is at work at a time.
package retention
