package delivery

import (
	"context"
	_ "embed"
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

//go:embed sql/insert.sql
var insertRows string

// learn is a predicate that selects everything: it sees which database is asked.
func (w *Worker) learn(s *sql.Selector) { w.postgres.Store(s.Dialect() == dialect.Postgres) }

// upsert writes rows. Where hopeful, results are taken at their word that they are
// the first of their message, and [sqlerr.Duplicate] says that one was not.
func (w *Worker) upsert(ctx context.Context, tx *ent.Tx, results []result, hopeful bool) error {
	postgres := w.postgres.Load()
	others := results
	if postgres && hopeful {
		var c columns
		others = nil
		for _, r := range results {
			if !r.atFirst() {
				others = append(others, r)
			} else if err := c.add(&r); err != nil {
				return err
			}
		}
		if err := c.insert(ctx, tx); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(others, maxRows) {
		if err := bulk(ctx, tx, some, postgres); err != nil {
			return err
		}
	}
	return nil
}

// atFirst reports whether a message has no row, and is done with its first attempt.
func (r *result) atFirst() bool {
	return r.closes && r.status != domain.DeliveryPending && r.count == 1 && r.begin == 0 && r.body == nil && !r.test
}

// columns are rows of messages that are done with their first attempt, on their way
// to PostgreSQL in one statement, however many they are: it is prepared once, and
// costs half of this process's time and a fraction of the database's for reading it.
type columns struct {
	ids, apps, webhooks, events, parts, triggers, statuses, attempts []string
	created, shards, numbers, codes                                  []int64
}

func (c *columns) add(r *result) error {
	attempts, err := domain.EncodeAttempts(r.attempts)
	if err != nil {
		return fmt.Errorf("encoding the attempts of delivery %s: %w", r.id, err)
	}
	var code int64
	if n := r.statusCode(); n != nil {
		code = int64(*n)
	}
	c.ids, c.apps, c.webhooks = append(c.ids, r.id), append(c.apps, r.appID), append(c.webhooks, r.webhookID)
	c.events, c.parts, c.triggers = append(c.events, r.eventID), append(c.parts, r.part), append(c.triggers, string(r.trigger))
	c.statuses, c.attempts = append(c.statuses, string(r.status)), append(c.attempts, attempts)
	c.created, c.shards = append(c.created, r.createdAt.UnixMicro()), append(c.shards, int64(r.lane.runner.shard))
	c.numbers, c.codes = append(c.numbers, r.number), append(c.codes, code)
	return nil
}

func (c *columns) insert(ctx context.Context, tx *ent.Tx) error {
	if len(c.ids) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, insertRows, pq.StringArray(c.ids), pq.Int64Array(c.created), pq.StringArray(c.apps),
		pq.StringArray(c.webhooks), pq.StringArray(c.events), pq.StringArray(c.parts), pq.StringArray(c.triggers),
		pq.Int64Array(c.shards), pq.Int64Array(c.numbers), pq.StringArray(c.statuses), pq.Int64Array(c.codes),
		pq.StringArray(c.attempts), time.Now().UTC())
	return err
}

// bulk writes rows that may be there.
func bulk(ctx context.Context, tx *ent.Tx, results []result, postgres bool) error {
	key := []string{delivery.FieldID, delivery.FieldCreatedAt}
	if postgres {
		key = append(key, delivery.FieldAppID)
	}
	rows := make([]*ent.DeliveryCreate, len(results))
	for i, res := range results {
		rows[i] = row(tx, res)
	}
	return tx.Delivery.CreateBulk(rows...).
		OnConflict(
			sql.ConflictColumns(key...),
			sql.ResolveWith(func(u *sql.UpdateSet) {
				u.SetExcluded(delivery.FieldStatus).SetExcluded(delivery.FieldAttemptCount).SetExcluded(delivery.FieldAttemptsBefore).
					SetExcluded(delivery.FieldStatusCode).SetExcluded(delivery.FieldNextAttemptAt).SetExcluded(delivery.FieldAttempts).
					SetExcluded(delivery.FieldUpdatedAt).SetExcluded(delivery.FieldUrgent).
					Set(delivery.FieldBody, sql.Expr("COALESCE(excluded.body, deliveries.body)")) // what was sent once stays
			})).
		Exec(ctx)
}

func row(tx *ent.Tx, r result) *ent.DeliveryCreate {
	return tx.Delivery.Create().
		SetID(r.id).SetCreatedAt(r.createdAt).SetAppID(r.appID).SetWebhookID(r.webhookID).SetEventID(r.eventID).SetPart(r.part).
		SetTrigger(r.trigger).SetShard(r.lane.runner.shard).SetNumber(r.number).SetNillableStatusCode(r.statusCode()).
		SetStatus(r.status).SetAttemptCount(r.count).SetAttemptsBefore(r.begin).SetAttempts(append([]domain.Attempt{}, r.attempts...)).
		SetNillableNextAttemptAt(r.nextAttemptAt).SetNillableBody(r.body).SetTest(r.test).SetUrgent(r.asked)
}
