package redelivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const (
	// maxAhead bounds the failing messages of a webhook that are looked through for
	// one that others wait behind.
	maxAhead = 200
	// grace is for how long others wait behind a failing message where the order is
	// BOUNDED, from its first attempt on.
	grace = time.Minute
)

// reasons are what may keep a message from being sent at once, in sentences. It is
// the only place where they are told: each is a line here.
func (m *matter) reasons(d *ent.Delivery) string {
	return m.held() + m.behindAnother(d) + m.rationed()
}

// held is about what the receiver has asked for.
func (m *matter) held() string {
	until := m.webhook.HeldUntil
	if until == nil || !until.After(m.now) {
		return ""
	}
	return " Its receiver asked to be left alone until " + stamp(*until) + " (Retry-After): before that only testWebhook and resendDelivery send to it."
}

// rationed is about the rate limit that the webhook's owner has chosen.
func (m *matter) rationed() string {
	rate := m.webhook.RateLimitPerMinute
	if rate == nil {
		return ""
	}
	return fmt.Sprintf(" At most %s a minute are sent to the webhook (rateLimitPerMinute): what waits for that is late, and not lost.", several(*rate, "message"))
}

// behindAnother is about a message of the same series that fails.
func (m *matter) behindAnother(d *ent.Delivery) string {
	f := m.ahead
	if f == nil || d != nil && d.AttemptCount > 0 {
		return ""
	}
	text := fmt.Sprintf(" It waits behind delivery %s of the same meeting, which was tried %s in vain%s", f.ID, several(f.AttemptCount, "time"), last(f))
	if f.NextAttemptAt != nil {
		text += " and is tried again at " + stamp(*f.NextAttemptAt)
	}
	if m.webhook.OrderPolicy == domain.OrderStrict {
		return text + ": the orderPolicy STRICT has it wait until that one is delivered or given up."
	}
	return text + ": the orderPolicy BOUNDED has it wait until " + stamp(graceOf(f)) + " at most."
}

// graceOf is until when others wait behind a failing message, where the order is
// BOUNDED: what was tried before somebody asked for it once more does not count.
func graceOf(d *ent.Delivery) time.Time {
	first := d.AttemptsBefore - (d.AttemptCount - len(d.Attempts))
	return d.Attempts[min(max(first, 0), len(d.Attempts)-1)].At.Add(grace)
}

// obstacle is the failing message that an event's messages wait behind, nil where
// there is none.
func (s *Service) obstacle(ctx context.Context, m *matter) (*ent.Delivery, error) {
	w := m.webhook
	untried := func(d *ent.Delivery) bool { return d.Status == domain.DeliveryPending && d.AttemptCount == 0 }
	if w.OrderPolicy == domain.OrderNone || len(m.rows) >= m.owed && !slices.ContainsFunc(m.rows, untried) {
		return nil, nil
	}
	failing, err := s.client.Delivery.Query().
		Where(delivery.WebhookID(w.ID), failingOnly, delivery.NumberLT(m.event.Number), delivery.Test(false)).
		Order(ent.Desc(delivery.FieldID)).Limit(maxAhead).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what fails of webhook %s: %w", w.ID, err)
	}
	if len(failing) == 0 {
		return nil, nil
	}
	ids := make([]string, len(failing))
	for i, d := range failing {
		ids[i] = d.EventID
	}
	same, err := s.client.Event.Query().Where(event.IDIn(ids...), event.SeriesID(m.event.SeriesID)).IDs(viewer.ForApp(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading what it waits behind: %w", err)
	}
	for _, d := range failing {
		if slices.Contains(same, d.EventID) && (w.OrderPolicy == domain.OrderStrict || len(d.Attempts) > 0 && m.now.Before(graceOf(d))) {
			return d, nil
		}
	}
	return nil, nil
}

// failingOnly is written out, as a parameter would keep the partial index from being
// used.
func failingOnly(s *sql.Selector) {
	s.Where(sql.ExprP("status = 'PENDING' AND attempt_count > 0"))
}
