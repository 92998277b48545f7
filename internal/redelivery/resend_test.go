package redelivery_test

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func TestResend(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		later := time.Now().Add(time.Hour)
		for _, tt := range []struct {
			name, want string
			row        func(*ent.DeliveryCreate)
			hook       func(*ent.WebhookCreate)
			then       func(*ent.Webhook)
		}{
			{name: "delivered"},
			{name: "failed", row: func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryFailed) }},
			{name: "cancelled", row: func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryCancelled) }},
			{name: "to be tried later", row: func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryPending).SetNextAttemptAt(later) }},
			{name: "in hand", want: "CONFLICT", row: func(d *ent.DeliveryCreate) { d.SetStatus(domain.DeliveryPending) }},
			{name: "of a degraded webhook", hook: func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDegraded) }},
			{name: "of a paused webhook", want: "CONFLICT", hook: func(w *ent.WebhookCreate) { w.SetState(domain.WebhookPaused) }},
			{name: "of a disabled webhook", want: "CONFLICT", hook: func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDisabled) }},
			{name: "a sample for a disabled webhook", hook: func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDisabled) },
				row: func(d *ent.DeliveryCreate) { d.SetTest(true).SetBody("{}") }},
			{name: "of a deleted webhook", want: "CONFLICT", then: func(w *ent.Webhook) { e.db.Client.Webhook.DeleteOne(w).ExecX(e.system) }},
			{name: "without its event", want: "CONFLICT", then: func(*ent.Webhook) { e.db.Client.Event.Delete().ExecX(e.system) }},
			{name: "without its event, with its body", row: func(d *ent.DeliveryCreate) { d.SetBody("{}") },
				then: func(*ent.Webhook) { e.db.Client.Event.Delete().ExecX(e.system) }},
		} {
			create := e.hook()
			if tt.hook != nil {
				tt.hook(create)
			}
			w := create.SaveX(e.system)
			made := e.delivery(w, e.tell(e.meeting(), domain.MeetingBooked)).SetAttemptCount(4)
			if tt.row != nil {
				tt.row(made)
			}
			d := made.SaveX(e.system)
			if tt.then != nil {
				tt.then(w)
			}
			before := time.Now()
			_, err := e.Resend(e.owner, d.ID)
			refused(t, tt.name, err, tt.want)
			after := e.db.Client.Delivery.GetX(e.system, d.ID)
			if tt.want != "" {
				if after.Status != d.Status || after.AttemptsBefore != 0 || len(e.audited(d.ID)) > 0 {
					t.Errorf("%s: refused, and it is %v, audited %v", tt.name, after, e.audited(d.ID))
				}
				continue
			}
			if after.Status != domain.DeliveryPending || after.NextAttemptAt == nil || after.NextAttemptAt.After(time.Now()) ||
				after.NextAttemptAt.Before(before.Add(-time.Second)) || after.AttemptsBefore != 4 || after.AttemptCount != 4 || after.Urgent == after.Test {
				t.Errorf("%s: it is %v", tt.name, after)
			}
			if got := e.audited(d.ID); len(got) != 1 || got[0] != domain.AuditDeliveryResent {
				t.Errorf("%s: audited %v", tt.name, got)
			}
		}
	})
}

// TestResendOfOthers: they are as if there were none, and a reader may not.
func TestResendOfOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		d := e.delivery(e.hook().SaveX(e.system), e.tell(e.meeting(), domain.MeetingBooked)).SaveX(e.system)
		foreign := e.person(e.db.Client.App.Create().SetName("Other").SaveX(e.system), domain.Owner)
		_, err := e.Resend(e.as(foreign), d.ID)
		refused(t, "another app's", err, "NOT_FOUND id")
		_, err = e.Resend(e.as(e.person(e.app, domain.Member)), d.ID)
		refused(t, "a member's, of the app", err, "NOT_FOUND id")
		_, err = e.Resend(e.as(e.agent, domain.WebhooksRead), d.ID)
		refused(t, "by a reader", err, "FORBIDDEN")
		_, err = e.Resend(e.owner, typeid.New(typeid.Delivery))
		refused(t, "unknown", err, "NOT_FOUND id")
		_, err = e.Resend(e.owner, "dlv_\x00")
		refused(t, "no id", err, "BAD_USER_INPUT id")
	})
}

// TestResendBesideTheWorker: what the worker has taken meanwhile, or has written
// anew, stays as it is.
func TestResendBesideTheWorker(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		for name, meanwhile := range map[string]func(*ent.DeliveryUpdateOne){
			"taken": func(u *ent.DeliveryUpdateOne) { u.ClearNextAttemptAt() },
			"delivered": func(u *ent.DeliveryUpdateOne) {
				u.SetStatus(domain.DeliveryDelivered).ClearNextAttemptAt().AddAttemptCount(1)
			},
			"failed again": func(u *ent.DeliveryUpdateOne) { u.SetNextAttemptAt(time.Now().Add(time.Hour)).AddAttemptCount(1) },
		} {
			read := e.delivery(e.hook().SaveX(e.system), e.tell(e.meeting(), domain.MeetingBooked)).
				SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now()).SetAttemptCount(2).SaveX(e.system)
			u := e.db.Client.Delivery.UpdateOneID(read.ID)
			meanwhile(u)
			want := u.SaveX(e.system)
			err := dbtx.Run(t.Context(), e.db.Client, func(tx *ent.Tx) error { return e.Put(viewer.ForApp(e.owner), tx, read) })
			refused(t, name, err, "CONFLICT")
			if after := e.db.Client.Delivery.GetX(e.system, read.ID); after.String() != want.String() {
				t.Errorf("%s: it was %v, and is %v", name, want, after)
			}
		}
	})
}
