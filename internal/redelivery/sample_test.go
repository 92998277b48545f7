package redelivery_test

import (
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/wire/wiretest"
)

// TestSample: it is due at once, is no event, and is valid in each format whatever
// the webhook's state and choice.
func TestSample(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		for format, state := range map[domain.WebhookFormat]domain.WebhookState{
			domain.FormatNative: domain.WebhookActive, domain.FormatCalendly: domain.WebhookPaused, domain.FormatCalcom: domain.WebhookDisabled,
		} {
			w := e.hook().SetFormat(format).SetState(state).SetTriggers([]domain.Trigger{domain.MeetingBooked}).SaveX(e.system)
			for _, trigger := range triggers() {
				d, err := e.Sample(e.owner, w.ID, trigger)
				must(t, err)
				if !d.Test || d.Status != domain.DeliveryPending || d.NextAttemptAt.After(time.Now()) || d.Trigger != trigger ||
					d.ID != typeid.Derive(typeid.Delivery, d.EventID, w.ID, "") || d.Number != 0 || d.Shard != e.log.ShardOf(e.app.ID) {
					t.Errorf("%s %s: %v", format, trigger, d)
				}
				body, err := e.Body(e.owner, d)
				must(t, err)
				wiretest.Valid(t, []byte(*body))
				if event, err := e.Event(e.owner, d); event != nil || err != nil {
					t.Errorf("a sample has the event %v, %v", event, err)
				}
			}
			if got := e.audited(w.ID); len(got) != len(triggers()) || got[0] != domain.AuditWebhookTested {
				t.Errorf("audited %v", got)
			}
		}
	})
}

func TestSampleIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		w, other := e.hook().SaveX(e.system), e.hook().SaveX(e.system)
		_, err := e.Sample(e.owner, w.ID, "MEETING_EATEN")
		refused(t, "unknown trigger", err, "BAD_USER_INPUT trigger")
		_, err = e.Sample(e.owner, typeid.New(typeid.Webhook), domain.MeetingBooked)
		refused(t, "unknown webhook", err, "NOT_FOUND id")
		_, err = e.Sample(e.as(e.person(e.app, domain.Member)), w.ID, domain.MeetingBooked)
		refused(t, "a member's, of the app", err, "NOT_FOUND id")
		_, err = e.Sample(e.as(e.agent, domain.WebhooksRead), w.ID, domain.MeetingBooked)
		refused(t, "by a reader", err, "FORBIDDEN")
		booked := e.hook().SetPayloadTemplate(`{"id": "{{ meetData._id }}"}`).SaveX(e.system)
		_, err = e.Sample(e.owner, booked.ID, domain.RoutingFormSubmitted)
		refused(t, "what its template is not for", err, "BAD_USER_INPUT trigger")
		if n := e.db.Client.Delivery.Query().CountX(e.system); n != 0 {
			t.Errorf("%d deliveries of what is refused", n)
		}
		for range 10 {
			_, err = e.Sample(e.owner, w.ID, domain.MeetingBooked)
			must(t, err)
		}
		_, err = e.Sample(e.owner, w.ID, domain.MeetingBooked)
		refused(t, "one too many", err, "RATE_LIMITED")
		if a := apperr.From(err); a == nil || a.RetryAfter <= 0 {
			t.Errorf("it does not say when to try again: %v", err)
		}
		_, err = e.Sample(e.owner, other.ID, domain.MeetingBooked)
		refused(t, "another webhook's", err, "")
	})
}
