// Package document judges GraphQL documents: a client may send any, and the
// schema lets a short one ask for a great deal.
//
// # What it promises
//
// A document is parsed, measured, validated and priced, in this order, before
// gqlgen runs anything of it. Each step is bounded by the one before: no more
// than 2,000 tokens are parsed, measuring takes as many steps as the document has
// nodes however often its fragments are spread, validation sees only what was
// measured, and ends after 20 mistakes. What an operation reads has a price that
// counts pages and lists, as the schema's [Length] table has them; so has what
// introspection answers. A refusal has a code and says the limit and what was
// sent. Without introspection nothing of the schema is told, not even by
// suggestions.
//
// Documents that were found good are kept by their SHA-256, the ones used last,
// in 24 MB. Clients may name one by its hash instead of sending it (Apollo's
// persisted queries). With a file of trusted documents no others are served.
//
// # How it is used
//
// [Documents] is both an extension and the query cache of a gqlgen handler:
//
//	docs, err := document.New(document.Config{Schema: schema, …})
//	srv.Use(docs)
//	srv.SetQueryCache(docs)
//
// Without the one the other does nothing good: the extension finds the document,
// and gqlgen takes it from the cache instead of parsing and validating it again.
// What refuses requests for less is used before it: a missing token, variables
// that are nested without end.
//
// Three conventions are taken for granted: pages are connections of the Relay
// specification, with first and last; a filter is an argument named where, of a
// type named …WhereInput; every field of Mutation is a transaction.
//
// Documents may be used by many goroutines. It starts none, and there is nothing
// to close. Of slotcast the package imports apperr, and knows nothing of its
// schema.
package document
