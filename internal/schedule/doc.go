// Package schedule turns an agent's hours, which are wall time in a zone, into
// instants. It is pure: no database, no clock, and safe for concurrent use.
//
// The one rule is that an instant is worked if the agent's own clock and
// calendar then show a time inside a window of that date. What follows from it
// where clocks are put forward or back:
//
//   - A wall time that is skipped has no instant: nothing is worked or offered
//     then. A window that lies in the gap is dropped, one that reaches into it is
//     shorter. So is a date that a zone skipped as a whole.
//   - A wall time that comes twice is worked twice, but offered once: as the
//     first of the two.
//   - Midnight is no different from other times, whether it is skipped, comes
//     twice or is where two windows touch. Nothing adds 24 hours to get to the
//     next day.
//   - A meeting's duration is elapsed time, and all of it must be worked. Windows
//     that touch as instants count as one.
//
// Starts lie on a grid: a window's own beginning plus a whole number of
// intervals, in wall time. Each window begins a new grid, even one that goes on
// where another ends, as at midnight: so what a date offers depends on its own
// windows alone, neither on the date before nor on the range that was asked for.
// A meeting may begin on the grid of one window and run on into the next. Around
// the clock with an interval of 7 hours that is 00:00, 07:00, 14:00 and 21:00 on
// every date, the last one's meeting ending on the next.
package schedule
