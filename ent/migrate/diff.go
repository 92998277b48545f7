//go:build ignore

// Command diff writes the migration that leads from the migrations so far to
// the entities as they are now, for SQLite and, where DIFF_DATABASE_URL names an
// empty database, for PostgreSQL. It runs from the repository root:
//
//	go run ent/migrate/diff.go add_routing_forms   writes new files
//	go run ent/migrate/diff.go -hash               renews the checksums after an edit by hand
package main

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"os"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"

	"slotcast/ent/migrate"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("one argument is needed: the migration's name, or -hash")
	}
	targets := map[string]func() (*sql.DB, error){
		dialect.SQLite: func() (*sql.DB, error) {
			return sql.Open("sqlite", "file:diff?mode=memory&cache=shared&_pragma=foreign_keys(1)")
		},
	}
	if url := os.Getenv("DIFF_DATABASE_URL"); url != "" {
		targets[dialect.Postgres] = func() (*sql.DB, error) { return sql.Open("postgres", url) }
	}
	folders := map[string]string{dialect.SQLite: "sqlite", dialect.Postgres: "postgres"}
	for name, open := range targets {
		dir, err := atlas.NewLocalDir("ent/migrate/migrations/" + folders[name])
		if err == nil && os.Args[1] == "-hash" {
			err = rehash(dir)
		} else if err == nil {
			err = diff(name, open, dir)
		}
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}

func rehash(dir *atlas.LocalDir) error {
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	return atlas.WriteSumFile(dir, sum)
}

func diff(name string, open func() (*sql.DB, error), dir *atlas.LocalDir) error {
	db, err := open()
	if err != nil {
		return err
	}
	defer db.Close()
	m, err := schema.NewMigrate(entsql.OpenDB(name, db),
		schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(name),
		schema.WithDropColumn(true), schema.WithDropIndex(true), schema.WithErrNoPlan(true),
		schema.WithFormatter(atlas.DefaultFormatter), schema.WithDiffHook(migrate.KeepByHand))
	if err != nil {
		return err
	}
	err = m.NamedDiff(context.Background(), os.Args[1], migrate.Tables...)
	if errors.Is(err, atlas.ErrNoPlan) {
		log.Printf("%s: the migrations are up to date", name)
		return nil
	}
	return err
}
