package webhook

import (
	"fmt"
	"slices"
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// Rule is one of the choices by which a webhook is owed an event.
type Rule struct {
	Name   string // the field that chooses
	Passed bool
	Detail string // what was chosen, and what the event is
}

// The names of rules.
const (
	RuleTrigger     = "triggers"
	RuleEvents      = "events"
	RuleEventType   = "eventTypeIds"
	RuleMeetingType = "meetingTypes"
	RuleScope       = "scope"
)

// Explain goes through the rules that Owed goes by, up to the first that keeps
// the event from the webhook. Where all pass, it names the messages that the
// webhook is owed. The webhook's state and when it was made are not among them.
func Explain(w *ent.Webhook, d *eventlog.Draft) (rules []Rule, parts []string) {
	for _, rule := range []struct {
		name   string
		passes func(*ent.Webhook, *eventlog.Draft) bool
		detail func(*ent.Webhook, *eventlog.Draft) string
	}{
		{RuleTrigger, choseTrigger, aboutTrigger},
		{RuleEventType, choseEventType, aboutEventType},
		{RuleMeetingType, choseMeetingType, aboutMeetingType},
		{RuleScope, inScope, aboutScope},
	} {
		passed := rule.passes(w, d)
		rules = append(rules, Rule{rule.name, passed, rule.detail(w, d)})
		if !passed {
			return rules, nil
		}
	}
	parts = wire.Parts(recipient(w), d)
	if len(w.Events) > 0 {
		rules = append(rules, Rule{RuleEvents, len(parts) > 0, aboutEvents(w, d)})
	}
	return rules, parts
}

func recipient(w *ent.Webhook) wire.Recipient {
	return wire.Recipient{Format: w.Format, Events: w.Events, CreatedBy: w.AgentID}
}

func choseTrigger(w *ent.Webhook, d *eventlog.Draft) bool {
	return slices.Contains(w.Triggers, d.Trigger)
}

// choseEventType: what is about no meeting has no event type to be chosen by.
func choseEventType(w *ent.Webhook, d *eventlog.Draft) bool {
	return len(w.EventTypeIds) == 0 || d.Meeting != nil && slices.Contains(w.EventTypeIds, d.Meeting.EventTypeID)
}

func choseMeetingType(w *ent.Webhook, d *eventlog.Draft) bool {
	return len(w.MeetingTypes) == 0 || d.Meeting != nil && slices.Contains(w.MeetingTypes, d.Meeting.Type)
}

// inScope: what is about no meeting is the whole app's.
func inScope(w *ent.Webhook, d *eventlog.Draft) bool {
	return w.Scope == domain.ScopeOrganization || d.Meeting != nil &&
		slices.ContainsFunc(d.Meeting.Edges.Agents, func(a *ent.Agent) bool { return a.ID == w.AgentID })
}

func aboutTrigger(w *ent.Webhook, d *eventlog.Draft) string {
	return fmt.Sprintf("the event is %s; the webhook chose %s", d.Trigger, listed(w.Triggers))
}

func aboutEvents(w *ent.Webhook, d *eventlog.Draft) string {
	return fmt.Sprintf("%s is told as %s; the webhook chose %s", d.Trigger, listed(wire.EventNames(d.Trigger)), listed(w.Events))
}

func aboutEventType(w *ent.Webhook, d *eventlog.Draft) string {
	switch {
	case len(w.EventTypeIds) == 0:
		return "the webhook takes all event types"
	case d.Meeting == nil:
		return "the event is about no event type; the webhook chose " + listed(w.EventTypeIds)
	}
	return fmt.Sprintf("the meeting is of event type %s; the webhook chose %s", d.Meeting.EventTypeID, listed(w.EventTypeIds))
}

func aboutMeetingType(w *ent.Webhook, d *eventlog.Draft) string {
	switch {
	case len(w.MeetingTypes) == 0:
		return "the webhook takes all meeting types"
	case d.Meeting == nil:
		return "the event is about no meeting; the webhook chose " + listed(w.MeetingTypes)
	}
	return fmt.Sprintf("the meeting is %s; the webhook chose %s", d.Meeting.Type, listed(w.MeetingTypes))
}

func aboutScope(w *ent.Webhook, d *eventlog.Draft) string {
	switch {
	case w.Scope == domain.ScopeOrganization:
		return "the webhook hears of the whole app"
	case d.Meeting == nil:
		return fmt.Sprintf("the webhook hears of the meetings that %s hosts; the event is about none", w.AgentID)
	}
	hosts := make([]string, len(d.Meeting.Edges.Agents))
	for i, a := range d.Meeting.Edges.Agents {
		hosts[i] = a.ID
	}
	return fmt.Sprintf("the webhook hears of the meetings that %s hosts; this one is hosted by %s", w.AgentID, listed(hosts))
}

// listed writes a list, of which the first few are enough.
func listed[T ~string](all []T) string {
	const most = 5
	texts := make([]string, 0, most)
	for _, t := range all[:min(len(all), most)] {
		texts = append(texts, string(t))
	}
	out := strings.Join(texts, ", ")
	switch {
	case len(all) == 0:
		return "nothing"
	case len(all) > most:
		out += fmt.Sprintf(" and %d more", len(all)-most)
	}
	return out
}
