package entdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/lib/pq"
)

const (
	maxStatements = 128  // kept prepared on one connection
	maxStatement  = 4000 // bytes: longer ones are bulk inserts, each of its own length
)

// preparing makes connections that keep their statements prepared: PostgreSQL's
// driver would otherwise ask the server twice for every one that has parameters,
// and SQLite spend as long on parsing as on running it.
type preparing struct{ driver.Connector }

// conn is what database/sql uses of a connection of either driver.
type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// Connect opens a connection.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	in, ok := c.(conn)
	if !ok {
		return nil, fmt.Errorf("a connection of type %T cannot keep statements", c)
	}
	kept, err := simplelru.NewLRU(maxStatements, func(_ string, s *statement) { s.drop() })
	return &preparedConn{conn: in, kept: kept}, err
}

// preparedConn is used by one goroutine at a time, as database/sql promises.
type preparedConn struct {
	conn
	kept *simplelru.LRU[string, *statement]
}

// Close closes the statements first: SQLite keeps the files of a connection open
// while there are any.
func (c *preparedConn) Close() error {
	c.kept.Purge()
	return c.conn.Close()
}

// CheckNamedValue leaves the values to the driver, if it looks at them.
func (c *preparedConn) CheckNamedValue(v *driver.NamedValue) error {
	if own, ok := c.conn.(driver.NamedValueChecker); ok {
		return own.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// ExecContext runs a statement without rows.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query, len(args))
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.conn.ExecContext(ctx, query, args)
	}
	r, err := s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	return r, c.checked(err)
}

// QueryContext runs a statement with rows.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query, len(args))
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.conn.QueryContext(ctx, query, args)
	}
	r, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, c.checked(err)
	}
	s.open = true
	return &keptRows{RowsColumnTypeScanType: r.(driver.RowsColumnTypeScanType), of: s}, nil
}

// statement returns the prepared form of a query, or nil where there is none to
// use: without parameters the driver asks once anyway, and one whose rows are
// still being read would lose them.
func (c *preparedConn) statement(ctx context.Context, query string, args int) (*statement, error) {
	if args == 0 || len(query) > maxStatement {
		return nil, nil
	}
	if s, ok := c.kept.Get(query); ok {
		if s.open {
			return nil, nil
		}
		return s, nil
	}
	in, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &statement{Stmt: in}
	c.kept.Add(query, s)
	return s, nil
}

// checked forgets all statements when a migration has changed what one returns.
func (c *preparedConn) checked(err error) error {
	if pg := new(pq.Error); errors.As(err, &pg) && pg.Code == "0A000" {
		c.kept.Purge()
	}
	return err
}

// statement is a prepared one.
type statement struct {
	driver.Stmt
	open    bool // its rows are being read
	dropped bool // it is closed with them
}

func (s *statement) drop() {
	s.dropped = true
	if !s.open {
		_ = s.Close()
	}
}

// keptRows are the rows of a statement that is kept.
type keptRows struct {
	driver.RowsColumnTypeScanType
	of *statement
}

// Close gives the statement free again.
func (r *keptRows) Close() error {
	err := r.RowsColumnTypeScanType.Close()
	r.of.open = false
	if r.of.dropped {
		r.of.drop()
	}
	return err
}
