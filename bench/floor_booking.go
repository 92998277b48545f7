package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// floorBooking writes what a booking leaves behind, and nothing else: a few
// prepared statements in one transaction, no HTTP, no GraphQL, no checks of its
// own. The tables, with their indexes and triggers, are the server's.
type floorBooking struct {
	*fixture
	place
	solo   string   // the snapshot of a meeting
	groups []string // of a group with 1, 2, 3 seats taken
	ticks  atomic.Int64

	making  sync.Mutex // of groups
	current string     // the id of the one with free seats

	meeting, slot, attendee, seat, taken, event *sql.Stmt
}

var (
	//go:embed sql/insert_meeting.sql
	insertMeeting string
	//go:embed sql/insert_slot.sql
	insertSlot string
	//go:embed sql/insert_attendee.sql
	insertAttendee string
	//go:embed sql/take_seat.sql
	takeSeat string
	//go:embed sql/take_number.sql
	takeNumber string
	//go:embed sql/insert_event.sql
	insertEvent string
)

// newFloorBooking's owner calls close. SQLite gets one connection: clients that
// wait for it in turn are faster than clients that ask for the lock again and
// again. PostgreSQL gets as many as the server has.
func newFloorBooking(ctx context.Context, s setup, kind string) (_ *floorBooking, err error) {
	b := &floorBooking{}
	if b.place, err = newPlace(ctx, s, kind); err != nil {
		return nil, err
	}
	conns := 0
	if kind == sqlite {
		conns = 1
	}
	db, err := bare(ctx, b.place, conns)
	if err != nil {
		return nil, errors.Join(err, b.drop())
	}
	if b.fixture, err = newFixture(ctx, db, s.agents); err == nil {
		err = b.addGroup(ctx, s.seats)
	}
	if err == nil {
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
	b.solo = sample.Snapshot
	full, err := b.samples(ctx, b.seats, b.nextSeat)
	if err != nil {
		return err
	}
	for _, e := range full {
		b.groups = append(b.groups, e.Snapshot)
	}
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&b.meeting, insertMeeting}, {&b.slot, insertSlot}, {&b.attendee, insertAttendee},
		{&b.seat, takeSeat}, {&b.taken, takeNumber}, {&b.event, insertEvent},
	} {
		if *s.to, err = b.db.SQL.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the database
			return fmt.Errorf("preparing %q: %w", s.text, err)
		}
	}
	return nil
}

// book takes the next free slot.
func (b *floorBooking) book(ctx context.Context) error {
	free := b.next()
	return b.inTx(ctx, func(t floorTx) error {
		id, err := b.meet(t, free, domain.Solo, 1, 1)
		if err != nil {
			return err
		}
		if _, err := b.attend(t, id, 0); err != nil {
			return err
		}
		return b.tell(t, id, "", 1, b.solo)
	})
}

// sit takes the next free seat.
func (b *floorBooking) sit(ctx context.Context) error {
	group, position, err := b.seatIn(ctx)
	if err != nil {
		return err
	}
	return b.inTx(ctx, func(t floorTx) error {
		if err := t.exec(b.seat, group, t.now); err != nil {
			return err
		}
		id, err := b.attend(t, group, position)
		if err != nil {
			return err
		}
		return b.tell(t, group, id, position+1, b.groups[position])
	})
}

// seatIn gives out a free seat; where a group is full it makes the next one.
func (b *floorBooking) seatIn(ctx context.Context) (group string, position int, err error) {
	b.making.Lock()
	defer b.making.Unlock()
	free := b.nextSeat()
	if position = int(free.number % b.seats); position == 0 {
		err = b.inTx(ctx, func(t floorTx) (err error) {
			b.current, err = b.meet(t, free, domain.Group, int(b.seats), 0)
			return err
		})
	}
	return b.current, position, err
}

// floorTx is a transaction at a time of its own.
type floorTx struct {
	context.Context
	*sql.Tx
	now time.Time
}

func (t floorTx) exec(s *sql.Stmt, args ...any) error {
	_, err := t.StmtContext(t, s).ExecContext(t, args...) //nolint:sqlclosecheck // closed with the transaction
	return err
}

func (b *floorBooking) inTx(ctx context.Context, write func(t floorTx) error) error {
	tx, err := b.db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning the floor's booking: %w", err)
	}
	if err := write(floorTx{ctx, tx, b.from.Add(time.Duration(b.ticks.Add(1)) * time.Microsecond)}); err != nil {
		_ = tx.Rollback()
		return fmt.Errorf("the floor's booking: %w", err)
	}
	return tx.Commit()
}

// meet inserts a meeting and takes its agent's time.
func (b *floorBooking) meet(t floorTx, free opening, kind domain.MeetingType, seats, taken int) (id string, err error) {
	id, until := typeid.New(typeid.Meeting), free.start.Add(slot)
	err = t.exec(b.meeting, id, t.now, b.appID, free.start, until, int(slot.Minutes()), free.eventTypeID, kind, seats, taken)
	if err != nil {
		return "", err
	}
	return id, t.exec(b.slot, typeid.New(typeid.AgentSlot), b.appID, free.start, until, id, free.agentID)
}

func (b *floorBooking) attend(t floorTx, meeting string, position int) (id string, err error) {
	id = typeid.New(typeid.Attendee)
	return id, t.exec(b.attendee, id, t.now, b.appID, meeting, position)
}

func (b *floorBooking) tell(t floorTx, meeting, attendee string, sequence int, snapshot string) error {
	var number int64
	take := t.StmtContext(t, b.taken) //nolint:sqlclosecheck // closed with the transaction
	if err := take.QueryRowContext(t, b.shard).Scan(&number); err != nil {
		return err
	}
	return t.exec(b.event, typeid.New(typeid.Event), b.appID, b.shard, number, domain.MeetingBooked, meeting, attendee, sequence, t.now, snapshot)
}
