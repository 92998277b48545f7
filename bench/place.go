package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"slotcast/internal/account"
	"slotcast/internal/app"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
)

// kinds of databases, as the tables name them.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
)

func (s setup) kinds() []string {
	if s.database == "" {
		return []string{sqlite}
	}
	return []string{sqlite, postgres}
}

// place is an empty database of a benchmark's own.
type place struct {
	kind string
	url  string // of PostgreSQL
	dir  string // of SQLite
	drop func() error
}

// newPlace makes a place. Its owner calls drop when nobody is connected.
func newPlace(ctx context.Context, s setup, kind string) (p place, err error) {
	if kind == sqlite {
		dir, err := os.MkdirTemp(s.dir, "data-")
		return place{kind: kind, dir: dir, drop: func() error { return os.RemoveAll(dir) }}, err
	}
	u, err := url.Parse(s.database)
	if err != nil {
		return p, errors.New("the database URL cannot be read; write postgres://user:password@host/name")
	}
	name := "bench_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := admin(ctx, s.database, "CREATE DATABASE "+name); err != nil {
		return p, fmt.Errorf("making a database: %w", err)
	}
	u.Path = "/" + name
	drop := func() error { return admin(ctx, s.database, "DROP DATABASE "+name+" WITH (FORCE)") }
	return place{kind: kind, url: u.String(), drop: drop}, nil
}

// admin runs one statement, also when ctx has ended: what was made is removed.
func admin(ctx context.Context, server, statement string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	db, err := sql.Open("postgres", server)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// open connects beside a server, or without one.
func (p place) open(ctx context.Context, conns int) (*entdb.DB, error) {
	return entdb.Open(ctx, entdb.Config{URL: p.url, DataDir: p.dir, MaxConns: conns})
}

// bare opens a database for a floor: the same tables with the same first rows,
// and no server.
func bare(ctx context.Context, p place, conns int) (*entdb.DB, error) {
	db, err := p.open(ctx, conns)
	if err != nil {
		return nil, err
	}
	shards := 1
	if p.kind == postgres {
		shards = app.Shards
	}
	_, err = db.Migrate(ctx)
	if err == nil {
		err = eventlog.Init(ctx, db.Client, shards, time.Now())
	}
	if err == nil {
		_, err = account.New(account.Config{Client: db.Client}).FirstStart(ctx, "")
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
