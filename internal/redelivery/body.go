package redelivery

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// Body is what a delivery sends, byte for byte; nil where nothing was, because the
// webhook's template could not make it, and where it cannot be told any more,
// because the event is no longer kept, or the webhook is deleted. FORBIDDEN
// for a token that is not for what it tells of.
func (s *Service) Body(ctx context.Context, d *ent.Delivery) (*string, error) {
	if !d.Test {
		if err := mayRead(ctx, d.Trigger); err != nil {
			return nil, err
		}
	}
	if d.Body != nil || neverMade(d) {
		return d.Body, nil
	}
	w, err := s.client.Webhook.Query().Where(webhook.ID(d.WebhookID)).Only(viewer.ForApp(ctx))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading webhook %s: %w", d.WebhookID, err)
	}
	_, m, err := s.message(ctx, d, w)
	if err != nil || m == nil {
		return nil, err
	}
	text := string(m.Body)
	return &text, nil
}

// neverMade reports whether all attempts at a message failed to make it, so that
// nothing was sent.
func neverMade(d *ent.Delivery) bool {
	made := func(a domain.Attempt) bool {
		nothing, _ := delivery.Unmade(a)
		return !nothing
	}
	return len(d.Attempts) > 0 && !slices.ContainsFunc(d.Attempts, made)
}

// mayRead refuses a token that is not for what a trigger tells of. Whose webhooks
// hear of what, the webhooks' own rules have seen to.
func mayRead(ctx context.Context, t domain.Trigger) error {
	scope := domain.MeetingsRead
	if t == domain.RoutingFormSubmitted {
		scope = domain.RoutingFormsRead
	}
	if v, _ := viewer.From(ctx); !v.Has(scope) {
		return apperr.New(apperr.Forbidden, "the token lacks the scope %s: leave body out, or use one that has it", scope)
	}
	return nil
}

// message makes the message of a delivery again, with its event: none of a
// sample. Without the event there is no message.
func (s *Service) message(ctx context.Context, d *ent.Delivery, w *ent.Webhook) (*eventlog.Event, *wire.Message, error) {
	if d.Test && d.Body != nil {
		return nil, &wire.Message{Body: []byte(*d.Body)}, nil
	}
	row, err := s.client.Event.Query().Where(event.ID(d.EventID)).Only(viewer.ForApp(ctx))
	if ent.IsNotFound(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading event %s: %w", d.EventID, err)
	}
	e := s.log.Event(row)
	all, err := wire.Messages(s.links, wire.Recipient{Format: w.Format, CreatedBy: w.AgentID}, e)
	if err != nil {
		return nil, nil, fmt.Errorf("making the messages of event %s: %w", e.ID, err)
	}
	m, err := wire.Pick(all, d.Part)
	if err != nil {
		return nil, nil, fmt.Errorf("making the message of delivery %s: %w", d.ID, err)
	}
	if d.Body != nil {
		m.Body = []byte(*d.Body)
	} else if d.AttemptCount == 0 { // what a template has made and was sent has its body kept
		m.Body, err = templated(w, m.Body)
	}
	return e, &m, err
}

// Event is the event that a delivery tells, where the viewer sees it; nil for a
// sample, and once it is no longer kept. FORBIDDEN for a token that is not for
// meetings.
func (s *Service) Event(ctx context.Context, d *ent.Delivery) (*eventlog.Event, error) {
	if d.Test {
		return nil, nil
	}
	if v, _ := viewer.From(ctx); !v.Has(domain.MeetingsRead) {
		return nil, apperr.New(apperr.Forbidden, "the token lacks the scope %s: leave event out, or use one that has it", domain.MeetingsRead)
	}
	row, err := s.client.Event.Query().Where(event.ID(d.EventID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading event %s: %w", d.EventID, err)
	}
	return s.log.Event(row), nil
}
