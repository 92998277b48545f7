// Package routingform keeps routing forms: questions to visitors, and where
// their answers lead them. It promises:
//
//   - A form is kept as a whole and valid: each condition is about one of its
//     questions and fits its type. Two changes at once do not undo each other.
//   - A question keeps its id as long as its text.
//   - A submission is answered by the first route that takes it, in the order of
//     the form, else by the fallback. A route to an event type that is archived or
//     switched off by then is passed over, as if it did not take the submission;
//     where the fallback is one, the submission is answered with a message of
//     thanks.
//   - The submission and its event are one transaction.
//   - It is for everybody to submit, also without any token; so whoever is no
//     agent is bound by limits of each form, which bound what strangers can make
//     the server store and send.
//
// Only owners and admins make and change forms. URLs are never fetched.
//
// Locks: Create holds the app's row, Update the form's, each until its
// transaction ends. Submissions take none.
package routingform

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/app"
	"slotcast/ent/routingform"
	"slotcast/internal/apperr"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// maxPerApp is how many forms an app has at most.
const maxPerApp = 1000

// Config is what a Service is made of.
type Config struct {
	Client  *ent.Client
	Log     *eventlog.Log
	Limiter Limiter          // nil: submissions are not limited
	Now     func() time.Time // nil means time.Now
}

// Service keeps routing forms and takes submissions, on behalf of the context's
// viewer. It is safe for concurrent use.
type Service struct {
	client  *ent.Client
	log     *eventlog.Log
	limiter Limiter
	clock   func() time.Time
}

// New returns a Service.
func New(c Config) *Service {
	s := &Service{client: c.Client, log: c.Log, limiter: c.Limiter, clock: c.Now}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Create makes a form. Its errors: FORBIDDEN for a MEMBER, BAD_USER_INPUT with
// the field, NOT_FOUND for an event type, LIMIT_EXCEEDED.
func (s *Service) Create(ctx context.Context, in Input) (*ent.RoutingForm, error) {
	v, err := s.allowed(ctx)
	if err != nil {
		return nil, err
	}
	if in.Fallback == nil {
		in.Fallback = thanks()
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var made *ent.RoutingForm
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		if err := leadable(ctx, tx, targets(in.Routes, in.Fallback)); err != nil {
			return err
		}
		if err := room(ctx, tx, v.AppID); err != nil {
			return err
		}
		now := s.now()
		create := tx.RoutingForm.Create().SetCreatedAt(now).SetUpdatedAt(now)
		in.write(create.Mutation(), nil)
		if made, err = create.Save(ctx); err != nil {
			return fmt.Errorf("making the routing form: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Update changes a form; submissions stay as they are. Its errors are those of
// Create, also about routes that stay and do not fit questions that change, and
// NOT_FOUND for the form.
func (s *Service) Update(ctx context.Context, id string, c Changes) (*ent.RoutingForm, error) {
	if _, err := s.allowed(ctx); err != nil {
		return nil, err
	}
	var changed *ent.RoutingForm
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		form, err := current(ctx, tx, id)
		if err != nil {
			return err
		}
		in := c.onto(form)
		if err := in.check(); err != nil {
			return err
		}
		if err := leadable(ctx, tx, targets(c.Routes, c.Fallback)); err != nil {
			return err
		}
		update := tx.RoutingForm.UpdateOneID(id).SetUpdatedAt(s.now())
		in.write(update.Mutation(), form.Questions)
		if changed, err = update.Save(ctx); err != nil {
			return fmt.Errorf("changing routing form %s: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// allowed returns the viewer where he may change forms.
func (s *Service) allowed(ctx context.Context) (viewer.Viewer, error) {
	v, err := caller.Agent(ctx, s.client, domain.RoutingFormsWrite)
	if err == nil && !v.Leads() {
		err = apperr.New(apperr.Forbidden, "only an OWNER or ADMIN may change routing forms: ask one of them")
	}
	return v, err
}

// room makes sure that the app may have one more form. Others who make one wait
// until this transaction ends.
func room(ctx context.Context, tx *ent.Tx, appID string) error {
	if _, err := tx.App.Query().Where(app.ID(appID), lock).OnlyID(ctx); err != nil {
		return fmt.Errorf("locking the forms of %s: %w", appID, err)
	}
	n, err := tx.RoutingForm.Query().Count(ctx)
	if err != nil {
		return fmt.Errorf("counting the routing forms: %w", err)
	}
	if n >= maxPerApp {
		return apperr.New(apperr.LimitExceeded, "an app has at most %d routing forms: change one that is no longer needed", maxPerApp)
	}
	return nil
}

// current locks and returns a form of the viewer's app.
func current(ctx context.Context, tx *ent.Tx, id string) (*ent.RoutingForm, error) {
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	form, err := tx.RoutingForm.Query().Where(routingform.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("routing form", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading routing form %s: %w", id, err)
	}
	return form, nil
}

// lock makes other changes of the row wait until this transaction ends; rows
// that refer to it do not wait. SQLite has one writer at a time anyway.
func lock(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE")
	}
}
