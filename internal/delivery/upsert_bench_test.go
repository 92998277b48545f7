package delivery

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func BenchmarkUpsert(b *testing.B) {
	db := entdbtest.Postgres(b)
	w := New(Config{Client: db.Client})
	l := newLane(&runner{worker: w}, typeid.New(typeid.Webhook))
	ctx := viewer.System(b.Context())
	w.postgres.Store(true)
	for name, hopeful := range map[string]bool{"insert": true, "upsert": false} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				results := make([]result, 500)
				for i := range results {
					e := typeid.New(typeid.Event)
					t := &task{id: typeid.Derive(typeid.Delivery, e, l.target.id), appID: "app_01m8183nxtetwtfphv97e4cs2w", eventID: e,
						trigger: domain.MeetingBooked, createdAt: time.Now().UTC(), webhookID: l.target.id, place: place{number: int64(i)}}
					results[i] = t.ended(domain.DeliveryDelivered, []domain.Attempt{{At: time.Now(), StatusCode: 200, LatencyMS: 3, Address: "127.0.0.1:3333"}})
					results[i].lane, results[i].closes, results[i].count = l, true, 1
				}
				if err := dbtx.Run(ctx, db.Client, func(tx *ent.Tx) error { return w.upsert(ctx, tx, results, hopeful) }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
