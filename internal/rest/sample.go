package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// getSample answers with the body that a delivery to a subscription of the caller
// would have.
func (h *Handler) getSample(ctx context.Context, c *call) (*reply, error) {
	user, err := c.subscriber()
	if err != nil {
		return nil, err
	}
	// Whoever may read webhooks is told this of their makers, whatever else his
	// token is for.
	host, err := h.client.Agent.Query().Where(agent.ID(user)).Only(viewer.ForApp(ctx))
	if ent.IsNotFound(err) {
		return nil, forbidden(noPermission, "the organization has no such user")
	}
	if err != nil {
		return nil, err
	}
	organization, err := h.client.App.Query().Where(app.ID(c.viewer.AppID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	sample, err := h.links.Sample(c.query.Get("event"), organization, host, host.ID, h.now())
	if err != nil {
		return nil, err
	}
	return &reply{http.StatusOK, json.RawMessage(sample.Body)}, nil
}

// subscriber is whose meetings the sample is of: by the same rules as those of a
// subscription, but that owners and admins may look at anybody's.
func (c *call) subscriber() (string, error) {
	if err := c.organization("organization", c.query.Get("organization")); err != nil {
		return "", err
	}
	user, err := c.uri("user", "users", typeid.Agent)
	switch scope, leads := c.query.Get("scope"), c.viewer.Leads(); {
	case err != nil:
		return "", err
	case scope == "organization" && !leads:
		return "", forbidden(noPermission, "")
	case scope == "organization":
		return c.viewer.AgentID, nil
	case user == "":
		return "", invalid("user", "it is required with the scope user")
	case c.query.Get("event") == wire.FormSubmissionCreated:
		return "", invalid("event", "it needs the scope organization")
	case user != c.viewer.AgentID && !leads:
		return "", forbidden(noPermission, "")
	}
	return user, nil
}
