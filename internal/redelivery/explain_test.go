package redelivery_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/audit"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/redelivery"
	"slotcast/internal/typeid"
	"slotcast/internal/wire"
)

// TestExplain: each row is a webhook, what then becomes of the event, and what is
// said of it.
func TestExplain(t *testing.T) {
	t.Parallel()
	type row struct {
		name    string
		hook    func(*ent.WebhookCreate)
		then    func(e *env, w *ent.Webhook, of *eventlog.Event)
		verdict redelivery.Verdict
		broken  string // the check that does not hold
		says    string
	}
	status := func(s domain.DeliveryStatus, attempts ...domain.Attempt) func(*env, *ent.Webhook, *eventlog.Event) {
		return func(e *env, w *ent.Webhook, of *eventlog.Event) {
			e.delivery(w, of).SetStatus(s).SetAttempts(attempts).SetAttemptCount(len(attempts)).ExecX(e.system)
		}
	}
	state := func(s domain.WebhookState) func(*env, *ent.Webhook, *eventlog.Event) {
		return func(e *env, w *ent.Webhook, _ *eventlog.Event) {
			e.change(w, audit.Changes{}.Move("state", w.State, s), func(u *ent.WebhookUpdateOne) { u.SetState(s).SetStateReason("it hurts") })
		}
	}
	failed := domain.Attempt{At: time.Now(), StatusCode: 503}
	rows := []row{
		{name: "delivered", then: status(domain.DeliveryDelivered, domain.Attempt{At: time.Now(), StatusCode: 204}),
			verdict: redelivery.Delivered, says: "answered 204"},
		{name: "failing", verdict: redelivery.Pending, broken: "deliveries", says: "answered 503",
			then: func(e *env, w *ent.Webhook, of *eventlog.Event) {
				e.delivery(w, of).SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now().Add(time.Hour)).
					SetAttempts([]domain.Attempt{failed}).SetAttemptCount(1).ExecX(e.system)
			}},
		{name: "in hand", then: status(domain.DeliveryPending), verdict: redelivery.Pending, broken: "deliveries", says: "being sent"},
		{name: "failed", then: status(domain.DeliveryFailed, failed), verdict: redelivery.Failed, broken: "deliveries", says: "resendDelivery"},
		{name: "cancelled", then: status(domain.DeliveryCancelled), verdict: redelivery.Cancelled, broken: "deliveries", says: "switched off"},
		{name: "just now", verdict: redelivery.Pending, broken: "deliveries", says: "on its way"},
		{name: "paused", then: state(domain.WebhookPaused), verdict: redelivery.Waiting, broken: "deliveries", says: "it hurts"},
		{name: "behind", verdict: redelivery.Waiting, broken: "deliveries", says: "behind",
			then: func(e *env, w *ent.Webhook, of *eventlog.Event) {
				e.db.Client.Backlog.Create().SetID(w.ID).SetShard(of.Shard).SetNumber(1).ExecX(e.system)
			}},
		{name: "switched off before it was sent", then: state(domain.WebhookDisabled), verdict: redelivery.Cancelled, broken: "deliveries", says: "switched off"},
		{name: "other trigger", hook: func(w *ent.WebhookCreate) { w.SetTriggers(triggers()[1:]) },
			verdict: redelivery.Filtered, broken: "triggers", says: "updateWebhook"},
		{name: "other event type", hook: func(w *ent.WebhookCreate) { w.SetEventTypeIds([]string{"ety_1"}) },
			verdict: redelivery.Filtered, broken: "eventTypeIds", says: "ety_1"},
		{name: "other meeting type", hook: func(w *ent.WebhookCreate) { w.SetMeetingTypes([]domain.MeetingType{domain.Group}) },
			verdict: redelivery.Filtered, broken: "meetingTypes", says: "GROUP"},
		{name: "other events", hook: func(w *ent.WebhookCreate) {
			w.SetFormat(domain.FormatCalendly).SetEvents([]string{wire.InviteeCanceled})
		}, verdict: redelivery.Filtered, broken: "events", says: wire.InviteeCanceled},
		{name: "other host", hook: func(w *ent.WebhookCreate) { w.SetScope(domain.ScopeUser).SetAgentID("agt_1") },
			verdict: redelivery.OutOfScope, broken: "scope", says: "agt_1"},
		{name: "disabled", hook: func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDisabled) },
			verdict: redelivery.Disabled, broken: "state", says: "resumeWebhook"},
		{name: "disabled then, and not now", hook: func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDisabled) },
			then: state(domain.WebhookActive), verdict: redelivery.Disabled, broken: "state", says: "changed since"},
		{name: "chose it later", hook: func(w *ent.WebhookCreate) { w.SetTriggers(triggers()[1:]) },
			then: func(e *env, w *ent.Webhook, _ *eventlog.Event) {
				e.change(w, audit.Changes{}.Move("triggers", w.Triggers, triggers()), func(u *ent.WebhookUpdateOne) { u.SetTriggers(triggers()) })
				e.change(w, audit.Changes{}.Move("triggers", triggers(), triggers()[:1]), func(u *ent.WebhookUpdateOne) { u.SetTriggers(triggers()[:1]) })
			}, verdict: redelivery.Filtered, broken: "triggers", says: "by now it would choose it"},
		{name: "sent by a replay", hook: func(w *ent.WebhookCreate) { w.SetTriggers(triggers()[1:]) }, then: status(domain.DeliveryDelivered),
			verdict: redelivery.Delivered, broken: "owed", says: "delivered"},
		{name: "event gone", verdict: redelivery.Delivered, says: "delivered",
			then: func(e *env, w *ent.Webhook, of *eventlog.Event) {
				status(domain.DeliveryDelivered)(e, w, of)
				e.db.Client.Event.DeleteOneID(of.ID).ExecX(e.system)
			}},
	}
	each(t, func(t *testing.T, e *env) {
		e.tell(e.meeting(), domain.MeetingBooked)
		for _, tt := range rows {
			create := e.hook().SetCreatedAt(time.Now().Add(-time.Minute)).SetUpdatedAt(time.Now().Add(-time.Minute))
			if tt.hook != nil {
				tt.hook(create)
			}
			w := create.SaveX(e.system)
			of := e.tell(e.meeting(), domain.MeetingBooked)
			if tt.then != nil {
				tt.then(e, w, of)
			}
			x, err := e.Explain(e.owner, of.ID, w.ID)
			must(t, err)
			broken := ""
			for _, c := range x.Checks {
				if !c.Passed {
					broken += c.Name
				}
			}
			if x.Verdict != tt.verdict || broken != tt.broken || !strings.Contains(x.Reason, tt.says) {
				t.Errorf("%s: %s, broken %q, %s\n%+v", tt.name, x.Verdict, broken, x.Reason, x.Checks)
			}
		}
	})
}

func TestExplainBeforeTheWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		of := e.tell(e.meeting(), domain.MeetingBooked)
		w := e.hook().SaveX(e.system)
		x, err := e.Explain(e.owner, of.ID, w.ID)
		if err != nil || x.Verdict != redelivery.BeforeWebhook || !strings.Contains(x.Reason, "replayEvents") || len(x.Checks) != 1 {
			t.Errorf("%+v, %v", x, err)
		}
	})
}

// TestExplainSeveralMessages: what is lost comes first.
func TestExplainSeveralMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w := e.hook().SetFormat(domain.FormatCalendly).SaveX(e.system)
		m := e.meeting()
		m.Edges.Attendees = append(m.Edges.Attendees, &ent.Attendee{ID: "att_2", MeetingID: m.ID, Status: domain.AttendeeActive})
		of := e.tell(m, domain.MeetingBooked)
		for _, step := range []struct {
			part   string
			status domain.DeliveryStatus
			want   redelivery.Verdict
		}{{"", "", redelivery.Pending}, {"0001", domain.DeliveryDelivered, redelivery.Pending}, {"0002", domain.DeliveryDelivered, redelivery.Delivered}} {
			if step.part != "" {
				id := typeid.Derive(typeid.Delivery, of.ID, w.ID, step.part)
				e.delivery(w, of).SetID(id).SetPart(step.part).SetStatus(step.status).ExecX(e.system)
			}
			if x, err := e.Explain(e.owner, of.ID, w.ID); err != nil || x.Verdict != step.want {
				t.Errorf("with %q: %+v, %v", step.part, x, err)
			}
		}
		e.db.Client.Delivery.Update().SetStatus(domain.DeliveryFailed).Where(entdelivery.Part("0001")).ExecX(e.system)
		if x, err := e.Explain(e.owner, of.ID, w.ID); err != nil || x.Verdict != redelivery.Failed || len(x.Deliveries) != 2 {
			t.Errorf("with one that failed: %+v, %v", x, err)
		}
	})
}

func TestExplainIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		member := e.person(e.app, domain.Member)
		w, own := e.hook().SaveX(e.system), e.hook().SetScope(domain.ScopeUser).SetAgentID(member.ID).SaveX(e.system)
		of, mine := e.tell(e.meeting(), domain.MeetingBooked), e.tell(e.meeting(member), domain.MeetingBooked)
		for _, tt := range []struct {
			name           string
			ctx            context.Context
			event, webhook string
			want           string
		}{
			{"unknown event", e.owner, typeid.New(typeid.Event), w.ID, "NOT_FOUND eventId"},
			{"no event", e.owner, "x", w.ID, "NOT_FOUND eventId"},
			{"NUL", e.owner, "\x00", w.ID, "BAD_USER_INPUT eventId"},
			{"unknown webhook", e.owner, of.ID, typeid.New(typeid.Webhook), "NOT_FOUND webhookId"},
			{"a member's, of the app's webhook", e.as(member), of.ID, w.ID, "NOT_FOUND webhookId"},
			{"a member's, of another's meeting", e.as(member), of.ID, own.ID, "NOT_FOUND eventId"},
			{"a member's own", e.as(member), mine.ID, own.ID, ""},
			{"by a token for webhooks", e.as(e.agent, domain.WebhooksRead), of.ID, w.ID, ""},
		} {
			_, err := e.Explain(tt.ctx, tt.event, tt.webhook)
			refused(t, tt.name, err, tt.want)
		}
	})
}
