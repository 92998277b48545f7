package rest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/apperr"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// sorting is the order that a list is asked for in, or else the usual one. What
// may be said is in the description; fields that are not called like their
// columns are the caller's to translate.
func (c *call) sorting(kind typeid.Prefix, usual string) order {
	field, direction, _ := strings.Cut(cmp.Or(c.query.Get("sort"), usual), ":")
	return order{column: field, desc: direction == "desc", kind: kind}
}

// collected is the answer that has the rows of a page.
func collected[T, R any](rows []*T, p pagination, shape func(*T) R) *reply {
	resources := make([]R, len(rows))
	for i, row := range rows {
		resources[i] = shape(row)
	}
	return &reply{http.StatusOK, list{resources, p}}
}

// single is a query for one row that can be asked more than once.
type single[Q, T any] interface {
	Clone() Q
	Only(context.Context) (*T, error)
}

// seen is the row of a query. Where the caller does not see it although his app
// has it, that is 403.
func seen[Q single[Q, T], T any](ctx context.Context, q Q) (*T, error) {
	row, err := q.Clone().Only(ctx)
	return row, hidden(ctx, err, q)
}

// hidden makes 403 of an error that says that a row was not found, where the app
// has it; any other error stays.
func hidden[Q single[Q, T], T any](ctx context.Context, err error, q Q) error {
	if apperr.CodeOf(err) != apperr.NotFound && !ent.IsNotFound(err) {
		return err
	}
	if _, there := q.Clone().Only(viewer.ForApp(ctx)); there == nil {
		return forbidden(noPermission, "")
	}
	return err
}

// user is the agent that a list is of; empty where it is of the organization as
// a whole. One of the two has to be named.
func (h *Handler) user(ctx context.Context, c *call) (string, error) {
	if !c.query.Has("user") && !c.query.Has("organization") {
		return "", invalid("user", "name the user, or the organization")
	}
	if c.query.Has("organization") {
		if err := c.organization("organization", c.query.Get("organization")); err != nil {
			return "", err
		}
	}
	id, err := c.uri("user", "users", typeid.Agent)
	if err != nil || id == "" || id == c.viewer.AgentID {
		return id, err
	}
	found, err := h.client.Agent.Query().Where(agent.ID(id)).Exist(viewer.ForApp(ctx))
	if err != nil {
		return "", fmt.Errorf("looking for user %s: %w", id, err)
	}
	if !found {
		return "", forbidden(noPermission, "the organization has no such user")
	}
	return id, nil
}

// ownUser is the same for lists of which a member is shown his own part alone:
// that of others, and the organization's, is for owners and admins.
func (h *Handler) ownUser(ctx context.Context, c *call) (string, error) {
	id, err := h.user(ctx, c)
	if err == nil && !c.viewer.Leads() && (c.query.Has("organization") || id != c.viewer.AgentID) {
		return "", forbidden(noPermission, "it is for owners and admins: name yourself as the user, and no organization")
	}
	return id, err
}
