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

// node reads the row that an id names: none where the viewer sees none. An id
// that cannot be one is refused, as a value of the given argument.
func (r *Resolver) node(ctx context.Context, field, id string) (ent.Noder, error) {
	kind := typeid.PrefixOf(id)
	table, ok := tables[kind]
	if !ok {
		return nil, apperr.BadInput(field, "%q is not the id of a node", id)
	}
	if err := typeid.Check(kind, id); err != nil {
		return nil, apperr.BadInput(field, "%v", err)
	}
	n, err := r.client.Noder(ctx, id, ent.WithFixedNodeType(table))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return n, err
}
