package graph_test

import (
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

func redeliveries() map[string]probe {
	shown := func(w *world) vars { return vars{"event": w.told, "webhook": w.ours["Webhook"]} }
	//                 owner admin self other page attendee invited none foreign
	return map[string]probe{
		"Query.delivery": one("delivery", "Delivery", "ok ok ok NF FB FB FB UN NF"),
		"Query.replay":   one("replay", "Replay", "ok ok ok NF FB FB FB UN NF"),
		"Query.replays":  list("replays", "Replay", "ok ok ok empty FB FB FB UN empty"),
		"Query.events": {
			query: "query($after: Cursor) { events(after: $after) { edges { node { meeting { id } } } } }",
			vars:  func(w *world) vars { return vars{"after": nil} },
			first: func(w *world) { w.decodable() },
			shows: "Meeting", want: "ok ok ok empty FB FB FB UN empty",
		},
		"Query.explainDelivery": {
			query: "query($event: ID!, $webhook: ID!) { explainDelivery(eventId: $event, webhookId: $webhook) { verdict } }",
			vars:  shown, want: "ok ok ok NF FB FB FB UN NF",
		},
		"Subscription.deliveryUpdates": {
			query: "subscription($id: ID) { deliveryUpdates(webhookId: $id) { id } }", vars: of("Webhook"), shows: "Delivery",
			while: func(w *world) { w.s.told.Tell(w.ours["App"], w.ours["Delivery"], w.theirs["Delivery"]) },
			want:  "ok ok ok NF FB FB FB UN NF",
		},
		"Subscription.replayProgress": {
			query: "subscription($id: ID!) { replayProgress(id: $id) { id } }", vars: of("Replay"), shows: "Replay",
			want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.testWebhook": {
			query: "mutation($id: ID!) { testWebhook(id: $id, trigger: MEETING_BOOKED) { webhook { id } } }",
			vars:  of("Webhook"), shows: "Webhook", want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.resendDelivery": {
			query: "mutation($id: ID!) { resendDelivery(id: $id) { id } }", vars: of("Delivery"), shows: "Delivery",
			first: func(w *world) {
				must(w.t, w.s.client.Delivery.UpdateOneID(w.ours["Delivery"]).SetStatus(domain.DeliveryFailed).Exec(viewer.System(w.t.Context())))
			},
			want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.replayEvents": {
			query: "mutation($in: ReplayEventsInput!) { replayEvents(input: $in) { webhook { id } } }",
			vars: input(func(w *world) vars {
				return vars{"webhookId": w.ours["Webhook"], "from": time.Now().Add(-time.Hour)}
			}),
			first: func(w *world) {
				must(w.t, w.s.client.Replay.DeleteOneID(w.ours["Replay"]).Exec(viewer.System(w.t.Context())))
			},
			shows: "Webhook", want: "ok ok ok NF FB FB FB UN NF",
		},
		"Mutation.cancelReplay": {
			query: "mutation($id: ID!) { cancelReplay(id: $id) { id } }", vars: of("Replay"), shows: "Replay",
			want: "ok ok ok NF FB FB FB UN NF",
		},
	}
}

// decodable leaves those events of the world that the log itself has written.
func (w *world) decodable() {
	ctx := viewer.System(w.t.Context())
	for _, rows := range []map[string]string{w.ours, w.theirs} {
		must(w.t, w.s.client.Event.DeleteOneID(rows["Event"]).Exec(ctx))
	}
}
