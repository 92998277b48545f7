// Package graph is the GraphQL API over the services: resolvers read the viewer
// and the input, call one service, convert and return. There is one resolver
// file for each SDL file in schema/; helpers live beside them, since the
// generator comments out what it does not know.
package graph

import (
	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/booking"
	"slotcast/internal/catalog"
	"slotcast/internal/live"
	"slotcast/internal/redelivery"
	"slotcast/internal/routingform"
	"slotcast/internal/webhook"
)

// Services are what the resolvers call.
type Services struct {
	Account      *account.Service
	Booking      *booking.Service
	Catalog      *catalog.Service
	Webhooks     *webhook.Service
	RoutingForms *routingform.Service
	Live         *live.Events
	Dashboards   *live.Dashboards
	Redelivery   *redelivery.Service
	Deliveries   *live.Deliveries
	Replays      *live.Replays
}

// Resolver is the root of all resolvers.
type Resolver struct {
	client     *ent.Client // for reading; changes go through the services
	accounts   *account.Service
	booking    *booking.Service
	catalog    *catalog.Service
	webhooks   *webhook.Service
	forms      *routingform.Service
	live       *live.Events
	again      *redelivery.Service
	sent       *live.Deliveries
	replays    *live.Replays
	dashboards *live.Dashboards
}

// NewResolver returns a Resolver over the services.
func NewResolver(client *ent.Client, s Services) *Resolver {
	return &Resolver{
		client: client, accounts: s.Account, booking: s.Booking, catalog: s.Catalog, webhooks: s.Webhooks,
		forms: s.RoutingForms, live: s.Live, again: s.Redelivery,
		sent: s.Deliveries, replays: s.Replays,
		dashboards: s.Dashboards,
	}
}
