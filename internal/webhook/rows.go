package webhook

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/eventtype"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/sqlerr"
	"slotcast/internal/viewer"
)

// told turns the database's refusal of a second webhook of a format that has one
// for each URL into an error that callers may see.
func told(err error) error {
	for _, once := range []sqlerr.Constraint{
		{Name: "webhook_once_organization", Columns: "webhooks.app_id, webhooks.subscriber_url"},
		{Name: "webhook_once_user", Columns: "webhooks.app_id, webhooks.subscriber_url, webhooks.agent_id"},
	} {
		if sqlerr.Violates(err, once) {
			e := apperr.New(apperr.Conflict, "there is a webhook of this format, scope and URL: change that one, or delete it")
			e.Field = "subscriberUrl"
			return e
		}
	}
	return err
}

// get reads a webhook and keeps others from changing it until the transaction
// ends.
func get(ctx context.Context, tx *ent.Tx, id string) (*ent.Webhook, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	w, err := tx.Webhook.Query().Where(webhook.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("webhook", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading webhook %s: %w", id, err)
	}
	return w, nil
}

func lock(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate()
	}
}

// known checks that the app has the event types. All its agents know of them,
// whatever their tokens are for.
func known(ctx context.Context, types *ent.EventTypeQuery, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := types.Where(eventtype.IDIn(ids...)).IDs(viewer.ForApp(ctx))
	if err != nil {
		return fmt.Errorf("looking up the event types: %w", err)
	}
	have := map[string]bool{}
	for _, id := range found {
		have[id] = true
	}
	for i, id := range ids {
		if !have[id] {
			return apperr.Missing("event type", fmt.Sprintf("eventTypeIds.%d", i), id)
		}
	}
	return nil
}
