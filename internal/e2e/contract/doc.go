// Package contract has no code of its own: its tests hold the real program, on
// SQLite and on PostgreSQL, against the contract that clients of the REST facade
// rely on, row by row, and every answer against /openapi.json.
package contract
