package graph

import (
	"fmt"
	"reflect"
	"strings"
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
	case *ent.ReplayOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.RoutingFormOrder:
		if o != nil {
			return o.Field.String()
		}
	case *ent.RoutingFormSubmissionOrder:
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

// filter makes the refusals of a where-input ones that the caller may see: one
// that says nothing somewhere, such as {not: {}}, and one with an empty list,
// which the generated code would take for no condition at all.
func filter[Q any](where interface{ Filter(Q) (Q, error) }) func(Q) (Q, error) {
	return func(q Q) (Q, error) {
		if path, found := emptyList(reflect.ValueOf(where)); found {
			return q, apperr.BadInput("where"+path, "nothing is in an empty list: leave it out, or name something")
		}
		filtered, err := where.Filter(q)
		if err != nil {
			return q, apperr.BadInput("where", "an empty object in and, or and not says nothing to filter by")
		}
		return filtered, nil
	}
}

// emptyList returns the path, with a dot before each step, of the first list in a
// where-input that is there and empty, and whether there is one. How deep it goes
// is bounded with the variables; it makes nothing on its way.
func emptyList(v reflect.Value) (path string, found bool) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		return emptyIn(v)
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		return "", false
	}
	for i := range v.NumField() {
		kind := v.Field(i).Kind()
		if kind != reflect.Slice && kind != reflect.Pointer || v.Field(i).IsNil() {
			continue
		}
		if path, found := emptyList(v.Field(i)); found {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			return "." + name + path, true
		}
	}
	return "", false
}

func emptyIn(list reflect.Value) (path string, found bool) {
	for i := range list.Len() {
		if path, found := emptyList(list.Index(i)); found {
			return fmt.Sprintf(".%d%s", i, path), true
		}
	}
	return "", list.Len() == 0
}
