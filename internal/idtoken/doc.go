// Package idtoken checks the JSON Web Tokens of apps' own identity providers
// (RFC 7519, with the precautions of RFC 8725).
//
// [Peek] reads a token without believing it, to find out whose it claims to be.
// [Verifier.Verify] then checks it against that provider: its signature, and
// that it is meant for us and for now. Which algorithms count is decided by the
// provider's keys, never by the token:
//
//   - a secret: HS256, and nothing else;
//   - a URL of public keys: RS256, RS384 and PS256 for RSA keys of 2048 bits or
//     more, ES256 for P-256, ES384 for P-384, EdDSA for Ed25519. A symmetric key
//     among them is passed over, so no secret is ever a published one.
//
// Public keys come through safehttp, which refuses private addresses. They are
// kept for a number of URLs, the least recently used go first. After ten minutes
// they are fetched again while the old ones go on to be used, also if that fails.
// A key that is not among them is looked for at once, but for each URL at most
// every 30 s, so that keys can be changed without a restart and strangers cannot
// make us ask. Of requests that need the same keys one fetches them.
//
// An error with the code UNAUTHENTICATED says in words what is wrong with the
// token. Any other one says that it could not be checked.
//
// A Verifier is safe for concurrent use. A fetch outlives the request that began
// it, by [fetchTimeout] at most; Close waits for those.
package idtoken
