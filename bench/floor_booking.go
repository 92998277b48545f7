package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// floorBooking writes what a booking leaves behind, and nothing else: five
// prepared statements in one transaction, no HTTP, no GraphQL, no checks of its
// own. The tables, with their indexes and triggers, are the server's.
type floorBooking struct {
	*fixture
	place
	snapshot                              string
	meeting, slot, attendee, taken, event *sql.Stmt
}

var (
	//go:embed sql/insert_meeting.sql
	insertMeeting string
	//go:embed sql/insert_slot.sql
	insertSlot string
	//go:embed sql/insert_attendee.sql
	insertAttendee string
	//go:embed sql/take_number.sql
	takeNumber string
	//go:embed sql/insert_event.sql
	insertEvent string
)

// newFloorBooking's owner calls close. SQLite gets one connection: clients that
// wait for it in turn are faster than clients that ask for the lock again and
// again.
func newFloorBooking(ctx context.Context, s setup, kind string) (_ *floorBooking, err error) {
	b := &floorBooking{}
	if b.place, err = newPlace(ctx, s, kind); err != nil {
		return nil, err
	}
	conns := s.clients
	if kind == sqlite {
		conns = 1
	}
	db, err := bare(ctx, b.place, conns)
	if err != nil {
		return nil, errors.Join(err, b.drop())
	}
	if b.fixture, err = newFixture(ctx, db, s.agents); err == nil {
		err = b.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(), b.drop())
	}
	return b, nil
}

func (b *floorBooking) close() error { return errors.Join(b.db.Close(), b.drop()) }

func (b *floorBooking) prepare(ctx context.Context) error {
	sample, err := b.sample(ctx)
	if err != nil {
		return err
	}
	b.snapshot = sample.Snapshot
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&b.meeting, insertMeeting}, {&b.slot, insertSlot}, {&b.attendee, insertAttendee},
		{&b.taken, takeNumber}, {&b.event, insertEvent},
	} {
		if *s.to, err = b.db.SQL.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the database
			return fmt.Errorf("preparing %q: %w", s.text, err)
		}
	}
	return nil
}

func (b *floorBooking) book(ctx context.Context) error {
	tx, err := b.db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning the floor's booking: %w", err)
	}
	if err := b.write(ctx, tx, b.next()); err != nil {
		_ = tx.Rollback()
		return fmt.Errorf("the floor's booking: %w", err)
	}
	return tx.Commit()
}

func (b *floorBooking) write(ctx context.Context, tx *sql.Tx, free opening) error {
	id, until, now := typeid.New(typeid.Meeting), free.start.Add(slot), b.from.Add(time.Duration(free.number)*time.Microsecond)
	exec := func(s *sql.Stmt, args ...any) error {
		_, err := tx.StmtContext(ctx, s).ExecContext(ctx, args...) //nolint:sqlclosecheck // closed with the transaction
		return err
	}
	if err := exec(b.meeting, id, now, b.appID, free.start, until, int(slot.Minutes()), free.eventTypeID); err != nil {
		return err
	}
	if err := exec(b.slot, typeid.New(typeid.AgentSlot), b.appID, free.start, until, id, free.agentID); err != nil {
		return err
	}
	if err := exec(b.attendee, typeid.New(typeid.Attendee), now, b.appID, id); err != nil {
		return err
	}
	var number int64
	take := tx.StmtContext(ctx, b.taken) //nolint:sqlclosecheck // closed with the transaction
	if err := take.QueryRowContext(ctx, b.shard).Scan(&number); err != nil {
		return err
	}
	return exec(b.event, typeid.New(typeid.Event), b.appID, b.shard, number, domain.MeetingBooked, id, now, b.snapshot)
}
