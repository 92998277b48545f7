package wire

import (
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// Subscription is a webhook of the format CALENDLY as the facade shows it.
type Subscription struct {
	URI            string   `json:"uri"`
	CallbackURL    string   `json:"callback_url"`
	CreatedAt      string   `json:"created_at"`
	UpdatedAt      string   `json:"updated_at"`
	RetryStartedAt *string  `json:"retry_started_at"`
	State          string   `json:"state"` // active or disabled
	Events         []string `json:"events"`
	Scope          string   `json:"scope"` // user or organization
	Organization   string   `json:"organization"`
	User           *string  `json:"user"` // of the scope user
	Creator        string   `json:"creator"`
}

// SubscriptionOf shows a webhook of the format CALENDLY. The time is since when
// its oldest message that has failed so far is tried again; nil where none has.
func (l Links) SubscriptionOf(w *ent.Webhook, retrying *time.Time) Subscription {
	out := Subscription{
		URI: l.Subscription(w.ID), CallbackURL: w.SubscriberURL, CreatedAt: micros(w.CreatedAt), UpdatedAt: micros(w.UpdatedAt),
		State: "disabled", Events: w.Events, Scope: strings.ToLower(string(w.Scope)),
		Organization: l.Organization(w.AppID), Creator: l.User(w.AgentID),
	}
	if on(w) {
		out.State = "active"
	}
	if len(w.Events) == 0 {
		out.Events = EventNames(w.Triggers...)
	}
	if w.Scope == domain.ScopeUser {
		out.User = &out.Creator
	}
	if retrying != nil {
		out.RetryStartedAt = new(micros(*retrying))
	}
	return out
}

// on reports whether a webhook is sent to, well or badly.
func on(w *ent.Webhook) bool {
	return w.State == domain.WebhookActive || w.State == domain.WebhookDegraded
}
