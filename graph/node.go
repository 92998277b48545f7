package graph

import (
	"context"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/ent/attendee"
	"slotcast/ent/delivery"
	"slotcast/ent/eventtype"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/typeid"
)

// tables says where the rows of each kind of id are.
var tables = map[typeid.Prefix]string{
	typeid.Agent: agent.Table, typeid.App: app.Table, typeid.Attendee: attendee.Table,
	typeid.Delivery: delivery.Table, typeid.EventType: eventtype.Table, typeid.Meeting: meeting.Table,
	typeid.Payment: payment.Table, typeid.Webhook: webhook.Table,
}

// nodeType finds the table of an id by its prefix.
func nodeType(_ context.Context, id string) (string, error) {
	table, ok := tables[typeid.PrefixOf(id)]
	if !ok {
		return "", apperr.Missing("node", "id", id)
	}
	return table, nil
}

func (r *Resolver) node(ctx context.Context, id string) (ent.Noder, error) {
	n, err := r.client.Noder(ctx, id, ent.WithNodeType(nodeType))
	if ent.IsNotFound(err) || apperr.CodeOf(err) == apperr.NotFound {
		return nil, nil
	}
	return n, err
}
