package doctor

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"slotcast/internal/config"
	"slotcast/internal/entdb"
)

//go:embed sql/facts/postgres.sql
var postgresFacts string

// openDatabase connects, and leaves the connection to the checks that follow.
func openDatabase(ctx context.Context, e *examination) {
	ctx, cancel := e.look(ctx)
	defer cancel()
	s := e.Settings
	db, err := entdb.Open(ctx, entdb.Config{URL: hasty(s.DatabaseURL, e.Patience), DataDir: s.DataDir, MaxConns: 2, ReadOnly: true})
	if err != nil {
		advice := "start PostgreSQL, or correct SLOTCAST_DATABASE_URL or DATABASE_URL: host, port, user, password, name"
		if s.Embedded() {
			advice = "if the file is damaged, keep a copy of it and put a backup in its place"
		}
		e.tell(Failure, e.said(err), advice)
		return
	}
	trip, err := roundTrip(ctx, db)
	if err != nil {
		_ = db.Close()
		e.tell(Failure, e.said(err), "look at the database's log")
		return
	}
	e.db = db
	if s.Embedded() {
		sqlite(ctx, e)
		return
	}
	postgres(ctx, e, trip)
}

// hasty makes the driver give up when a server takes the connection and then
// says nothing.
func hasty(raw string, patience time.Duration) string {
	u, err := url.Parse(raw)
	if err != nil || raw == "" || u.Query().Has("connect_timeout") {
		return raw
	}
	q := u.Query()
	q.Set("connect_timeout", strconv.Itoa(max(1, int(patience.Seconds()))))
	u.RawQuery = q.Encode()
	return u.String()
}

// roundTrip is the shortest time in which the database answered, of a few.
func roundTrip(ctx context.Context, db *entdb.DB) (best time.Duration, err error) {
	for i := range 5 {
		began := time.Now()
		if err := db.SQL.PingContext(ctx); err != nil {
			return 0, fmt.Errorf("asking the database: %w", err)
		}
		var one int
		if err := db.SQL.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
			return 0, fmt.Errorf("asking the database: %w", err)
		}
		if took := time.Since(began); i == 0 || took < best {
			best = took
		}
	}
	return best, nil
}

// sqlite has the file checked, as far as that goes in the time given.
func sqlite(ctx context.Context, e *examination) {
	const restore = "stop the server, keep a copy of the file, and put a backup in its place"
	var version, state string
	if err := e.db.SQL.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		e.tell(Failure, "SQLite: "+e.said(err), restore)
		return
	}
	err := e.db.SQL.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&state)
	switch {
	case ctx.Err() != nil:
		e.tell(OK, fmt.Sprintf("SQLite %s; the file is too big to be checked in %v", version, e.Patience), "")
	case err != nil:
		e.tell(Failure, "the database file is damaged: "+e.said(err), restore)
	case state != "ok":
		e.tell(Failure, "the database file is damaged: "+strings.Join(strings.Fields(state), " "), restore)
	default:
		e.tell(OK, "SQLite "+version+", the file is sound", "")
	}
}

// server is what PostgreSQL says about itself.
type server struct {
	version                   string
	number                    int // of the version: 150018
	encoding                  string
	connections               int
	readOnly                  bool
	hasGist, gistThere, mayDo bool
}

func postgres(ctx context.Context, e *examination, trip time.Duration) {
	var s server
	err := e.db.SQL.QueryRowContext(ctx, postgresFacts).Scan(
		&s.version, &s.number, &s.encoding, &s.connections, &s.readOnly, &s.hasGist, &s.gistThere, &s.mayDo)
	if err != nil {
		e.tell(Failure, fmt.Sprintf("asking PostgreSQL about itself: %s", e.said(err)), "give the user the rights of the database's owner")
		return
	}
	facts := fmt.Sprintf("PostgreSQL %s, %s, answers in %s", s.version, s.encoding, trip.Round(10*time.Microsecond))
	wrong := 0
	tell := func(o Outcome, about, advice string) {
		wrong++
		e.tell(o, facts+": "+about, advice)
	}
	if s.number < 100000 {
		tell(Failure, "the schema needs version 10", "move to a PostgreSQL that is still maintained")
	} else if s.number < 130000 {
		tell(Warning, "versions below 13 are not maintained, nor tried", "move to a newer PostgreSQL")
	}
	if s.encoding != "UTF8" {
		tell(Failure, "names in other scripts cannot be stored", "make the database anew with ENCODING 'UTF8' TEMPLATE template0, and copy the data over")
	}
	if s.readOnly {
		tell(Failure, "it takes no writes", "connect to the primary server, and leave default_transaction_read_only off")
	}
	if !s.hasGist && !s.gistThere {
		tell(Failure, "the extension btree_gist is not installed on the server", "install PostgreSQL's contrib package there")
	} else if !s.hasGist && !s.mayDo {
		tell(Failure, "the extension btree_gist is missing, and this user may not create it", "have the database's owner run CREATE EXTENSION btree_gist")
	}
	if s.connections < 40 {
		tell(Warning, fmt.Sprintf("it takes %d connections, and each slotcast opens up to 32", s.connections), "raise max_connections to 32 for each server and some more")
	}
	if trip > 20*time.Millisecond {
		tell(Warning, "a booking makes a dozen of these trips", "run slotcast nearer to its database")
	}
	if wrong == 0 {
		e.tell(OK, facts, "")
	}
}

// migrations compares the schema with the one that this program knows.
func migrations(ctx context.Context, e *examination) {
	ctx, cancel := e.look(ctx)
	defer cancel()
	applied, pending, err := e.db.Status(ctx)
	switch {
	case errors.Is(err, entdb.ErrNewer):
		e.tell(Failure, "the database was migrated by a newer slotcast than this one", "start the newer version; there is no way back but a backup")
	case err != nil:
		e.tell(Failure, e.said(err), "give the user the rights of the database's owner")
	case len(pending) == 0:
		e.migrated = true
		e.tell(OK, number(len(applied), "migration")+" applied, none pending", "")
	case e.Settings.MigrateMode == config.MigrateAuto:
		e.tell(Warning, fmt.Sprintf("%d applied, %d pending: the next start applies them", len(applied), len(pending)), "keep a backup from before")
	default:
		e.tell(Failure, fmt.Sprintf("%d applied, %d pending: serve refuses to start", len(applied), len(pending)), "keep a backup, then run slotcast migrate up")
	}
}
