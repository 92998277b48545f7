package doctor

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strings"
	"time"

	"slotcast/internal/entdb"
)

//go:embed sql/*.sql
var queries embed.FS

// maxIDs bounds the offending rows that a Violation names.
const maxIDs = 10

// Violation is a rule that some rows break.
type Violation struct {
	Rule    string   // "overlapping_slots": the query that found them
	Finds   string   // what they are, in the plural
	Count   int      // all of them
	IDs     []string // the first ten: ids of rows, or "shard 7"
	Warning bool     // no data is wrong, somebody has not done his work
}

// String is one line.
func (v Violation) String() string {
	text := fmt.Sprintf("%s: %d %s: %s", v.Rule, v.Count, v.Finds, strings.Join(v.IDs, ", "))
	if more := v.Count - len(v.IDs); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Audit looks for rows that break a rule of the domain, of the log or of
// delivery; none is the answer of a healthy database, in use or not: each rule
// is one statement, which sees one state of the data. It takes events to be kept
// for a day, the least that can be set. It reads all rows of most tables. The database must have this program's schema.
func Audit(ctx context.Context, db *entdb.DB) ([]Violation, error) {
	now, err := db.Now(ctx)
	if err != nil {
		return nil, err
	}
	return audit(ctx, db.SQL, now)
}

func audit(ctx context.Context, q querier, now time.Time) ([]Violation, error) {
	var violations []Violation
	for _, r := range rules() {
		v, err := r.find(ctx, q, now, now.AddDate(0, 0, -1))
		if err != nil {
			return nil, err
		}
		if v.Count > 0 {
			violations = append(violations, v)
		}
	}
	return violations, nil
}

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// find runs one rule's query.
func (r rule) find(ctx context.Context, q querier, now, kept time.Time) (Violation, error) {
	v := Violation{Rule: r.name, Finds: r.finds, Warning: r.warning}
	text, err := queries.ReadFile("sql/" + r.name + ".sql")
	if err != nil {
		return v, err
	}
	var args []any
	if r.grace > 0 {
		args = append(args, now.Add(-r.grace))
	}
	if r.kept {
		args = append(args, kept)
	}
	query := fmt.Sprintf("SELECT id, count(*) OVER () FROM (\n%s\n) AS found ORDER BY id LIMIT %d", text, maxIDs)
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return v, fmt.Errorf("looking for %s: %w", r.finds, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id, &v.Count); err != nil {
			return v, fmt.Errorf("looking for %s: %w", r.finds, err)
		}
		v.IDs = append(v.IDs, id)
	}
	if err := rows.Err(); err != nil {
		return v, fmt.Errorf("looking for %s: %w", r.finds, err)
	}
	return v, nil
}

// invariants tells which rules are broken. A query that takes too long is cut
// off, and the others go on.
func invariants(ctx context.Context, e *examination) {
	began, held, all := time.Now(), 0, rules()
	now, err := e.db.Now(ctx)
	if err != nil {
		e.tell(Failure, e.said(err), "look at the database's log")
		return
	}
	kept := now.AddDate(0, 0, -cmp.Or(e.Settings.RetentionDays, 100*365))
	for _, r := range all {
		limited, cancel := e.look(ctx)
		v, err := r.find(limited, e.db.SQL, now, kept)
		late := limited.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case late:
			e.tell(Warning, fmt.Sprintf("%s: cut off after %v, not known", r.name, e.Patience), "run it again when the database has less to do")
		case err != nil:
			e.tell(Failure, e.said(err), "look at the database's log")
		case v.Count > 0 && v.Warning:
			e.tell(Warning, v.String(), r.advice)
		case v.Count > 0:
			e.tell(Failure, v.String(), r.advice)
		default:
			held++
		}
	}
	e.tell(OK, fmt.Sprintf("%d of %d hold, looked at in %v", held, len(all), time.Since(began).Round(time.Millisecond)), "")
}
