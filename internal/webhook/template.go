package webhook

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/event"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/template"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

const (
	lookBack  = 1_000 // of the app's events that are looked at
	mostTried = 20    // events that are read, of those with a trigger
)

// CompileTemplate reads what a webhook's bodies are made by. Its errors are for
// whoever wrote it.
func CompileTemplate(text string, format domain.WebhookFormat) (*template.Template, error) {
	return template.Compile(text, wire.Variables(format)...)
}

// checkTemplate tries a template on what the webhook would have been sent last, for
// each of its triggers, or on a sample where there was nothing. What does not work
// is BAD_USER_INPUT about payloadTemplate.
func (s *Service) checkTemplate(ctx context.Context, client *ent.Client, p plan) error {
	if p.PayloadTemplate == nil {
		return nil
	}
	t, err := CompileTemplate(*p.PayloadTemplate, p.Format)
	if err != nil {
		return apperr.BadInput(templateField, "%v", err)
	}
	past := &past{client: client, links: s.links, plan: p}
	if err := past.read(ctx); err != nil {
		return err
	}
	for _, trigger := range p.Triggers {
		tried, err := past.newest(ctx, trigger)
		if err != nil {
			return err
		}
		for _, m := range tried.messages {
			if _, err := t.Execute(m.Body); err != nil {
				return refusedOn(tried.eventID, trigger, err)
			}
		}
	}
	return nil
}

const templateField = "payloadTemplate"

// refusedOn says what a template cannot be made of.
func refusedOn(eventID string, trigger domain.Trigger, err error) error {
	on := fmt.Sprintf("a sample of %s", trigger)
	if eventID != "" {
		on = fmt.Sprintf("event %s, %s", eventID, trigger)
	}
	return apperr.BadInput(templateField, "%v (tried on %s)", err, on)
}

// past is what has happened that a webhook would have been sent, as far as its
// maker may see it: errors quote what templates are tried on.
type past struct {
	client *ent.Client
	links  wire.Links
	plan   plan
	viewer viewer.Viewer
	ids    map[domain.Trigger][]string // newest first
}

// tried is what a template is tried on.
type tried struct {
	eventID  string // empty: a sample
	trigger  domain.Trigger
	messages []wire.Message
}

// read looks back, without reading what happened.
func (p *past) read(ctx context.Context) error {
	p.ids = map[domain.Trigger][]string{}
	p.viewer, _ = viewer.From(ctx)
	if !p.viewer.Has(domain.MeetingsRead) {
		return nil
	}
	rows, err := p.client.Event.Query().Order(event.ByNumber(sql.OrderDesc())).Limit(lookBack).
		Select(event.FieldID, event.FieldTrigger).All(viewer.AsCaller(ctx))
	if err != nil {
		return fmt.Errorf("looking back for events: %w", err)
	}
	for _, r := range rows {
		if seen := p.ids[r.Trigger]; len(seen) < mostTried && p.shown(r.Trigger) {
			p.ids[r.Trigger] = append(seen, r.ID)
		}
	}
	return nil
}

// shown reports whether the viewer may see what happened: forms are for those who
// may read them.
func (p *past) shown(t domain.Trigger) bool {
	return t != domain.RoutingFormSubmitted || p.viewer.Leads() && p.viewer.Has(domain.RoutingFormsRead)
}

// newest returns what the webhook would have been sent last of a trigger.
func (p *past) newest(ctx context.Context, t domain.Trigger) (tried, error) {
	if ids := p.ids[t]; len(ids) > 0 {
		rows, err := p.client.Event.Query().Where(event.IDIn(ids...)).Order(event.ByNumber(sql.OrderDesc())).All(viewer.AsCaller(ctx))
		if err != nil {
			return tried{}, fmt.Errorf("reading past events: %w", err)
		}
		hook := p.hook()
		hook.Triggers = []domain.Trigger{t}
		for _, r := range rows {
			d, err := draftOf(asLogged(r))
			if err != nil || !matches(hook, d) {
				continue
			}
			made, err := p.made(r, d)
			if err == nil && len(made.messages) > 0 { // what cannot be told was not sent either
				return made, nil
			}
		}
	}
	return p.sample(ctx, t)
}

func (p *past) maker() string { return cmp.Or(p.plan.agentID, p.viewer.AgentID) }

// hook is the webhook that is planned, as far as matching goes.
func (p *past) hook() *ent.Webhook {
	return &ent.Webhook{
		Triggers: p.plan.Triggers, EventTypeIds: p.plan.EventTypeIDs, MeetingTypes: p.plan.MeetingTypes,
		Scope: p.plan.Scope, AgentID: p.maker(),
	}
}

func (p *past) recipient() wire.Recipient {
	return wire.Recipient{Format: p.plan.Format, Events: p.plan.Events, CreatedBy: p.maker()}
}

// made are the messages of an event that the webhook would have been sent.
func (p *past) made(r *ent.Event, d *eventlog.Draft) (tried, error) {
	all, err := wire.Messages(p.links, p.recipient(), asLogged(r))
	if err != nil {
		return tried{}, fmt.Errorf("making the messages of event %s: %w", r.ID, err)
	}
	out := tried{eventID: r.ID, trigger: r.Trigger}
	for _, part := range wire.Parts(p.recipient(), d) {
		m, err := wire.Pick(all, part)
		if err != nil {
			return tried{}, err
		}
		out.messages = append(out.messages, m)
	}
	return out, nil
}

func (p *past) sample(ctx context.Context, t domain.Trigger) (tried, error) {
	host, err := p.client.Agent.Query().Where(agent.ID(p.viewer.AgentID)).Only(viewer.ForApp(ctx))
	if err != nil {
		return tried{}, fmt.Errorf("reading agent %s: %w", p.viewer.AgentID, err)
	}
	messages, err := p.links.Samples(p.recipient(), t, &ent.App{ID: host.AppID}, host, time.Now())
	return tried{trigger: t, messages: messages}, err
}

// asLogged is a row of the log as an event. Bodies do not tell of its place in the
// log.
func asLogged(r *ent.Event) *eventlog.Event {
	return &eventlog.Event{
		ID: r.ID, AppID: r.AppID, Shard: r.Shard, Number: r.Number, Trigger: r.Trigger, MeetingID: r.MeetingID, SeriesID: r.SeriesID,
		AttendeeID: r.AttendeeID, Sequence: r.Sequence, OccurredAt: r.OccurredAt, Owed: r.Owed, Snapshot: r.Snapshot,
		Body: r.Body,
	}
}

// draftOf is what an event tells.
func draftOf(e *eventlog.Event) (*eventlog.Draft, error) {
	m, err := e.Meeting()
	if err != nil {
		return nil, err
	}
	previous, err := e.Previous()
	submission, second := e.Submission()
	return &eventlog.Draft{
		Trigger: e.Trigger, Meeting: m, AttendeeID: e.AttendeeID, Previous: previous, Submission: submission,
	}, cmp.Or(err, second)
}
