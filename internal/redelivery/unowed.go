package redelivery

import (
	"context"
	"fmt"
	"strings"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/webhook"
)

// unowed explains why an event was not owed to a webhook, by what the webhook was
// when it happened.
func (s *Service) unowed(ctx context.Context, m *matter) (*Explanation, error) {
	x := &Explanation{}
	w, e := m.webhook, m.event
	made := fmt.Sprintf("the webhook was made at %s, the event happened at %s", stamp(w.CreatedAt), stamp(e.OccurredAt))
	if w.CreatedAt.After(e.OccurredAt) {
		x.add("made", false, made)
		x.Verdict = BeforeWebhook
		x.Reason = "It happened before the webhook was made: replayEvents sends it what happened before, by what it chooses now."
		return x, nil
	}
	x.add("made", true, made)
	d, err := draft(e)
	if err != nil {
		return nil, err
	}
	was, changed, err := s.asOf(ctx, w, e.OccurredAt)
	if err != nil {
		return nil, err
	}
	since := ""
	if len(changed) > 0 {
		since = fmt.Sprintf(" (its %s changed since: this is about what it was then)", strings.Join(changed, ", "))
	}
	if was.State == domain.WebhookDisabled {
		x.add("state", false, "the webhook was switched off when it happened"+since)
		x.Verdict = Disabled
		x.Reason = "The webhook was switched off when it happened" + since + ": " + retry(w.State == domain.WebhookDisabled)
		return x, nil
	}
	x.add("state", true, "the webhook was switched on when it happened"+since)
	rules, parts := webhook.Explain(was, d)
	for _, r := range rules {
		x.add(r.Name, r.Passed, r.Detail)
	}
	if len(parts) > 0 {
		x.Verdict = Filtered
		x.Reason = "It was not owed, although it would be by all that is known of what the webhook was then: it was changed at about the time when it happened. replayEvents sends it."
		return x, nil
	}
	broken := rules[len(rules)-1]
	x.Verdict = Filtered
	if broken.Name == webhook.RuleScope {
		x.Verdict = OutOfScope
	}
	now, _ := webhook.Explain(w, d)
	x.Reason = sentence(broken.Detail) + since + ": " + advice(x.Verdict, now[len(now)-1].Passed)
	return x, nil
}

// advice says what to do about an event that was not chosen.
func advice(v Verdict, chosenNow bool) string {
	switch {
	case chosenNow:
		return "by now it would choose it, so replayEvents sends it."
	case v == OutOfScope:
		return "a webhook of scope ORGANIZATION hears of all meetings."
	}
	return "choose it with updateWebhook for what is to come; replayEvents then sends what has been."
}

func retry(off bool) string {
	if off {
		return "resumeWebhook switches it on; replayEvents then sends what it has missed."
	}
	return "replayEvents sends what it has missed."
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// draft is what an event was made of.
func draft(e *eventlog.Event) (*eventlog.Draft, error) {
	m, err := e.Meeting()
	if err != nil {
		return nil, err
	}
	previous, _ := e.Previous() // it fails when Meeting does
	submission, _ := e.Submission()
	return &eventlog.Draft{Trigger: e.Trigger, Meeting: m, AttendeeID: e.AttendeeID, Previous: previous, Submission: submission}, nil
}
