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
	owed    int   // messages, fixed when it happened
	behind  int64 // the webhook has gone through the log up to here; 0: it keeps up
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
	m := &matter{webhook: w}
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
	m.behind, err = s.progress(ctx, w.ID)
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

// verdict goes by what is worst: what is lost, then what may still come.
func (m *matter) verdict() (Verdict, string) {
	by := map[domain.DeliveryStatus]*ent.Delivery{}
	for _, d := range m.rows {
		by[d.Status] = d
	}
	switch failed, pending := by[domain.DeliveryFailed], by[domain.DeliveryPending]; {
	case failed != nil:
		return Failed, fmt.Sprintf("It was tried %s in vain%s, and is not tried again: put the receiver right, then resendDelivery, or replayEvents with onlyFailed for many.",
			several(failed.AttemptCount, "time"), last(failed))
	case pending != nil:
		return pendingOf(m.webhook, pending)
	case len(m.rows) < m.owed:
		return m.unsent()
	case by[domain.DeliveryCancelled] != nil:
		return Cancelled, "It was owed, but the webhook was switched off before it was delivered: resumeWebhook switches it on, then resendDelivery sends it."
	}
	return Delivered, fmt.Sprintf("It was delivered%s: if the receiver has lost it, resendDelivery sends it again under the same webhook-id.", last(m.rows[len(m.rows)-1]))
}

func pendingOf(w *ent.Webhook, d *ent.Delivery) (Verdict, string) {
	switch {
	case w.State == domain.WebhookPaused:
		return Waiting, "It is kept for the webhook, which is paused" + because(w) + ": resumeWebhook delivers it."
	case d.NextAttemptAt == nil:
		return Pending, "It is being sent, or waits for its turn: look again in a moment."
	case d.AttemptCount == 0:
		return Pending, fmt.Sprintf("It is sent at %s, or when those before it are done.", stamp(*d.NextAttemptAt))
	}
	return Pending, fmt.Sprintf("It was tried %s in vain%s, and is tried again at %s: put the receiver right, or have it tried now with resendDelivery.",
		several(d.AttemptCount, "time"), last(d), stamp(*d.NextAttemptAt))
}

// unsent is about messages that are owed and have no row yet.
func (m *matter) unsent() (Verdict, string) {
	w := m.webhook
	switch {
	case w.State == domain.WebhookPaused:
		return Waiting, "It is kept for the webhook, which is paused" + because(w) + ": resumeWebhook delivers it."
	case w.State == domain.WebhookDisabled:
		return Cancelled, "It was owed, but the webhook was switched off before it was delivered" + because(w) + ": resumeWebhook, then replayEvents sends it."
	case m.behind > 0 && m.behind < m.event.Number:
		return Waiting, "It is kept for the webhook, which is behind and gets its messages in order: it comes when those before it are done."
	}
	return Pending, "It is owed, and on its way: look again in a moment."
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

// last tells what came of the newest attempt.
func last(d *ent.Delivery) string {
	if len(d.Attempts) == 0 {
		return ""
	}
	a := d.Attempts[len(d.Attempts)-1]
	text := " (last at " + stamp(a.At)
	if a.StatusCode != 0 {
		text += ", answered " + strconv.Itoa(a.StatusCode)
	}
	if a.Error != "" {
		text += ", " + a.Error
	}
	return text + ")"
}

func because(w *ent.Webhook) string {
	if w.StateReason == nil || *w.StateReason == "" {
		return ""
	}
	return " (" + *w.StateReason + ")"
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
