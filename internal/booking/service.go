package booking

import (
	"context"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/eventlog"
	"slotcast/internal/sealing"
	"slotcast/internal/sqlerr"
	"slotcast/internal/viewer"
)

// Config is what a Service is made of.
type Config struct {
	Client *ent.Client
	Log    *eventlog.Log
	Keys   *sealing.Ring    // for the manage tokens in kept answers
	Now    func() time.Time // nil means time.Now
}

// Service carries out the commands on meetings, on behalf of the context's
// viewer. It is safe for concurrent use.
type Service struct {
	client *ent.Client
	log    *eventlog.Log
	keys   *sealing.Ring
	clock  func() time.Time
}

// New returns a Service.
func New(c Config) *Service {
	s := &Service{client: c.Client, log: c.Log, keys: c.Keys, clock: c.Now}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

var (
	overlap      = sqlerr.Constraint{Name: "agent_slot_overlap"}
	distinctTime = sqlerr.Constraint{Name: "attendee_distinct_time", Columns: "attendees.created_at"}
	oneGroup     = sqlerr.Constraint{Name: "meeting_live_group", Columns: "meetings.event_type_id, meetings.start"}
	oneCallback  = sqlerr.Constraint{
		Name:    "payment_app_id_method_external_payment_id",
		Columns: "payments.app_id, payments.method, payments.external_payment_id",
	}
)

// told turns the database's refusals into errors that callers may see, and asks
// for another run where two attendees were made in the same microsecond, or a
// group by somebody who does not host it any more.
func told(err error) error {
	switch {
	case err == nil:
		return nil
	case sqlerr.Violates(err, overlap):
		return slotTaken("the agent is not free at that time: choose another start")
	case sqlerr.Violates(err, oneCallback):
		e := apperr.New(apperr.Conflict, "the provider's reference belongs to another payment")
		e.Field = "externalPaymentId"
		return e
	case sqlerr.Violates(err, distinctTime), sqlerr.Violates(err, oneGroup):
		return eventlog.ErrAgain
	}
	return err
}

func slotTaken(format string, args ...any) error {
	e := apperr.New(apperr.SlotTaken, format, args...)
	e.Field = "start"
	return e
}

// inTx runs a command with the events that it tells. It runs as the app: whoever
// books takes time that others' meetings leave free.
func (s *Service) inTx(ctx context.Context, command func(context.Context, *ent.Tx) ([]*eventlog.Draft, error)) error {
	_, err := s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		drafts, err := command(viewer.ForApp(ctx), tx)
		return drafts, told(err)
	})
	return err
}
