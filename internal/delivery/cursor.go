package delivery

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/backlog"
)

// keep has the lane's cursor written, if it has moved or is no longer needed.
func (l *lane) keep() {
	if l.account == nil {
		return
	}
	settled, read := l.account.state()
	if behind := l.on || settled < read; behind && settled != l.noted || !behind && l.stored {
		l.runner.worker.outbox.mark(mark{lane: l})
	}
}

// cursor is what the table says of a lane that is behind.
type cursor struct {
	lane    *lane
	number  int64
	behind  bool
	on      bool
	episode int
}

// cursor returns what the table should say.
func (l *lane) cursor() cursor {
	l.mu.Lock()
	defer l.mu.Unlock()
	settled, read := l.account.state()
	return cursor{lane: l, number: settled, behind: l.on || settled < read, on: l.on, episode: l.episode}
}

// wroteCursor is told what the table says.
func (l *lane) wroteCursor(c cursor) {
	l.mu.Lock()
	defer l.release()
	l.stored, l.noted = c.behind, c.number
	if c.episode == l.episode {
		l.pledged = c.behind && (c.on || l.pledged)
	}
}

// wrote is told that results are in the table.
func (l *lane) wrote(results int) {
	l.mu.Lock()
	defer l.release()
	l.unwritten -= results
	l.want()
}

// writeCursors says which lanes are behind, and where they are.
func writeCursors(ctx context.Context, tx *ent.Tx, cursors []cursor) error {
	var rows []*ent.BacklogCreate
	var over []string
	for _, c := range cursors {
		if c.behind {
			rows = append(rows, tx.Backlog.Create().SetID(c.lane.target.id).SetShard(c.lane.runner.shard).SetNumber(c.number))
		} else {
			over = append(over, c.lane.target.id)
		}
	}
	for some := range slices.Chunk(rows, maxRows) {
		err := tx.Backlog.CreateBulk(some...).
			OnConflict(sql.ConflictColumns(backlog.FieldID), sql.ResolveWith(func(u *sql.UpdateSet) { u.SetExcluded(backlog.FieldNumber) })).
			Exec(ctx)
		if err != nil {
			return fmt.Errorf("writing where %d webhooks are: %w", len(rows), err)
		}
	}
	for some := range slices.Chunk(over, maxRows) {
		if _, err := tx.Backlog.Delete().Where(backlog.IDIn(some...)).Exec(ctx); err != nil {
			return fmt.Errorf("writing that %d webhooks are not behind: %w", len(over), err)
		}
	}
	return nil
}
