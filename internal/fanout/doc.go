// Package fanout tells many subscribers of what happens, at the cost of telling
// one. Subscribers that would get the same share a group: one reader of their
// feed, one execution and one encoded entry for each value. A subscriber is a
// place in the feed and nothing else: whoever falls behind what its group keeps
// reads the feed by itself until it has caught up.
//
// The package knows neither GraphQL nor networks: an [Encoder] makes entries of
// values, and whoever serves subscribers takes entries from them.
package fanout
