package rest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/eventtype"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// maxTake is how many entries a list of Cal.com's has at most.
const maxTake = 250

// success is the answer that clients of Cal.com know.
type success struct {
	Status string `json:"status"`
	Data   any    `json:"data"`
}

func succeeded(status int, data any) *reply { return &reply{status, success{"success", data}} }

func (h *Handler) getMe(ctx context.Context, c *call) (*reply, error) {
	// His token may not be for agents: who he is he knows.
	a, err := h.client.Agent.Query().Where(agent.ID(c.viewer.AgentID)).Only(viewer.ForApp(ctx))
	if err != nil {
		return nil, err
	}
	return succeeded(http.StatusOK, wire.HookUserOf(a)), nil
}

func (h *Handler) listHookEventTypes(ctx context.Context, c *call) (*reply, error) {
	take, skip := c.window()
	types, err := h.client.EventType.Query().Where(eventtype.ArchivedAtIsNil()).
		Order(ent.Desc(eventtype.FieldCreatedAt, eventtype.FieldID)).Offset(skip).Limit(take).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the event types: %w", err)
	}
	data := make([]wire.HookEventType, len(types))
	for i, et := range types {
		data[i] = h.links.HookEventTypeOf(et)
	}
	return succeeded(http.StatusOK, data), nil
}

// listHooks has the caller's own; for owners and admins also those of the whole
// organization, whoever has made them.
func (h *Handler) listHooks(ctx context.Context, c *call) (*reply, error) {
	of, err := h.hookEventTypes(ctx, c.path["eventTypeId"])
	if err != nil {
		return nil, err
	}
	take, skip := c.window()
	rows, err := h.client.Webhook.Query().
		Where(webhook.FormatEQ(domain.FormatCalcom), exactly(of), webhook.Or(webhook.AgentID(c.viewer.AgentID), webhook.ScopeEQ(domain.ScopeOrganization))).
		Order(ent.Desc(webhook.FieldCreatedAt, webhook.FieldID)).Offset(skip).Limit(take).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the hooks: %w", err)
	}
	data := make([]wire.Hook, len(rows))
	for i, w := range rows {
		data[i] = wire.HookOf(w)
	}
	return succeeded(http.StatusOK, data), nil
}

// hookBody is what a hook is to be. Its secret is null in every answer, and its
// template as it is: clients that send back what they have read change neither.
type hookBody struct {
	SubscriberURL   *string  `json:"subscriberUrl"`
	Triggers        []string `json:"triggers"`
	Active          *bool    `json:"active"`
	Secret          *string  `json:"secret"`
	PayloadTemplate *string  `json:"payloadTemplate"`
	EventTypeID     *string  `json:"eventTypeId"` // of a new one, where the path names none
}

func (h *Handler) createHook(ctx context.Context, c *call) (*reply, error) {
	body, err := c.hook()
	if err != nil {
		return nil, err
	}
	if err := body.keeps(nil); err != nil {
		return nil, err
	}
	named := c.path["eventTypeId"]
	if body.EventTypeID != nil {
		named = cmp.Or(named, *body.EventTypeID)
	}
	of, err := h.hookEventTypes(ctx, named)
	if err != nil {
		return nil, err
	}
	in := hooks.Input{
		SubscriberURL: *body.SubscriberURL, Triggers: body.triggers(), EventTypeIDs: of, Secret: new(""),
		Scope: domain.ScopeUser, Format: domain.FormatCalcom, Disabled: body.Active != nil && !*body.Active,
	}
	if body.Secret != nil {
		in.Secret = body.Secret
	}
	if c.viewer.Leads() {
		in.Scope = domain.ScopeOrganization
	}
	w, _, err := h.webhooks.Create(ctx, in)
	if err != nil {
		return nil, err
	}
	return succeeded(http.StatusCreated, wire.HookOf(w)), nil
}

func (h *Handler) getHook(ctx context.Context, c *call) (*reply, error) {
	q, err := h.hook(ctx, c)
	if err != nil {
		return nil, err
	}
	w, err := seen(ctx, q)
	if err != nil {
		return nil, err
	}
	return succeeded(http.StatusOK, wire.HookOf(w)), nil
}

func (h *Handler) updateHook(ctx context.Context, c *call) (*reply, error) {
	body, err := c.hook()
	if err != nil {
		return nil, err
	}
	q, err := h.hook(ctx, c)
	if err != nil {
		return nil, err
	}
	w, err := seen(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := body.keeps(w.PayloadTemplate); err != nil {
		return nil, err
	}
	w, err = h.webhooks.Update(ctx, w.ID, hooks.Changes{
		SubscriberURL: body.SubscriberURL, Triggers: body.triggers(), Secret: body.Secret, Active: body.Active,
	})
	if err != nil {
		return nil, err
	}
	return succeeded(http.StatusOK, wire.HookOf(w)), nil
}

func (h *Handler) deleteHook(ctx context.Context, c *call) (*reply, error) {
	q, err := h.hook(ctx, c)
	if err != nil {
		return nil, err
	}
	w, err := h.deleted(ctx, q)
	if err != nil {
		return nil, err
	}
	return succeeded(http.StatusOK, wire.HookOf(w)), nil
}

// hook is what the path names: a hook of its event type, or one that hears of
// all.
func (h *Handler) hook(ctx context.Context, c *call) (*ent.WebhookQuery, error) {
	of, err := h.hookEventTypes(ctx, c.path["eventTypeId"])
	if err != nil {
		return nil, err
	}
	id, err := c.id("webhookId", typeid.Webhook)
	if err != nil {
		return nil, err
	}
	return h.ofFormat(domain.FormatCalcom, id).Where(exactly(of)), nil
}

// hookEventTypes is the event type that is named, if one is. All agents know of
// them, whatever their tokens are for.
func (h *Handler) hookEventTypes(ctx context.Context, id string) ([]string, error) {
	if id == "" {
		return nil, nil
	}
	if typeid.Check(typeid.EventType, id) != nil {
		return nil, notFound()
	}
	found, err := h.client.EventType.Query().Where(eventtype.ID(id)).Exist(viewer.ForApp(ctx))
	if err != nil {
		return nil, fmt.Errorf("looking up the event type: %w", err)
	}
	if !found {
		return nil, notFound()
	}
	return []string{id}, nil
}

// exactly narrows to webhooks with these event types and no others.
func exactly(ids []string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sqljson.LenEQ(webhook.FieldEventTypeIds, len(ids)))
		for _, id := range ids {
			s.Where(sqljson.ValueContains(webhook.FieldEventTypeIds, id))
		}
	}
}

// hook reads a body.
func (c *call) hook() (*hookBody, error) {
	var body hookBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return &body, nil
}

// keeps refuses another template than there is. The language is not Cal.com's.
func (b *hookBody) keeps(template *string) error {
	if t := b.PayloadTemplate; t == nil || *t == "" || template != nil && *t == *template {
		return nil
	}
	return invalid("payloadTemplate", "it is set with the GraphQL API's updateWebhook, in the language of this server: leave it out")
}

// triggers are nil where the body has none.
func (b *hookBody) triggers() []domain.Trigger {
	var triggers []domain.Trigger
	for _, name := range b.Triggers {
		triggers = append(triggers, wire.TriggerOf(name))
	}
	return triggers
}

// window is which entries of a list are asked for; the description bounds both.
func (c *call) window() (take, skip int) {
	take, err := strconv.Atoi(c.query.Get("take"))
	if err != nil {
		take = maxTake
	}
	skip, _ = strconv.Atoi(c.query.Get("skip")) // none is 0
	return take, skip
}
