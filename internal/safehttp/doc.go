// Package safehttp sends requests to URLs that strangers chose.
//
// A webhook's URL comes from a user and its answer from whoever listens there.
// Both may be hostile: the URL may point into our own network, and the answer
// may redirect there, never end, inflate, drip or consist of headers only. A
// [Client] promises that a request reaches public addresses and allow-listed
// ones only, goes nowhere else afterwards, ends within its time-out including
// the body, and costs a bounded amount of memory.
//
// Addresses are judged when a connection is made, on the concrete IP, so it does
// not matter what a name resolved to before. [CheckURL] and [Client.CheckTarget]
// refuse what cannot work already when a URL is entered, without any look-up.
//
// With a proxy ([Config].Proxy) that judgement is the proxy's: it resolves names
// and makes the connections. What can be judged before still is, as a second
// fence: URLs and literal addresses as ever, and names by what they resolve to
// here, each half a minute, where any refused address among them is enough. A
// name that does not resolve here is left to the proxy.
//
// An [Identity] is a client certificate. Connections are never shared between
// requests with different ones, or with and without one.
//
// Errors are meant for the owner of a receiver: they say what happened and what
// to do, and nothing about this side's network. [Headers] selects what is worth
// keeping of an answer's header.
//
// A client starts no goroutines beyond those of its connections; whoever made it
// calls Close. It is safe for concurrent use. The package imports nothing of
// ours.
package safehttp
