// Package catalog keeps what can be booked: the event types of an app, with
// their hosts, durations, prices and questions. It checks and changes them on
// behalf of OWNERs and ADMINs; booking is package booking's.
//
// An event type is active, switched off or archived. Only the last is for ever:
// an archived one is never changed again, and its slug is free. Meetings that
// are booked stay as they are, whatever happens to their event type.
//
// Locks are taken in this order, each until the transaction ends: the event
// type, the app where a slug is given out, the agents in the order of their ids.
// A command that counts a host's meetings holds the agent's lock too.
package catalog

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/eventtype"
	"slotcast/ent/host"
	"slotcast/internal/apperr"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// Service keeps event types on behalf of the context's viewer. It is safe for
// concurrent use. What it returns has its agents in its edges, ordered by id and
// with their schedules.
type Service struct{ client *ent.Client }

// New returns a Service.
func New(client *ent.Client) *Service { return &Service{client: client} }

// Create makes an event type. Its errors: FORBIDDEN for a MEMBER, BAD_USER_INPUT
// with the field, also for a slug that is taken, NOT_FOUND for an agent.
func (s *Service) Create(ctx context.Context, in Input) (*ent.EventType, error) {
	ctx, v, err := s.allowed(ctx)
	if err != nil {
		return nil, err
	}
	if len(in.AgentIDs) == 0 {
		in.AgentIDs = []string{v.AgentID}
	}
	amounts, err := in.check()
	if err != nil {
		return nil, err
	}
	var made *ent.EventType
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		if err := lockSlugs(ctx, tx, v.AppID); err != nil {
			return err
		}
		slug, err := in.slug(ctx, tx)
		if err != nil {
			return err
		}
		create := tx.EventType.Create().SetType(in.Type).SetSlug(slug)
		in.write(create.Mutation(), amounts)
		if made, err = create.Save(ctx); err != nil {
			return slugTaken(err, slug, "making the event type")
		}
		made.Edges.Agents, err = assign(ctx, tx, made.ID, in.AgentIDs)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Update changes an event type. Its errors are those of Create, NOT_FOUND for
// the event type, and CONFLICT where it is archived.
func (s *Service) Update(ctx context.Context, id string, c Changes) (*ent.EventType, error) {
	ctx, v, err := s.allowed(ctx)
	if err != nil {
		return nil, err
	}
	var changed *ent.EventType
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		et, err := current(ctx, tx, id)
		if err != nil {
			return err
		}
		in, err := c.onto(et)
		if err != nil {
			return err
		}
		amounts, err := in.check()
		if err != nil {
			return err
		}
		update := tx.EventType.UpdateOneID(id)
		in.write(update.Mutation(), amounts)
		if *in.Slug != et.Slug {
			if err := lockSlugs(ctx, tx, v.AppID); err != nil {
				return err
			}
			update.SetSlug(*in.Slug)
		}
		if changed, err = update.Save(ctx); err != nil {
			return slugTaken(err, *in.Slug, "changing event type "+id)
		}
		if c.AgentIDs == nil {
			changed.Edges.Agents, err = hosting(ctx, tx, id)
		} else {
			changed.Edges.Agents, err = assign(ctx, tx, id, c.AgentIDs)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Archive ends an event type: it is not booked any more, and its slug is free.
// Its errors: FORBIDDEN, NOT_FOUND, and CONFLICT where it was archived before.
func (s *Service) Archive(ctx context.Context, id string) (*ent.EventType, error) {
	ctx, _, err := s.allowed(ctx)
	if err != nil {
		return nil, err
	}
	var archived *ent.EventType
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		if _, err := current(ctx, tx, id); err != nil {
			return err
		}
		var err error
		archived, err = tx.EventType.UpdateOneID(id).
			SetActive(false).SetArchivedAt(time.Now().UTC().Truncate(time.Microsecond)).Save(ctx)
		if err != nil {
			return fmt.Errorf("archiving event type %s: %w", id, err)
		}
		archived.Edges.Agents, err = hosting(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return archived, nil
}

// allowed returns the viewer where he may change the catalog, and a context that
// runs as the app: a change looks at the hosts' meetings, too.
func (s *Service) allowed(ctx context.Context) (context.Context, viewer.Viewer, error) {
	v, err := caller.Agent(ctx, s.client, domain.EventTypesWrite)
	if err == nil && !v.Leads() {
		err = apperr.New(apperr.Forbidden, "only an OWNER or ADMIN may change event types: ask one of them")
	}
	return viewer.ForApp(ctx), v, err
}

// current locks and returns an event type that may be changed.
func current(ctx context.Context, tx *ent.Tx, id string) (*ent.EventType, error) {
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	et, err := tx.EventType.Query().Where(eventtype.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("event type", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading event type %s: %w", id, err)
	}
	if et.ArchivedAt != nil {
		return nil, apperr.New(apperr.Conflict, "event type %q is archived: make a new one", et.Slug)
	}
	return et, nil
}

// hosting returns the event type's agents.
func hosting(ctx context.Context, tx *ent.Tx, id string) ([]*ent.Agent, error) {
	agents, err := tx.Agent.Query().Where(agent.HasHostsWith(host.EventTypeID(id))).WithSchedule().
		Order(agent.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the agents of %s: %w", id, err)
	}
	return agents, nil
}

// lock makes other changes of the rows wait until this transaction ends; rows
// that refer to them do not wait. SQLite has one writer at a time anyway.
func lock(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE")
	}
}
