package graph

import (
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/typeid"
)

const (
	defaultPage = 20
	maxPage     = 100
)

// page bounds how much of a list is read at once, and refuses cursors that are
// not of the same list in the same order.
func page(kind typeid.Prefix, orderBy any, after *ent.Cursor, first *int, before *ent.Cursor, last *int) (*int, *int, error) {
	for _, c := range []struct {
		field  string
		cursor *ent.Cursor
		length *int
	}{{"first", nil, first}, {"last", nil, last}, {"after", after, nil}, {"before", before, nil}} {
		if c.length != nil && *c.length < 0 {
			return nil, nil, apperr.BadInput(c.field, "a number of at least 0 is needed")
		}
		if c.cursor != nil && !belongs(c.cursor, kind, sortedBy(orderBy)) {
			return nil, nil, apperr.BadInput(c.field, "the cursor is not one of this list in this order: pass it on unchanged, or leave it out")
		}
	}
	switch {
	case first != nil && last != nil:
		return nil, nil, apperr.BadInput("last", "give first or last, not both")
	case last != nil:
		n := min(*last, maxPage)
		return nil, &n, nil
	case first != nil:
		n := min(*first, maxPage)
		return &n, nil, nil
	}
	n := defaultPage
	return &n, nil, nil
}

// belongs reports whether a list of such ids, sorted by the given column, could
// have given the cursor out: one carries the id and the value of that column.
func belongs(c *ent.Cursor, kind typeid.Prefix, sorted string) bool {
	if typeid.Check(kind, c.ID) != nil {
		return false
	}
	switch c.Value.(type) {
	case nil:
		return sorted == ""
	case time.Time:
		return sorted == "CREATED_AT" || sorted == "START"
	case string:
		return sorted == "NAME"
	}
	return false
}

// sortedBy names the column of an order; none means by id.
func sortedBy(order any) string {
	switch o := order.(type) {
	case *ent.AccessTokenOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.AgentOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.AttendeeOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.AuditEntryOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.DeliveryOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.EventTypeOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.IdentityProviderOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.MeetingOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.PaymentOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.PublishableKeyOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.WebhookOrder:
		if o != nil {
			return o.Field.String()
		}
	}
	return ""
}

// filter makes the refusal of a where-input that says nothing somewhere, such as
// {not: {}}, one that the caller may see.
func filter[Q any](apply func(Q) (Q, error)) func(Q) (Q, error) {
	return func(q Q) (Q, error) {
		filtered, err := apply(q)
		if err != nil {
			return q, apperr.BadInput("where", "an empty object in and, or and not says nothing to filter by")
		}
		return filtered, nil
	}
}
