// Package sqlerr reads the errors of PostgreSQL and SQLite, so that the code
// above can ask what happened without knowing which database it is on.
package sqlerr

import (
	"errors"
	"strings"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Constraint names one rule of the schema in both databases.
type Constraint struct {
	Name    string // PostgreSQL's name, also the text of a trigger that aborts
	Columns string // what SQLite says of a unique index, as "table.column"
}

// Violates reports whether err says that c was violated.
func Violates(err error, c Constraint) bool {
	var pg *pq.Error
	if errors.As(err, &pg) {
		return pg.Constraint == c.Name
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) || lite.Code()&0xff != sqlite3.SQLITE_CONSTRAINT {
		return false
	}
	text := lite.Error()
	return strings.Contains(text, c.Name) || c.Columns != "" && strings.Contains(text, c.Columns)
}

// Duplicate reports whether err says that a row with the same key is there already.
func Duplicate(err error) bool {
	if pg, ok := errors.AsType[*pq.Error](err); ok {
		return pg.Code == "23505"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// Retryable reports whether the same transaction may succeed when run again: it
// lost against another one, by deadlock, serialization or a busy database.
func Retryable(err error) bool {
	var pg *pq.Error
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		code := lite.Code() & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	}
	return false
}

// Refused reports whether the database will never take what was to be written: a
// value does not fit its column, or breaks a rule.
func Refused(err error) bool {
	if pg, ok := errors.AsType[*pq.Error](err); ok {
		class := pg.Code[:min(2, len(pg.Code))]
		return class == "21" || class == "22" || class == "23" // cardinality, data, integrity
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	code := lite.Code() & 0xff
	return code == sqlite3.SQLITE_CONSTRAINT || code == sqlite3.SQLITE_MISMATCH || code == sqlite3.SQLITE_TOOBIG
}
