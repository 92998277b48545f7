package graph

import (
	"context"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/ent/attendee"
	"slotcast/ent/auditentry"
	"slotcast/ent/delivery"
	"slotcast/ent/eventtype"
	"slotcast/ent/identityprovider"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/ent/publishablekey"
	"slotcast/ent/replay"
	"slotcast/ent/routingform"
	"slotcast/ent/routingformsubmission"
	"slotcast/ent/schedule"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/typeid"
)

// tables says where the rows of each kind of id are.
var tables = map[typeid.Prefix]string{
	typeid.AccessToken: accesstoken.Table, typeid.Agent: agent.Table, typeid.App: app.Table, typeid.Attendee: attendee.Table,
	typeid.AuditEntry: auditentry.Table, typeid.Delivery: delivery.Table, typeid.EventType: eventtype.Table,
	typeid.IdentityProvider: identityprovider.Table, typeid.Meeting: meeting.Table, typeid.Payment: payment.Table,
	typeid.PublishableKey: publishablekey.Table, typeid.RoutingForm: routingform.Table,
	typeid.FormSubmission: routingformsubmission.Table, typeid.Replay: replay.Table, typeid.Schedule: schedule.Table, typeid.Webhook: webhook.Table,
}

// node reads the row that an id names. One that the viewer cannot see is
// NOT_FOUND; an id that cannot be one is refused, as a value of the given argument.
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
		return nil, apperr.Missing("node", field, id)
	}
	return n, err
}
