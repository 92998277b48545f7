package booking

import (
	"context"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/eventlog"
	"slotcast/internal/sqlerr"
)

// Config is what a Service is made of.
type Config struct {
	Client *ent.Client
	Log    *eventlog.Log
	Now    func() time.Time // nil means time.Now
}

// Service carries out the commands on meetings, on behalf of the context's
// viewer. It is safe for concurrent use.
type Service struct {
	client *ent.Client
	log    *eventlog.Log
	clock  func() time.Time
}

// New returns a Service.
func New(c Config) *Service {
	s := &Service{client: c.Client, log: c.Log, clock: c.Now}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

var (
	overlap      = sqlerr.Constraint{Name: "agent_slot_overlap"}
	distinctTime = sqlerr.Constraint{Name: "attendee_distinct_time", Columns: "attendees.created_at"}
	oneSuccessor = sqlerr.Constraint{Name: "meetings_previous_id_key", Columns: "meetings.previous_id"}
)

// told turns the database's refusals into errors that callers may see, and asks
// for another run where two attendees were made in the same microsecond.
func told(err error) error {
	switch {
	case err == nil:
		return nil
	case sqlerr.Violates(err, overlap):
		e := apperr.New(apperr.SlotTaken, "the agent is not free at that time: choose another start")
		e.Field = "start"
		return e
	case sqlerr.Violates(err, oneSuccessor):
		return apperr.New(apperr.Conflict, "the meeting was already rescheduled")
	case sqlerr.Violates(err, distinctTime):
		return eventlog.ErrAgain
	}
	return err
}

// inTx runs a command that appends an event.
func (s *Service) inTx(ctx context.Context, command func(context.Context, *ent.Tx) (*eventlog.Draft, error)) error {
	_, err := s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) (*eventlog.Draft, error) {
		draft, err := command(ctx, tx)
		return draft, told(err)
	})
	return err
}
