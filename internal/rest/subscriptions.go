package rest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
)

// createSubscription refuses first what is wrong for everybody, then what the
// caller may not have, and last what there is already.
func (h *Handler) createSubscription(ctx context.Context, c *call) (*reply, error) {
	var body struct {
		URL          string   `json:"url"`
		Events       []string `json:"events"`
		Organization string   `json:"organization"`
		User         *string  `json:"user"`
		Scope        string   `json:"scope"`
		SigningKey   string   `json:"signing_key"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	app, err := c.idOf("organization", body.Organization, "organizations", typeid.App)
	if err != nil {
		return nil, err
	}
	user := ""
	if body.User != nil {
		if user, err = c.idOf("user", *body.User, "users", typeid.Agent); err != nil {
			return nil, err
		}
	}
	in := hooks.Input{
		SubscriberURL: body.URL, Events: body.Events, Secret: &body.SigningKey,
		Scope: scopeOf(body.Scope), Format: domain.FormatCalendly,
	}
	if err := cmp.Or(needsUser(in.Scope, user), h.webhooks.Check(in)); err != nil {
		return nil, subscriptionProblem(err)
	}
	if err := c.ours(app); err != nil {
		return nil, err
	}
	switch {
	case in.Scope == domain.ScopeOrganization && !c.viewer.Leads():
		return nil, forbidden(noAccess, "subscriptions of the organization are for owners and admins: choose the scope user")
	case in.Scope == domain.ScopeUser && user != c.viewer.AgentID:
		return nil, forbidden(noPermission, "a subscription of the scope user is for yourself")
	}
	w, _, err := h.webhooks.Create(ctx, in)
	if err != nil {
		return nil, subscriptionProblem(err)
	}
	return created(h.links.SubscriptionOf(w, nil)), nil
}

func (h *Handler) listSubscriptions(ctx context.Context, c *call) (*reply, error) {
	app, err := c.uri("organization", "organizations", typeid.App)
	if err != nil {
		return nil, err
	}
	user, err := c.uri("user", "users", typeid.Agent)
	if err != nil {
		return nil, err
	}
	scope, by := scopeOf(c.query.Get("scope")), order{webhook.FieldCreatedAt, c.query.Get("sort") != "created_at:asc", typeid.Webhook}
	if err := needsUser(scope, user); err != nil {
		return nil, err
	}
	if _, err := c.token(by); err != nil {
		return nil, err
	}
	if err := c.ours(app); err != nil {
		return nil, err
	}
	query := h.client.Webhook.Query().Where(webhook.FormatEQ(domain.FormatCalendly), webhook.ScopeEQ(scope))
	switch {
	case scope == domain.ScopeUser && user != c.viewer.AgentID && !c.viewer.Leads():
		return nil, forbidden(noPermission, "the subscriptions of others are for owners and admins")
	case scope == domain.ScopeUser:
		query.Where(webhook.AgentID(user))
	case !c.viewer.Leads():
		return nil, forbidden(noPermission, "the subscriptions of the organization are for owners and admins")
	}
	rows, page, err := pageOf(ctx, c, query, by, func(w *ent.Webhook) (any, string) { return w.CreatedAt, w.ID })
	if err != nil {
		return nil, fmt.Errorf("listing the subscriptions: %w", err)
	}
	retrying, err := h.retrying(ctx, rows...)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(rows))
	for i, w := range rows {
		out[i] = h.links.SubscriptionOf(w, retrying[w.ID])
	}
	return &reply{http.StatusOK, list{out, page}}, nil
}

func (h *Handler) getSubscription(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.Webhook)
	if err != nil {
		return nil, err
	}
	w, err := seen(ctx, h.ofFormat(domain.FormatCalendly, id))
	if err != nil {
		return nil, err
	}
	retrying, err := h.retrying(ctx, w)
	if err != nil {
		return nil, err
	}
	return resource(h.links.SubscriptionOf(w, retrying[w.ID])), nil
}

func (h *Handler) deleteSubscription(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.Webhook)
	if err != nil {
		return nil, err
	}
	if _, err := h.deleted(ctx, h.ofFormat(domain.FormatCalendly, id)); err != nil {
		return nil, err
	}
	return noContent(), nil
}

// ofFormat is a webhook. Those of other formats are not of this API.
func (h *Handler) ofFormat(format domain.WebhookFormat, id string) *ent.WebhookQuery {
	return h.client.Webhook.Query().Where(webhook.ID(id), webhook.FormatEQ(format))
}

// deleted deletes the webhook of a query, and returns it as it was. It need not
// be one that the caller sees: that he has made it is enough.
func (h *Handler) deleted(ctx context.Context, q *ent.WebhookQuery) (*ent.Webhook, error) {
	w, err := q.Clone().Only(viewer.ForApp(ctx))
	if err != nil {
		return nil, err
	}
	return w, hidden(ctx, h.webhooks.Delete(ctx, w.ID), q)
}

// retrying tells of webhooks since when messages are tried again: when the
// oldest of those that have failed so far was tried first.
func (h *Handler) retrying(ctx context.Context, of ...*ent.Webhook) (map[string]*time.Time, error) {
	ids := make([]any, len(of))
	for i, w := range of {
		ids[i] = w.ID
	}
	rows, err := h.client.Delivery.Query().Where(func(s *sql.Selector) {
		t := sql.Table(delivery.Table)
		s.Where(sql.In(s.C(delivery.FieldID), sql.Select(sql.Min(t.C(delivery.FieldID))).From(t).
			Where(sql.And(sql.In(t.C(delivery.FieldWebhookID), ids...), sql.EQ(t.C(delivery.FieldStatus), domain.DeliveryPending),
				sql.GT(t.C(delivery.FieldAttemptCount), 0))).
			GroupBy(t.C(delivery.FieldWebhookID))))
	}).Select(delivery.FieldWebhookID, delivery.FieldAttempts).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what is tried again: %w", err)
	}
	since := map[string]*time.Time{}
	for _, d := range rows {
		if len(d.Attempts) > 0 {
			since[d.WebhookID] = &d.Attempts[0].At
		}
	}
	return since, nil
}

// scopeOf is the scope of a request; one that the description does not allow is
// none.
func scopeOf(scope string) domain.WebhookScope {
	return domain.WebhookScope(strings.ToUpper(scope))
}

func needsUser(scope domain.WebhookScope, user string) error {
	if scope == domain.ScopeUser && user == "" {
		return invalid("user", "the scope user needs it")
	}
	return nil
}

// subscriptionProblem names the parameters of a request where the service has
// names of its own.
func subscriptionProblem(err error) error {
	e := apperr.From(err)
	switch {
	case e == nil:
	case e.Code == apperr.Conflict && e.Field == "subscriberUrl":
		return alreadyExists()
	case e.Code == apperr.BadUserInput:
		names := map[string]string{"subscriberUrl": "url", "secret": "signing_key", "triggers": "events"}
		return invalid(cmp.Or(names[e.Field], e.Field), "%s", e.Message)
	}
	return err
}
