// Package e2e holds the end-to-end tests: they build the program, start it as
// its users do, alone on SQLite or several times on PostgreSQL and Redis, and
// judge it by what it answers, sends, prints and shows in a browser. Two look
// into the database too: the chaos test, to know what must have been sent, and
// those of secrets, to see that none can be read there. Package apptest has the
// means.
package e2e
