package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/internal/typeid"
)

// clocks is how far apart the time in a delivery's id and that of its event may
// be: both are taken one right after the other.
const clocks = time.Minute

// maxSpans bounds a condition: of more events the time from the first to the last
// is looked through.
const maxSpans = 100

// bounded adds to a filter of deliveries what follows from it about their ids,
// which sort by time and have an index: the id of a delivery carries the time of
// its event's. Partitions are by that time, too.
func bounded(w *ent.DeliveryWhereInput) {
	if w == nil {
		return
	}
	for _, inner := range append(append([]*ent.DeliveryWhereInput{w.Not}, w.And...), w.Or...) {
		bounded(inner)
	}
	if w.EventID != nil {
		w.AddPredicates(ofEvents([]string{*w.EventID}))
	}
	if len(w.EventIDIn) > 0 {
		w.AddPredicates(ofEvents(w.EventIDIn))
	}
	for _, from := range []*time.Time{w.CreatedAt, w.CreatedAtGT, w.CreatedAtGTE} {
		if from != nil {
			least, _ := typeid.Bounds(typeid.Delivery, from.Add(-clocks))
			w.AddPredicates(delivery.IDGTE(least))
		}
	}
	for _, to := range []*time.Time{w.CreatedAt, w.CreatedAtLT, w.CreatedAtLTE} {
		if to != nil {
			_, greatest := typeid.Bounds(typeid.Delivery, to.Add(clocks))
			w.AddPredicates(delivery.IDLTE(greatest))
		}
	}
}

// ofEvents narrows to ids that carry the time of one of the events.
func ofEvents(ids []string) predicate.Delivery {
	var spans []predicate.Delivery
	var first, last string
	for _, id := range ids {
		least, greatest, ok := typeid.Span(typeid.Delivery, id)
		if !ok {
			continue
		}
		if len(spans) == 0 {
			first, last = least, greatest
		}
		first, last = min(first, least), max(last, greatest)
		at, _ := typeid.Time(id)
		spans = append(spans, delivery.And(delivery.IDGTE(least), delivery.IDLTE(greatest),
			delivery.CreatedAtGTE(at.Add(-clocks)), delivery.CreatedAtLT(at.Add(clocks))))
	}
	switch {
	case len(spans) == 0: // none of them is the id of an event
		return func(s *sql.Selector) { s.Where(sql.False()) }
	case len(spans) > maxSpans:
		return delivery.And(delivery.IDGTE(first), delivery.IDLTE(last))
	}
	return delivery.Or(spans...)
}

// ofMeeting narrows to the deliveries of a meeting's events, and to those that tell
// its end of the event of the meeting that has replaced it. The database goes
// from each event to the ids that carry its time, and looks at no others: that
// PostgreSQL does so takes a subquery that it must not dissolve.
func ofMeeting(id string) predicate.Delivery {
	const span = `d.app_id = e.app_id AND d.event_id = e.id AND d.id >= 'dlv_' || substr(e.id, 5, 10)
		AND d.id <= 'dlv_' || substr(e.id, 5, 10) || 'zzzzzzzzzzzzzzzz'`
	const end = " AND d.part LIKE '%a'" // the first of a pair
	return func(s *sql.Selector) {
		of := func(which string) string {
			if s.Dialect() == dialect.Postgres {
				return "SELECT x.id FROM events e, LATERAL (SELECT d.id FROM deliveries d WHERE " + span + which +
					" AND d.created_at BETWEEN e.occurred_at - interval '1 minute' AND e.occurred_at + interval '1 minute' OFFSET 0) x WHERE e.meeting_id = "
			}
			return "SELECT d.id FROM events e CROSS JOIN deliveries d WHERE " + span + which + " AND e.meeting_id = "
		}
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(delivery.FieldID)).WriteString(" IN (" + of("")).Arg(id).
				WriteString(" UNION ALL " + of(end) + "(SELECT m.id FROM meetings m WHERE m.previous_id = ").Arg(id).WriteString("))")
		}))
	}
}

// asks reports whether a field below the one that is being resolved was asked for.
func asks(ctx context.Context, name string) bool {
	for _, f := range graphql.CollectFieldsCtx(ctx, nil) {
		if f.Name == name {
			return true
		}
	}
	return false
}
