package booking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/command"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/internal/backoff"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// batch is how many rows of a kind are swept in one go.
const batch = 200

// keptAnswers is how long a command's answer is repeated.
const keptAnswers = 24 * time.Hour

// SweeperConfig is what a Sweeper is made of.
type SweeperConfig struct {
	Service *Service
	Every   time.Duration // 0 means 5 s
	Logger  *slog.Logger
}

// Sweeper does what becomes due by time alone: it ends the holds that nobody has
// paid, completes the meetings that are over, and forgets the answers to old
// commands. Nothing depends on its being on time, and any number of processes
// may sweep at once.
type Sweeper struct{ cfg SweeperConfig }

// NewSweeper returns a Sweeper that does nothing before Run.
func NewSweeper(c SweeperConfig) *Sweeper {
	c.Every = cmp.Or(c.Every, 5*time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	return &Sweeper{cfg: c}
}

// Run sweeps until ctx ends, and returns nil then.
func (w *Sweeper) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		swept, err := w.cfg.Service.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "sweep_failed", "error", err)
		}
		if swept > 0 {
			w.cfg.Logger.DebugContext(ctx, "swept", "rows", swept)
		}
		if swept < batch {
			_ = backoff.Wait(ctx, w.cfg.Every)
		}
	}
	return nil
}

// Sweep does what is due now, a bounded part of it, across all apps. It returns
// how many rows it has dealt with. What fails is not in the way of the rest.
func (s *Service) Sweep(ctx context.Context) (swept int, err error) {
	ctx = viewer.System(ctx)
	var errs []error
	for _, part := range []func(context.Context) (int, error){s.sweepHolds, s.sweepMeetings, s.sweepCommands} {
		n, err := part(ctx)
		swept, errs = swept+n, append(errs, err)
	}
	return swept, errors.Join(errs...)
}

// sweepHolds ends holds, each in a transaction of its own: their agents differ.
func (s *Service) sweepHolds(ctx context.Context) (n int, err error) {
	ids, err := s.client.Payment.Query().
		Where(payment.StatusIn(unpaid...), payment.HeldUntilLTE(s.now())).
		Order(payment.ByHeldUntil()).Limit(batch).IDs(ctx)
	if err != nil {
		return 0, fmt.Errorf("looking for holds that have run out: %w", err)
	}
	var errs []error
	for _, id := range ids {
		err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
			m, _, err := openPayment(ctx, tx, id)
			if err != nil {
				return nil, err
			}
			_, err = s.lapse(ctx, tx, m)
			return nil, err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("ending the hold of payment %s: %w", id, err))
			continue
		}
		n++
	}
	return n, errors.Join(errs...)
}

// sweepMeetings completes what is over, buffers and the holds of seats included.
// Its agents' time counts no more.
func (s *Service) sweepMeetings(ctx context.Context) (n int, err error) {
	now := s.now()
	ids, err := s.client.Meeting.Query().
		Where(meeting.StatusEQ(domain.Active), meeting.EndLTE(now),
			meeting.Not(meeting.HasAgentSlotsWith(agentslot.BusyUntilGT(now))),
			meeting.Not(meeting.HasAttendeesWith(attendee.StatusEQ(domain.AttendeeActive), attendee.HasPaymentWith(payment.StatusIn(unpaid...))))).
		Order(meeting.ByEnd()).Limit(batch).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		over := meeting.And(meeting.IDIn(ids...), meeting.StatusEQ(domain.Active))
		if n, err = tx.Meeting.Update().Where(over).SetStatus(domain.Completed).Save(ctx); err != nil {
			return err
		}
		return tx.AgentSlot.Update().
			Where(agentslot.MeetingIDIn(ids...), agentslot.Live(true), agentslot.HasMeetingWith(meeting.StatusEQ(domain.Completed))).
			SetLive(false).Exec(ctx)
	})
	if err != nil {
		return 0, fmt.Errorf("completing meetings: %w", err)
	}
	return n, nil
}

// sweepCommands forgets answers.
func (s *Service) sweepCommands(ctx context.Context) (int, error) {
	ids, err := s.client.Command.Query().Where(command.CreatedAtLTE(s.now().Add(-keptAnswers))).
		Order(command.ByCreatedAt()).Limit(batch).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	n, err := s.client.Command.Delete().Where(command.IDIn(ids...)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("forgetting old commands: %w", err)
	}
	return n, nil
}
