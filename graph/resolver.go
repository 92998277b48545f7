// Package graph is the GraphQL API over the services: resolvers read the viewer
// and the input, call one service, convert and return. There is one resolver
// file for each SDL file in schema/; helpers live beside them, since the
// generator comments out what it does not know.
package graph

import (
	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/live"
	"slotcast/internal/webhook"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	client   *ent.Client // for reading; changes go through the services
	booking  *booking.Service
	webhooks *webhook.Service
	live     *live.Hub
}

// NewResolver returns a Resolver over the services.
func NewResolver(client *ent.Client, b *booking.Service, w *webhook.Service, l *live.Hub) *Resolver {
	return &Resolver{client: client, booking: b, webhooks: w, live: l}
}
