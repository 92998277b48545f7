package webhook

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/apperr"
	"slotcast/internal/caller"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// PreviewInput describes what a template is to be tried on; see the GraphQL input
// PreviewPayloadTemplateInput.
type PreviewInput struct {
	PayloadTemplate string
	Format          domain.WebhookFormat
	EventID         *string        // nil: the newest with the trigger, or a sample
	Trigger         domain.Trigger // not looked at where there is an event
}

// Preview is what a template makes of an event.
type Preview struct {
	EventID *string // nil: a sample
	Body    []byte
	Input   []byte // the body of the format
}

// Preview makes what a webhook with the template would be sent, of an event that the
// viewer sees; of several messages the first. Nothing is kept. Its errors:
// FORBIDDEN, NOT_FOUND for the event, BAD_USER_INPUT about payloadTemplate.
func (s *Service) Preview(ctx context.Context, in PreviewInput) (Preview, error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksRead)
	if err != nil {
		return Preview{}, err
	}
	if !slices.Contains(in.Format.Values(), string(in.Format)) {
		return Preview{}, apperr.BadInput("format", "%q is not one of %v", in.Format, in.Format.Values())
	}
	if err := members("trigger", []domain.Trigger{in.Trigger}, 1); err != nil {
		return Preview{}, err
	}
	t, err := CompileTemplate(in.PayloadTemplate, in.Format)
	if err != nil {
		return Preview{}, apperr.BadInput(templateField, "%v", err)
	}
	past := &past{client: s.client, links: s.links, viewer: v, plan: plan{Input: Input{Scope: domain.ScopeOrganization, Format: in.Format}}}
	on, err := past.chosen(ctx, in)
	if err != nil {
		return Preview{}, err
	}
	if len(on.messages) == 0 {
		return Preview{}, apperr.BadInput("eventId", "the format %s tells nothing of event %s", in.Format, on.eventID)
	}
	out := Preview{Input: on.messages[0].Body}
	if on.eventID != "" {
		out.EventID = &on.eventID
	}
	if out.Body, err = t.Execute(out.Input); err != nil {
		return Preview{}, refusedOn(on.eventID, on.trigger, err)
	}
	return out, nil
}

// chosen is what the template is to be tried on.
func (p *past) chosen(ctx context.Context, in PreviewInput) (tried, error) {
	if in.EventID == nil {
		if err := p.read(ctx); err != nil {
			return tried{}, err
		}
		return p.newest(ctx, in.Trigger)
	}
	if err := checkID("eventId", *in.EventID); err != nil {
		return tried{}, err
	}
	if !p.viewer.Has(domain.MeetingsRead) {
		return tried{}, apperr.New(apperr.Forbidden, "the token lacks the scope %s: leave eventId out to try the template on a sample, or use one that has it", domain.MeetingsRead)
	}
	r, err := p.client.Event.Query().Where(event.ID(*in.EventID)).Only(viewer.AsCaller(ctx))
	if ent.IsNotFound(err) || err == nil && !p.shown(r.Trigger) {
		return tried{}, apperr.Missing("event", "eventId", *in.EventID)
	}
	if err != nil {
		return tried{}, fmt.Errorf("reading event %s: %w", *in.EventID, err)
	}
	d, err := draftOf(asLogged(r))
	if err != nil {
		return tried{}, err
	}
	return p.made(r, d)
}
