package delivery

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// bodies makes the messages of an event once for all webhooks of a format.
type bodies struct {
	event *eventlog.Event // nil where it is no longer kept

	mu   sync.Mutex
	made map[domain.WebhookFormat][]wire.Message
}

// message returns one part of the event in a format.
func (b *bodies) message(format domain.WebhookFormat, part string) (wire.Message, error) {
	if b.event == nil {
		return wire.Message{}, errors.New("its event is no longer kept")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	messages, ok := b.made[format]
	if !ok {
		var err error
		if messages, err = wire.Messages(format, b.event); err != nil {
			return wire.Message{}, err
		}
		if b.made == nil {
			b.made = map[domain.WebhookFormat][]wire.Message{}
		}
		b.made[format] = messages
	}
	i := slices.IndexFunc(messages, func(m wire.Message) bool { return m.Part == part })
	if i < 0 {
		return wire.Message{}, fmt.Errorf("the event has no part %q", part)
	}
	return messages[i], nil
}
