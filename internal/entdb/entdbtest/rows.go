package entdbtest

import (
	"context"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/sealing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Rows names one row of every entity of an app, by the entity's name: "Agent",
// "Meeting" and so on. "App" is the app itself.
type Rows map[string]string

// Start is when the meeting of NewRows begins.
func Start() time.Time { return time.Date(2031, 3, 4, 10, 0, 0, 0, time.UTC) }

// NewRows makes an app with one row of every entity that belongs to it, all
// connected: the agent hosts the event type, of which the meeting is, and so on.
func NewRows(t testing.TB, client *ent.Client) Rows {
	t.Helper()
	ctx := viewer.System(t.Context())
	r := Rows{}
	for _, step := range []func(context.Context, *ent.Client) error{r.people, r.form, r.meeting, r.sending} {
		if err := step(ctx, client); err != nil {
			t.Fatalf("making the rows: %v", err)
		}
	}
	return r
}

func (r Rows) people(ctx context.Context, c *ent.Client) error {
	app, err := c.App.Create().SetName("App").Save(ctx)
	if err != nil {
		return err
	}
	agent, err := c.Agent.Create().SetAppID(app.ID).SetName("Ada").SetEmail("ada@example.com").
		SetTimeZone("UTC").SetRole(domain.Owner).Save(ctx)
	if err != nil {
		return err
	}
	token, err := c.AccessToken.Create().SetAppID(app.ID).SetAgentID(agent.ID).SetName("token").
		SetPrefix("slc_").SetHash([]byte(typeid.New("hash"))[5:]).Save(ctx)
	if err != nil {
		return err
	}
	key, err := c.PublishableKey.Create().SetAppID(app.ID).SetName("page").SetKey(typeid.New("key")).
		SetAllowedOrigins([]string{"https://book.example.org"}).Save(ctx)
	if err != nil {
		return err
	}
	provider, err := c.IdentityProvider.Create().SetAppID(app.ID).SetName("provider").SetIssuer("https://id.example.org/" + app.ID).
		SetAudience("slotcast").SetSecret("sealed").Save(ctx)
	if err != nil {
		return err
	}
	entry, err := c.AuditEntry.Create().SetAppID(app.ID).SetAction(domain.AuditAgentCreated).SetTargetID(agent.ID).
		SetActorType(domain.ActorSystem).SetChanges(map[string]any{}).Save(ctx)
	if err != nil {
		return err
	}
	if err := c.SealingKey.Create().SetID(typeid.New("key")).SetProof("proof").Exec(ctx); err != nil {
		return err
	}
	r["PublishableKey"], r["IdentityProvider"], r["AuditEntry"] = key.ID, provider.ID, entry.ID
	schedule, err := c.Schedule.Create().SetAppID(app.ID).SetAgentID(agent.ID).
		SetWeeklyHours([]domain.WeeklyHours{{Weekday: domain.Monday, Window: domain.Window{From: "09:00", Until: "17:00"}}}).
		SetDateOverrides([]domain.DateOverride{}).Save(ctx)
	if err != nil {
		return err
	}
	kind, err := c.EventType.Create().SetAppID(app.ID).SetName("Call").SetSlug("call").
		SetType(domain.Solo).SetDurationMinutes(30).Save(ctx)
	if err != nil {
		return err
	}
	host, err := c.Host.Create().SetAppID(app.ID).SetAgentID(agent.ID).SetEventTypeID(kind.ID).Save(ctx)
	if err != nil {
		return err
	}
	r["Schedule"] = schedule.ID
	r["App"], r["Agent"], r["AccessToken"], r["EventType"], r["Host"] = app.ID, agent.ID, token.ID, kind.ID, host.ID
	return nil
}

// form makes a routing form and a submission, which led the attendee to book.
func (r Rows) form(ctx context.Context, c *ent.Client) error {
	to := &domain.FormDestination{Type: domain.ToEventType, Value: r["EventType"]}
	form, err := c.RoutingForm.Create().SetAppID(r["App"]).SetName("Form").
		SetQuestions([]domain.FormQuestion{{ID: "8f1f1a4e-8d0c-4c58-9d66-1d9a4a0a1a01", Question: "Topic?", Type: domain.QuestionText}}).
		SetFallback(to).Save(ctx)
	if err != nil {
		return err
	}
	submission, err := c.RoutingFormSubmission.Create().SetAppID(r["App"]).SetRoutingFormID(form.ID).
		SetAnswers([]domain.FormAnswer{}).SetResult(to).Save(ctx)
	if err != nil {
		return err
	}
	r["RoutingForm"], r["RoutingFormSubmission"] = form.ID, submission.ID
	return nil
}

func (r Rows) meeting(ctx context.Context, c *ent.Client) error {
	id, start := typeid.New(typeid.Meeting), Start()
	m, err := c.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(r["App"]).SetEventTypeID(r["EventType"]).
		SetStart(start).SetEnd(start.Add(30 * time.Minute)).SetDurationMinutes(30).SetTimeZone("UTC").
		SetStatus(domain.Active).SetType(domain.Solo).SetEventName("Call").SetEventSlug("call").
		SetMaxAttendees(1).SetActiveAttendees(1).Save(ctx)
	if err != nil {
		return err
	}
	slot, err := c.AgentSlot.Create().SetAppID(r["App"]).SetMeetingID(m.ID).SetAgentID(r["Agent"]).
		SetBusyFrom(m.Start).SetBusyUntil(m.End).Save(ctx)
	if err != nil {
		return err
	}
	seat, err := c.Attendee.Create().SetAppID(r["App"]).SetMeetingID(m.ID).SetPosition(0).SetName("Bob").
		SetEmail("bob@example.com").SetTimeZone("UTC").SetStatus(domain.AttendeeActive).
		SetManageHash([]byte(typeid.New("hash"))).SetRoutingFormSubmissionID(r["RoutingFormSubmission"]).Save(ctx)
	if err != nil {
		return err
	}
	payment, err := c.Payment.Create().SetAppID(r["App"]).SetMeetingID(m.ID).SetAmountMinor(4200).
		SetCurrencyCode("EUR").SetStatus(domain.PaymentDone).Save(ctx)
	if err != nil {
		return err
	}
	cmd, err := c.Command.Create().SetAppID(r["App"]).SetKey("key").SetRequestHash([]byte{1}).Save(ctx)
	if err != nil {
		return err
	}
	r["Meeting"], r["AgentSlot"], r["Attendee"], r["Payment"], r["Command"] = m.ID, slot.ID, seat.ID, payment.ID, cmd.ID
	return nil
}

func (r Rows) sending(ctx context.Context, c *ent.Client) error {
	shard, err := c.Shard.UpdateOneID(0).AddHead(1).Save(ctx)
	if err != nil {
		return err
	}
	e, err := c.Event.Create().SetAppID(r["App"]).SetShard(0).SetNumber(shard.Head).
		SetTrigger(domain.MeetingBooked).SetMeetingID(r["Meeting"]).SetSeriesID(r["Meeting"]).SetSequence(1).
		SetOccurredAt(Start()).SetSnapshot("{}").SetOwed([]string{}).Save(ctx)
	if err != nil {
		return err
	}
	hook, err := c.Webhook.Create().SetAppID(r["App"]).SetAgentID(r["Agent"]).SetSubscriberURL("https://example.com").
		SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(domain.ScopeOrganization).
		SetFormat(domain.FormatNative).SetSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Save(ctx)
	if err != nil {
		return err
	}
	d, err := c.Delivery.Create().SetAppID(r["App"]).SetWebhookID(hook.ID).SetEventID(e.ID).SetShard(0).
		SetNumber(e.Number).SetTrigger(e.Trigger).SetStatus(domain.DeliveryPending).Save(ctx)
	if err != nil {
		return err
	}
	if err := c.Backlog.Create().SetID(hook.ID).SetShard(0).SetNumber(0).Exec(ctx); err != nil {
		return err
	}
	again, err := c.Replay.Create().SetAppID(r["App"]).SetWebhookID(hook.ID).SetAgentID(r["Agent"]).
		SetFrom(Start()).SetTo(Start().Add(time.Hour)).SetShard(0).SetBegin(0).SetEnd(e.Number).SetNumber(0).Save(ctx)
	if err != nil {
		return err
	}
	r["Event"], r["Webhook"], r["Delivery"], r["Replay"] = e.ID, hook.ID, d.ID, again.ID
	return nil
}

// Keys is a ring of one key, which nothing else has.
func Keys() *sealing.Ring {
	ring, err := sealing.NewRing(sealing.NewKey())
	if err != nil {
		panic(err) // only without a key
	}
	return ring
}
