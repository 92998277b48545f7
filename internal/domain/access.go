package domain

// TokenScope is what an access token is for: it narrows what its agent's role
// allows, and never widens it.
type TokenScope string

// The scopes: reading and writing, for each area. Writing includes reading;
// reading meetings includes the event types and agents that they name.
const (
	MeetingsRead    TokenScope = "MEETINGS_READ"
	MeetingsWrite   TokenScope = "MEETINGS_WRITE"
	EventTypesRead  TokenScope = "EVENT_TYPES_READ"
	EventTypesWrite TokenScope = "EVENT_TYPES_WRITE"
	AgentsRead      TokenScope = "AGENTS_READ"
	AgentsWrite     TokenScope = "AGENTS_WRITE"
	WebhooksRead    TokenScope = "WEBHOOKS_READ"
	WebhooksWrite   TokenScope = "WEBHOOKS_WRITE"
	// Access is who may do what: tokens, publishable keys, identity providers and
	// the audit log.
	AccessRead  TokenScope = "ACCESS_READ"
	AccessWrite TokenScope = "ACCESS_WRITE"
	// Routing forms are the forms themselves and what was submitted.
	RoutingFormsRead  TokenScope = "ROUTING_FORMS_READ"
	RoutingFormsWrite TokenScope = "ROUTING_FORMS_WRITE"
)

// Values lists the members, for the entities' checks.
func (TokenScope) Values() []string {
	return words(MeetingsRead, MeetingsWrite, EventTypesRead, EventTypesWrite, AgentsRead, AgentsWrite,
		WebhooksRead, WebhooksWrite, AccessRead, AccessWrite, RoutingFormsRead, RoutingFormsWrite)
}

// TokenPurpose says what an access token was made for.
type TokenPurpose string

// The purposes of tokens.
const (
	PersonalToken   TokenPurpose = "PERSONAL"
	InvitationToken TokenPurpose = "INVITATION" // may be exchanged for a personal one, once
	SessionToken    TokenPurpose = "SESSION"    // of a session that a sign-in link began: nobody has seen it
)

// Values lists the members, for the entities' checks.
func (TokenPurpose) Values() []string { return words(PersonalToken, InvitationToken, SessionToken) }

// AgentStatus says whether an agent takes part.
type AgentStatus string

// The states of an agent.
const (
	AgentInvited     AgentStatus = "INVITED" // has not accepted yet; can be booked
	AgentActive      AgentStatus = "ACTIVE"
	AgentDeactivated AgentStatus = "DEACTIVATED" // cannot sign in nor be booked; the past stays
)

// Values lists the members, for the entities' checks.
func (AgentStatus) Values() []string {
	return words(AgentInvited, AgentActive, AgentDeactivated)
}

// ViewerKind says what sort of credential is in use.
type ViewerKind string

// The kinds of viewers.
const (
	ViewerAgent    ViewerKind = "AGENT"
	ViewerPage     ViewerKind = "PAGE"
	ViewerAttendee ViewerKind = "ATTENDEE"
	ViewerInvited  ViewerKind = "INVITED"
)

// Values lists the members.
func (ViewerKind) Values() []string {
	return words(ViewerAgent, ViewerPage, ViewerAttendee, ViewerInvited)
}

// AuditAction is a change that the audit log tells of.
type AuditAction string

// The changes that the audit log tells of.
const (
	AuditWebhookCreated AuditAction = "WEBHOOK_CREATED"
	AuditWebhookUpdated AuditAction = "WEBHOOK_UPDATED"
	AuditWebhookDeleted AuditAction = "WEBHOOK_DELETED"

	AuditWebhookPaused        AuditAction = "WEBHOOK_PAUSED"
	AuditWebhookResumed       AuditAction = "WEBHOOK_RESUMED"
	AuditWebhookSecretRotated AuditAction = "WEBHOOK_SECRET_ROTATED" //nolint:gosec // a word, not a secret
	AuditWebhookTested        AuditAction = "WEBHOOK_TESTED"
	AuditWebhookDegraded      AuditAction = "WEBHOOK_DEGRADED"  // by the server: it fails again and again
	AuditWebhookRecovered     AuditAction = "WEBHOOK_RECOVERED" // by the server: it answers again
	AuditWebhookDisabled      AuditAction = "WEBHOOK_DISABLED"  // by the server: the receiver said that it is gone

	AuditDeliveryResent  AuditAction = "DELIVERY_RESENT"
	AuditReplayStarted   AuditAction = "REPLAY_STARTED"
	AuditReplayCancelled AuditAction = "REPLAY_CANCELLED"

	AuditAccessTokenCreated AuditAction = "ACCESS_TOKEN_CREATED"
	AuditAccessTokenRevoked AuditAction = "ACCESS_TOKEN_REVOKED"

	AuditAgentCreated     AuditAction = "AGENT_CREATED"
	AuditAgentInvited     AuditAction = "AGENT_INVITED"
	AuditAgentJoined      AuditAction = "AGENT_JOINED"
	AuditAgentUpdated     AuditAction = "AGENT_UPDATED"
	AuditAgentRoleChanged AuditAction = "AGENT_ROLE_CHANGED"
	AuditAgentDeactivated AuditAction = "AGENT_DEACTIVATED"
	AuditAgentReactivated AuditAction = "AGENT_REACTIVATED"

	AuditPublishableKeyCreated AuditAction = "PUBLISHABLE_KEY_CREATED"
	AuditPublishableKeyUpdated AuditAction = "PUBLISHABLE_KEY_UPDATED"
	AuditPublishableKeyDeleted AuditAction = "PUBLISHABLE_KEY_DELETED"

	AuditIdentityProviderCreated AuditAction = "IDENTITY_PROVIDER_CREATED"
	AuditIdentityProviderUpdated AuditAction = "IDENTITY_PROVIDER_UPDATED"
	AuditIdentityProviderDeleted AuditAction = "IDENTITY_PROVIDER_DELETED"
)

// Values lists the members, for the entities' checks.
func (AuditAction) Values() []string {
	return words(AuditWebhookCreated, AuditWebhookUpdated, AuditWebhookDeleted,
		AuditWebhookPaused, AuditWebhookResumed, AuditWebhookSecretRotated, AuditWebhookTested,
		AuditWebhookDegraded, AuditWebhookRecovered, AuditWebhookDisabled,
		AuditDeliveryResent, AuditReplayStarted, AuditReplayCancelled,
		AuditAccessTokenCreated, AuditAccessTokenRevoked,
		AuditAgentCreated, AuditAgentInvited, AuditAgentJoined, AuditAgentUpdated, AuditAgentRoleChanged, AuditAgentDeactivated, AuditAgentReactivated,
		AuditPublishableKeyCreated, AuditPublishableKeyUpdated, AuditPublishableKeyDeleted,
		AuditIdentityProviderCreated, AuditIdentityProviderUpdated, AuditIdentityProviderDeleted)
}
