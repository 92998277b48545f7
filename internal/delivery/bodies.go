package delivery

import (
	"errors"
	"fmt"
	"sync"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/template"
	"slotcast/internal/webhook"
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

// message returns what is sent for a task. Where a template has made the body it
// returns that once more, to be kept with the delivery: the template may change, and
// every attempt sends the same bytes. Its errors are final: an event that a template
// cannot be made of fails the same way again.
func (w *Worker) message(hook *ent.Webhook, t *task) (m wire.Message, made *string, err error) {
	m, err = t.bodies.message(w.cfg.Links, hook, t.part)
	switch {
	case t.body != nil: // a sample's too, of which there is no event
		return wire.Message{Part: t.part, Attendee: m.Attendee, Sequence: m.Sequence, Body: []byte(*t.body)}, nil, nil
	case err != nil || hook.PayloadTemplate == nil:
		return m, nil, err
	}
	compiled, err := w.templates.of(hook)
	if err == nil {
		m.Body, err = compiled.Execute(m.Body)
	}
	if err != nil {
		return wire.Message{}, nil, fmt.Errorf("the payload template, %w", err)
	}
	body := string(m.Body)
	return m, &body, nil
}

// maxTemplates bounds the templates that are kept compiled.
const maxTemplates = 1_000

// templates are the templates of webhooks, compiled. The zero value has none.
type templates struct {
	mu   sync.Mutex
	kept map[string]compiled // by webhook
}

type compiled struct {
	text   string
	format domain.WebhookFormat
	made   *template.Template
	err    error
}

// of returns a webhook's template, compiled once as long as it stays as it is.
func (c *templates) of(w *ent.Webhook) (*template.Template, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.kept[w.ID]; ok && k.text == *w.PayloadTemplate && k.format == w.Format {
		return k.made, k.err
	}
	k := compiled{text: *w.PayloadTemplate, format: w.Format}
	k.made, k.err = webhook.CompileTemplate(k.text, k.format)
	if c.kept == nil {
		c.kept = map[string]compiled{}
	}
	for id := range c.kept {
		if len(c.kept) < maxTemplates {
			break
		}
		delete(c.kept, id) // any: it is compiled again when it is needed
	}
	c.kept[w.ID] = k
	return k.made, k.err
}
