// Package metrics has what Prometheus reads, one struct for each part of the server.
//
// New makes all of them with a registry of their own. Each method is an atomic
// addition, safe for concurrent use, and does nothing on a nil receiver, so that a
// part works without being measured.
//
// Labels have few values, which are known beforehand: none names a webhook, an app,
// a person or an address, however many there are. What the database has to be asked
// for is asked for at a scrape, at most every five seconds and for two at most.
package metrics
