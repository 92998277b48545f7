package delivery

import (
	"errors"
	"sync"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// bodies makes the messages of an event once for all webhooks that get the same.
type bodies struct {
	event *eventlog.Event // nil where it is no longer kept

	mu   sync.Mutex
	made map[audience][]wire.Message
}

// audience are the webhooks that get the same bodies.
type audience struct {
	format    domain.WebhookFormat
	createdBy string // of CALENDLY alone: its bodies say so
}

// message returns one part of the event for a webhook.
func (b *bodies) message(links wire.Links, w *ent.Webhook, part string) (wire.Message, error) {
	if b.event == nil {
		return wire.Message{}, errors.New("its event is no longer kept")
	}
	key := audience{format: w.Format}
	if w.Format == domain.FormatCalendly {
		key.createdBy = w.AgentID
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	messages, ok := b.made[key]
	if !ok {
		var err error
		if messages, err = wire.Messages(links, wire.Recipient{Format: key.format, CreatedBy: key.createdBy}, b.event); err != nil {
			return wire.Message{}, err
		}
		if b.made == nil {
			b.made = map[audience][]wire.Message{}
		}
		b.made[key] = messages
	}
	return wire.Pick(messages, part)
}
