// Package e2e holds the end-to-end tests: they build the program, start it as
// its users do, alone on SQLite or several times on PostgreSQL and Redis, and
// judge it by what it answers, sends and prints. Only the chaos test looks into
// the database too, to know what must have been sent. Package apptest has the
// means.
package e2e
