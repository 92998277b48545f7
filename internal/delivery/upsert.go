package delivery

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/domain"
)

//go:embed sql/upsert.sql
var upsertRows string

// learn is a predicate that selects everything: it sees which database is asked.
func (w *Worker) learn(s *sql.Selector) { w.postgres.Store(s.Dialect() == dialect.Postgres) }

// upsert writes rows. On PostgreSQL that is one statement, however many there are:
// it is prepared once, and costs half of this process's time and a fraction of the
// database's for reading it.
func (w *Worker) upsert(ctx context.Context, tx *ent.Tx, results []result) error {
	if len(results) > 0 && w.postgres.Load() {
		return atOnce(ctx, tx, results)
	}
	for some := range slices.Chunk(results, maxRows) {
		if err := bulk(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// columns are rows on their way to PostgreSQL.
type columns struct {
	ids, apps, webhooks, events, parts, triggers, statuses, attempts []string
	created, shards, numbers, codes, counts, befores, nexts          []int64
	bodies                                                           []*string
	tests                                                            []bool
}

func (c *columns) add(r *result) error {
	attempts, err := json.Marshal(append([]domain.Attempt{}, r.attempts...))
	if err != nil {
		return fmt.Errorf("encoding the attempts of delivery %s: %w", r.id, err)
	}
	var code, next int64
	if n := r.statusCode(); n != nil {
		code = int64(*n)
	}
	if r.nextAttemptAt != nil {
		next = r.nextAttemptAt.UnixMicro()
	}
	c.ids, c.apps, c.webhooks = append(c.ids, r.id), append(c.apps, r.appID), append(c.webhooks, r.webhookID)
	c.events, c.parts, c.triggers = append(c.events, r.eventID), append(c.parts, r.part), append(c.triggers, string(r.trigger))
	c.statuses, c.attempts = append(c.statuses, string(r.status)), append(c.attempts, string(attempts))
	c.created, c.shards = append(c.created, r.createdAt.UnixMicro()), append(c.shards, int64(r.lane.runner.shard))
	c.numbers, c.codes, c.counts = append(c.numbers, r.number), append(c.codes, code), append(c.counts, int64(r.count))
	c.befores, c.nexts = append(c.befores, int64(r.begin)), append(c.nexts, next)
	c.bodies, c.tests = append(c.bodies, r.body), append(c.tests, r.test)
	return nil
}

func atOnce(ctx context.Context, tx *ent.Tx, results []result) error {
	var c columns
	for i := range results {
		if err := c.add(&results[i]); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, upsertRows, pq.StringArray(c.ids), pq.Int64Array(c.created), pq.StringArray(c.apps),
		pq.StringArray(c.webhooks), pq.StringArray(c.events), pq.StringArray(c.parts), pq.StringArray(c.triggers),
		pq.Int64Array(c.shards), pq.Int64Array(c.numbers), pq.StringArray(c.statuses), pq.Int64Array(c.codes),
		pq.Int64Array(c.counts), pq.Int64Array(c.befores), pq.Int64Array(c.nexts), pq.StringArray(c.attempts),
		pq.Array(c.bodies), pq.BoolArray(c.tests), time.Now().UTC())
	return err
}

// bulk is upsert by way of the entities.
func bulk(ctx context.Context, tx *ent.Tx, results []result) error {
	rows := make([]*ent.DeliveryCreate, len(results))
	for i, res := range results {
		rows[i] = row(tx, res)
	}
	return tx.Delivery.CreateBulk(rows...).
		OnConflict(
			sql.ConflictColumns(delivery.FieldID, delivery.FieldCreatedAt),
			sql.ResolveWith(func(u *sql.UpdateSet) {
				u.SetExcluded(delivery.FieldStatus).SetExcluded(delivery.FieldAttemptCount).SetExcluded(delivery.FieldAttemptsBefore).
					SetExcluded(delivery.FieldStatusCode).SetExcluded(delivery.FieldNextAttemptAt).SetExcluded(delivery.FieldAttempts).
					SetExcluded(delivery.FieldUpdatedAt).
					Set(delivery.FieldBody, sql.Expr("COALESCE(excluded.body, deliveries.body)")) // what was sent once stays
			})).
		Exec(ctx)
}

func row(tx *ent.Tx, r result) *ent.DeliveryCreate {
	return tx.Delivery.Create().
		SetID(r.id).SetCreatedAt(r.createdAt).SetAppID(r.appID).SetWebhookID(r.webhookID).SetEventID(r.eventID).SetPart(r.part).
		SetTrigger(r.trigger).SetShard(r.lane.runner.shard).SetNumber(r.number).SetNillableStatusCode(r.statusCode()).
		SetStatus(r.status).SetAttemptCount(r.count).SetAttemptsBefore(r.begin).SetAttempts(append([]domain.Attempt{}, r.attempts...)).
		SetNillableNextAttemptAt(r.nextAttemptAt).SetNillableBody(r.body).SetTest(r.test)
}
