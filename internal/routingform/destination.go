package routingform

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"slotcast/ent"
	"slotcast/ent/eventtype"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

func checkDestination(field string, d domain.FormDestination) error {
	if err := input.Member(field+".type", d.Type); err != nil {
		return err
	}
	switch field += ".value"; d.Type {
	case domain.ToEventType:
		return input.Line(field, d.Value, maxID)
	case domain.ToExternalURL:
		return checkURL(field, d.Value)
	case domain.ToCustomMessage:
		return input.Line(field, d.Value, maxMessage)
	}
	return nil
}

// checkURL looks at how the URL is written, and at nothing behind it.
func checkURL(field, s string) error {
	if err := input.Text(field, s, maxURL); err != nil {
		return err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.ContainsFunc(s, unicode.IsSpace) {
		return apperr.BadInput(field, "an absolute URL such as https://www.example.org/thanks is needed")
	}
	if u.User != nil {
		return apperr.BadInput(field, "everybody who submits the form sees the URL: leave out user and password")
	}
	return nil
}

// target is a destination with its path in the input.
type target struct {
	field string
	domain.FormDestination
}

// targets are the destinations of an input; without a fallback those of the
// routes alone.
func targets(routes []domain.FormRoute, fallback *domain.FormDestination) []target {
	var out []target
	for i, r := range routes {
		out = append(out, target{input.At("routes", i) + ".destination", r.Destination})
	}
	if fallback != nil {
		out = append(out, target{"fallback", *fallback})
	}
	return out
}

// leadable checks that the app has the event types that are led to, and has not
// archived them. All its agents know of them, whatever their tokens are for.
func leadable(ctx context.Context, tx *ent.Tx, all []target) error {
	var ids []string
	for _, t := range all {
		if t.Type == domain.ToEventType {
			ids = append(ids, t.Value)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.EventType.Query().Where(eventtype.IDIn(ids...)).All(viewer.ForApp(ctx))
	if err != nil {
		return fmt.Errorf("looking up the event types: %w", err)
	}
	known := map[string]*ent.EventType{}
	for _, et := range rows {
		known[et.ID] = et
	}
	for _, t := range all {
		if t.Type != domain.ToEventType {
			continue
		}
		et := known[t.Value]
		if et == nil {
			return apperr.Missing("event type", t.field+".value", t.Value)
		}
		if et.ArchivedAt != nil {
			e := apperr.New(apperr.NotFound, "event type %q is archived: lead to another one", et.Slug)
			e.Field = t.field + ".value"
			return e
		}
	}
	return nil
}

// reachable returns the first of the destinations that leads somewhere: an event
// type does while it is active and not archived. Where none does it is a message
// of thanks.
func (s *Service) reachable(ctx context.Context, ways []domain.FormDestination) (*domain.FormDestination, error) {
	var ids []string
	for _, d := range ways {
		if d.Type != domain.ToEventType { // whatever stands behind it is not needed
			break
		}
		ids = append(ids, d.Value)
	}
	open := map[string]bool{}
	if len(ids) > 0 {
		found, err := s.client.EventType.Query().
			Where(eventtype.IDIn(ids...), eventtype.Active(true), eventtype.ArchivedAtIsNil()).IDs(ctx)
		if err != nil {
			return nil, fmt.Errorf("looking up the event types: %w", err)
		}
		for _, id := range found {
			open[id] = true
		}
	}
	for _, d := range ways {
		if d.Type != domain.ToEventType || open[d.Value] {
			return &d, nil
		}
	}
	return thanks(), nil
}
