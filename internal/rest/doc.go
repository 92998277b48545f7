// Package rest is the REST facade: the data and rules of the GraphQL API, in the
// shape of Bookafy's and Calendly's webhook-subscription API, and hooks in that
// of Cal.com.
//
// The files of openapi/ describe it; put together they are /openapi.json. What a
// request may look like is said there and nowhere else: a request that is not
// valid is refused before any handler sees it. A handler is a method named after
// its operationId, with a line in operations; it reads its [call], asks one
// service or the data layer, and shapes the answer. Rules are the services', and
// who sees what the data layer's. Nothing is written here.
//
// Resources are named by absolute URIs, see package wire, which also has their
// shapes: deliveries carry the same.
//
// Errors have one form, and their texts are a closed list, because strict clients
// know no others; what there is to explain stands in the details. In the app of
// the caller, what he may not see is 403; what is not there, or is another app's,
// is 404.
package rest
