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

// preparing makes connections that keep their statements prepared: the driver
// would otherwise ask the server twice for every one that has parameters.
type preparing struct{ driver.Connector }

// pqConn is what database/sql uses of a connection of lib/pq.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
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
	in, ok := c.(pqConn)
	if !ok {
		return nil, fmt.Errorf("a connection of type %T cannot keep statements", c)
	}
	kept, err := simplelru.NewLRU(maxStatements, func(_ string, s driver.Stmt) { _ = s.Close() })
	return &preparedConn{pqConn: in, kept: kept}, err
}

// preparedConn is used by one goroutine at a time, as database/sql promises.
type preparedConn struct {
	pqConn
	kept *simplelru.LRU[string, driver.Stmt]
}

// ExecContext runs a statement without rows.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query, len(args))
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.pqConn.ExecContext(ctx, query, args)
	}
	r, err := s.(driver.StmtExecContext).ExecContext(ctx, args)
	return r, c.checked(err)
}

// QueryContext runs a statement with rows.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query, len(args))
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.pqConn.QueryContext(ctx, query, args)
	}
	r, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	return r, c.checked(err)
}

// statement returns the prepared form of a query, or nil where it is not worth
// keeping: without parameters the driver asks once anyway.
func (c *preparedConn) statement(ctx context.Context, query string, args int) (driver.Stmt, error) {
	if args == 0 || len(query) > maxStatement {
		return nil, nil
	}
	if s, ok := c.kept.Get(query); ok {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
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
