package policy

import (
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/ent/eventtype"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/ent/predicate"
	"slotcast/ent/privacy"
	"slotcast/ent/replay"
	"slotcast/ent/routingformsubmission"
	"slotcast/ent/schedule"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// The policies of the entities of an app, one for each.

// Meetings are seen by the agents that host them, and by who booked them.
func Meetings() ent.Policy {
	return tenant[*ent.MeetingQuery](access[predicate.Meeting]{
		read: domain.MeetingsRead, write: domain.MeetingsWrite, member: hosted, attendee: booked,
	})
}

func hosted(v viewer.Viewer) predicate.Meeting {
	return meeting.HasAgentSlotsWith(agentslot.AgentID(v.AgentID))
}

func booked(v viewer.Viewer) predicate.Meeting { return meeting.HasAttendeesWith(seat(v)) }

func seat(v viewer.Viewer) predicate.Attendee { return attendee.ManageHash([]byte(v.ManageHash)) }

// Attendees are seen with their meetings; of those in a GROUP, each sees himself.
func Attendees() ent.Policy {
	return tenant[*ent.AttendeeQuery](access[predicate.Attendee]{
		read: domain.MeetingsRead, write: domain.MeetingsWrite, attendee: seat,
		member: func(v viewer.Viewer) predicate.Attendee { return attendee.HasMeetingWith(hosted(v)) },
	})
}

// Payments are seen with what they are for.
func Payments() ent.Policy {
	return tenant[*ent.PaymentQuery](access[predicate.Payment]{
		read: domain.MeetingsRead, write: domain.MeetingsWrite,
		member: func(v viewer.Viewer) predicate.Payment {
			return payment.Or(payment.HasMeetingWith(hosted(v)), payment.HasAttendeesWith(attendee.HasMeetingWith(hosted(v))))
		},
		attendee: func(v viewer.Viewer) predicate.Payment {
			return payment.Or(payment.HasMeetingWith(booked(v)), payment.HasAttendeesWith(seat(v)))
		},
	})
}

// AgentSlots are the agents' own business.
func AgentSlots() ent.Policy {
	return tenant[*ent.AgentSlotQuery](access[predicate.AgentSlot]{
		read: domain.MeetingsRead, write: domain.MeetingsWrite,
		member: func(v viewer.Viewer) predicate.AgentSlot { return agentslot.AgentID(v.AgentID) },
	})
}

// Commands are for the services.
func Commands() ent.Policy { return tenant[*ent.CommandQuery](access[predicate.Command]{}) }

// Events are seen with their meetings, and written by the log alone.
func Events() ent.Policy {
	return tenant[*ent.EventQuery](access[predicate.Event]{
		read: domain.MeetingsRead,
		member: func(v viewer.Viewer) predicate.Event {
			return func(s *sql.Selector) {
				t := sql.Table(agentslot.Table)
				s.Where(sql.In(s.C(event.FieldMeetingID),
					sql.Select(t.C(agentslot.FieldMeetingID)).From(t).Where(sql.EQ(t.C(agentslot.FieldAgentID), v.AgentID))))
			}
		},
	})
}

// EventTypes are known to all agents; pages know those they may book.
func EventTypes() ent.Policy {
	return tenant[*ent.EventTypeQuery](access[predicate.EventType]{
		read: domain.EventTypesRead, write: domain.EventTypesWrite,
		member: every[predicate.EventType],
		page:   func(viewer.Viewer) predicate.EventType { return open() },
		attendee: func(v viewer.Viewer) predicate.EventType {
			return eventtype.Or(open(), eventtype.HasMeetingsWith(booked(v)))
		},
	})
}

func open() predicate.EventType {
	return eventtype.And(eventtype.Public(true), eventtype.Active(true), eventtype.ArchivedAtIsNil())
}

// Hosts are who can be booked through what.
func Hosts() ent.Policy {
	return tenant[*ent.HostQuery](access[predicate.Host]{
		read: domain.EventTypesRead, write: domain.EventTypesWrite, member: every[predicate.Host],
	})
}

// Agents know each other; pages know those they may book.
func Agents() ent.Policy {
	return tenant[*ent.AgentQuery](access[predicate.Agent]{
		read: domain.AgentsRead, write: domain.AgentsWrite,
		member: every[predicate.Agent],
		page:   func(viewer.Viewer) predicate.Agent { return agent.HasEventTypesWith(open()) },
		attendee: func(v viewer.Viewer) predicate.Agent {
			return agent.Or(agent.HasEventTypesWith(open()), agent.HasMeetingsWith(booked(v)))
		},
		own:   func(v viewer.Viewer) predicate.Agent { return agent.ID(v.AgentID) },
		admit: himself,
	})
}

// himself lets a member change what says who he is, not what he may do.
func himself(_ viewer.Viewer, m ent.Mutation) error {
	for _, name := range append(append(m.Fields(), m.ClearedFields()...), m.AddedFields()...) {
		switch name {
		case agent.FieldName, agent.FieldEmail, agent.FieldTimeZone, agent.FieldUpdatedAt:
		default:
			return denied(m)
		}
	}
	if !m.Op().Is(ent.OpUpdate | ent.OpUpdateOne) {
		return denied(m)
	}
	return nil
}

// Schedules are seen by all agents and changed by their own.
func Schedules() ent.Policy {
	return tenant[*ent.ScheduleQuery](access[predicate.Schedule]{
		read: domain.AgentsRead, write: domain.AgentsWrite, member: every[predicate.Schedule],
		own:   func(v viewer.Viewer) predicate.Schedule { return schedule.AgentID(v.AgentID) },
		admit: ofHisOwn,
	})
}

// Webhooks of scope USER belong to their agents, all others to the app.
func Webhooks() ent.Policy {
	return tenant[*ent.WebhookQuery](access[predicate.Webhook]{
		read: domain.WebhooksRead, write: domain.WebhooksWrite, member: ownWebhooks, own: ownWebhooks,
		admit: func(v viewer.Viewer, m ent.Mutation) error {
			if scope, set := m.(*ent.WebhookMutation).Scope(); set && scope != domain.ScopeUser {
				return denied(m)
			}
			return ofHisOwn(v, m)
		},
	})
}

func ownWebhooks(v viewer.Viewer) predicate.Webhook {
	return webhook.And(webhook.AgentID(v.AgentID), webhook.ScopeEQ(domain.ScopeUser))
}

// Deliveries are seen with their webhooks.
func Deliveries() ent.Policy {
	return tenant[*ent.DeliveryQuery](access[predicate.Delivery]{
		read: domain.WebhooksRead, write: domain.WebhooksWrite,
		member: func(v viewer.Viewer) predicate.Delivery {
			return func(s *sql.Selector) {
				t := sql.Table(webhook.Table)
				own := sql.Select(t.C(webhook.FieldID)).From(t)
				ownWebhooks(v)(own)
				s.Where(sql.In(s.C(delivery.FieldWebhookID), own))
			}
		},
	})
}

// Replays are seen with their webhooks, and written by the services alone.
func Replays() ent.Policy {
	return tenant[*ent.ReplayQuery](access[predicate.Replay]{
		read: domain.WebhooksRead,
		member: func(v viewer.Viewer) predicate.Replay {
			return func(s *sql.Selector) {
				t := sql.Table(webhook.Table)
				own := sql.Select(t.C(webhook.FieldID)).From(t)
				ownWebhooks(v)(own)
				s.Where(sql.In(s.C(replay.FieldWebhookID), own))
			}
		},
	})
}

// AccessTokens belong to their agents.
func AccessTokens() ent.Policy {
	mine := func(v viewer.Viewer) predicate.AccessToken { return accesstoken.AgentID(v.AgentID) }
	return tenant[*ent.AccessTokenQuery](access[predicate.AccessToken]{
		read: domain.AccessRead, write: domain.AccessWrite, member: mine, own: mine, admit: ofHisOwn,
	})
}

// PublishableKeys are for owners and admins.
func PublishableKeys() ent.Policy {
	return tenant[*ent.PublishableKeyQuery](access[predicate.PublishableKey]{read: domain.AccessRead, write: domain.AccessWrite})
}

// IdentityProviders are for owners: they decide who is one.
func IdentityProviders() ent.Policy {
	return tenant[*ent.IdentityProviderQuery](access[predicate.IdentityProvider]{
		read: domain.AccessRead, write: domain.AccessWrite, owner: true,
	})
}

// AuditEntries are read by owners, and written by the services alone.
func AuditEntries() ent.Policy {
	return tenant[*ent.AuditEntryQuery](access[predicate.AuditEntry]{read: domain.AccessRead, owner: true})
}

// RoutingForms are known to all agents, who send people there; how they lead,
// owners and admins decide.
func RoutingForms() ent.Policy {
	return tenant[*ent.RoutingFormQuery](access[predicate.RoutingForm]{
		read: domain.RoutingFormsRead, write: domain.RoutingFormsWrite, member: every[predicate.RoutingForm],
	})
}

// RoutingFormSubmissions are for owners and admins; a member sees those that led
// to the meetings that he hosts.
func RoutingFormSubmissions() ent.Policy {
	return tenant[*ent.RoutingFormSubmissionQuery](access[predicate.RoutingFormSubmission]{
		read: domain.RoutingFormsRead, write: domain.RoutingFormsWrite,
		member: func(v viewer.Viewer) predicate.RoutingFormSubmission {
			return routingformsubmission.HasAttendeesWith(attendee.HasMeetingWith(hosted(v)))
		},
	})
}

// every narrows to nothing less than all rows of the app.
func every[P ~func(*sql.Selector)](viewer.Viewer) P { return func(*sql.Selector) {} }

// ofHisOwn refuses a new row that would be another agent's.
func ofHisOwn(v viewer.Viewer, m ent.Mutation) error {
	id, set := m.(interface{ AgentID() (string, bool) }).AgentID()
	if m.Op().Is(ent.OpCreate) && (!set || id != v.AgentID) {
		return denied(m)
	}
	return nil
}

func denied(m ent.Mutation) error {
	return privacy.Denyf("the viewer may not make this of a %s", m.Type())
}
