package redelivery

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"slotcast/ent"
	"slotcast/ent/backlog"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Explanation says why a webhook did, or did not, get an event.
type Explanation struct {
	Verdict    Verdict
	Reason     string
	Checks     []Check
	Deliveries []*ent.Delivery
}

// Check is one of the things that decide.
type Check struct {
	Name   string
	Passed bool
	Detail string
}

// Verdict is what became of an event for a webhook, in a word.
type Verdict string

// The verdicts; the GraphQL schema says what they mean.
const (
	Delivered     Verdict = "DELIVERED"
	Pending       Verdict = "PENDING"
	Failed        Verdict = "FAILED"
	Cancelled     Verdict = "CANCELLED"
	Filtered      Verdict = "FILTERED"
	OutOfScope    Verdict = "OUT_OF_SCOPE"
	BeforeWebhook Verdict = "BEFORE_WEBHOOK"
	Disabled      Verdict = "DISABLED"
	Waiting       Verdict = "WAITING"
)

// maxMessages bounds the messages of one event to one webhook that are looked at.
const maxMessages = 1000

// matter is what an explanation is about.
type matter struct {
	webhook *ent.Webhook
	event   *eventlog.Event // nil where it is no longer kept
	rows    []*ent.Delivery
	owed    int           // messages, fixed when it happened
	behind  int64         // the webhook has gone through the log up to here; 0: it keeps up
	ahead   *ent.Delivery // a failing message of the same series that others wait behind; nil: there is none
	now     time.Time
}

// Explain says what became of an event for a webhook, and why. NOT_FOUND for a
// webhook or an event that the viewer does not see, and for an event that is no
// longer kept, if nothing was sent of it either.
func (s *Service) Explain(ctx context.Context, eventID, webhookID string) (*Explanation, error) {
	m, err := s.look(ctx, eventID, webhookID)
	if err != nil {
		return nil, err
	}
	if m.event != nil && m.owed == 0 && len(m.rows) == 0 {
		return s.unowed(viewer.ForApp(ctx), m)
	}
	x := &Explanation{Deliveries: m.rows}
	switch {
	case m.event == nil:
		x.add("event", true, "the event itself is no longer kept; what was sent of it is")
	case m.owed > 0:
		x.add("owed", true, fmt.Sprintf("the webhook chose it, and was owed %s of it from when it happened, at %s",
			several(m.owed, "message"), stamp(m.event.OccurredAt)))
	default:
		x.add("owed", false, "the webhook was not owed it when it happened; it was sent by a replay")
	}
	x.Verdict, x.Reason = m.verdict()
	x.add("deliveries", x.Verdict == Delivered, m.counted())
	return x, nil
}

func (x *Explanation) add(name string, passed bool, detail string) {
	x.Checks = append(x.Checks, Check{name, passed, detail})
}

// look reads what the explanation is about, as far as the viewer sees it.
func (s *Service) look(ctx context.Context, eventID, webhookID string) (*matter, error) {
	if err := input.Text("eventId", eventID, maxID); err != nil {
		return nil, err
	}
	w, err := hook(ctx, s.client.Webhook, "webhookId", webhookID)
	if err != nil {
		return nil, err
	}
	m := &matter{webhook: w, now: s.now()}
	seen := ctx
	if v, _ := viewer.From(ctx); v.Leads() { // who sees the webhook may know what it is told of
		seen = viewer.ForApp(ctx)
	}
	row, err := s.client.Event.Query().Where(event.ID(eventID)).Only(seen)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("reading event %s: %w", eventID, err)
	}
	if m.rows, err = s.messages(ctx, w.ID, eventID, row); err != nil {
		return nil, err
	}
	if row == nil && len(m.rows) == 0 {
		e := apperr.New(apperr.NotFound, "there is no event %q, or it is no longer kept", eventID)
		e.Field = "eventId"
		return nil, e
	}
	if row == nil {
		return m, nil
	}
	m.event = s.log.Event(row)
	for _, owing := range m.event.Owed {
		if id, _ := eventlog.OwedTo(owing); id == w.ID {
			m.owed++
		}
	}
	if m.behind, err = s.progress(ctx, w.ID); err != nil {
		return nil, err
	}
	m.ahead, err = s.obstacle(ctx, m)
	return m, err
}

// messages reads the deliveries of an event to a webhook, by what has an index:
// the event's number, or the time that its id carries.
func (s *Service) messages(ctx context.Context, webhookID, eventID string, row *ent.Event) ([]*ent.Delivery, error) {
	q := s.client.Delivery.Query().Where(delivery.WebhookID(webhookID), delivery.EventID(eventID))
	if row != nil {
		q.Where(delivery.Number(row.Number))
	} else if least, greatest, ok := typeid.Span(typeid.Delivery, eventID); ok {
		q.Where(delivery.IDGTE(least), delivery.IDLTE(greatest))
	} else {
		return nil, nil
	}
	rows, err := q.Order(delivery.ByPart()).Limit(maxMessages).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the deliveries of event %s: %w", eventID, err)
	}
	return rows, nil
}

// progress is how far a webhook that is behind has gone through the log.
func (s *Service) progress(ctx context.Context, webhookID string) (int64, error) {
	b, err := s.client.Backlog.Query().Where(backlog.ID(webhookID)).Only(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading how far webhook %s is: %w", webhookID, err)
	}
	return b.Number, nil
}

// counted tells how many messages there are of each status.
func (m *matter) counted() string {
	text := ""
	for _, status := range domain.DeliveryStatus("").Values() {
		n := 0
		for _, d := range m.rows {
			if string(d.Status) == status {
				n++
			}
		}
		if n > 0 {
			text += ", " + strconv.Itoa(n) + " " + status
		}
	}
	if missing := m.owed - len(m.rows); missing > 0 {
		text += ", " + strconv.Itoa(missing) + " not begun"
	}
	return several(max(m.owed, len(m.rows)), "message") + ": " + text[2:]
}
