// Package gqlhttp carries GraphQL over the network: three transports for a
// gqlgen handler.Server, each for one protocol.
//
//   - [HTTP]: GraphQL over HTTP (the graphql.org draft), POST and GET.
//   - [SSE]: graphql-sse, "distinct connections mode": one event stream per
//     operation, over POST or, for a browser's EventSource, GET.
//   - [WebSocket]: graphql-transport-ws, many operations over one socket.
//
// Add them in the order WebSocket, SSE, HTTP: a server takes the first that
// supports a request, and HTTP supports, or refuses properly, whatever is left.
//
// # What it promises
//
// No request is answered with its own body, nor is a body ever logged. Every
// error that these transports make carries extensions.code. A resolver's panic
// becomes the error that the executor's recover function makes of it. Every
// operation's context is cancelled when its client has gone, has completed it,
// or has stopped reading; every goroutine started here ends with its connection,
// and Drain waits for them. Each queue is bounded, and a full one holds up the
// operation that fills it, nothing else.
//
// Incremental delivery (@defer) is refused: over plain HTTP its answer would
// be incomplete, and over a stream gqlgen waits for results that a cancelled
// operation never delivers.
//
// # Shared subscriptions
//
// A resolver that returns what [Offer] gives it has its feed read by a group (see
// package fanout), whose subscribers may be on sockets and event streams alike:
// each value is executed and encoded once for all of them. A socket's frames are
// written by one of a few writers, that never wait: what a client does not take
// at once keeps a goroutine of its own waiting, and nobody else.
//
// # Foreign pages
//
// Browsers send some requests for any page without asking the server first. Of
// those, none changes anything: mutations are taken only as a POST of
// application/json, which a browser asks about, and a WebSocket's Origin is
// looked at before it opens. Reading by GET, event streams included, is left to
// whoever authenticates: a token in a header is not sent along by a browser. The
// console's cookie is, which therefore counts only for what provably comes from
// the server's own pages, over every transport and whatever the method (see
// auth.Cookies). These transports know no cookies.
//
// # Starting and stopping
//
// The transports start with their first request. [SSE] and [WebSocket] are
// stopped by Drain, before the http.Server is shut down and before whatever
// feeds the subscriptions stops: it ends streams and sockets without
// completing their operations, which is how clients know to connect again.
// [HTTP] needs no stop of its own. Time-outs of plain requests are those of
// the http.Server; streams and sockets lift them and set deadlines themselves.
//
// Of slotcast the package imports fanout, and metrics to count with.
package gqlhttp
