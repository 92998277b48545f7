// Package ratelimit bounds how much one caller may ask.
//
// A [Rate] is a bucket for each key: it holds as many requests as the rate
// names, each request takes one out, and they come back evenly over the rate's
// time. So a caller may ask for all of them at once, and then only as fast as
// the rate. A refused request takes nothing.
//
// Two limiters count that way, and pass one conformance suite (ratelimittest):
//
//   - locallimit counts in the process.
//   - redislimit counts in Redis, for all processes together, and in the process
//     while Redis does not answer.
//
// Keys are what a caller is known by: ids and addresses, never tokens.
package ratelimit
