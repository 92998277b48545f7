package policy_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
)

// entity is how the tests handle one kind of row. Builders differ in type and
// are alike in form, so they are called by the names of their methods.
type entity struct {
	set    string // a setter of the update builders, empty: nothing can change
	to     any    // its argument
	create func(c *ent.Client, r entdbtest.Rows) any
	edges  []string // what create points at
	unique bool     // one row leaves no room for another with the same edges
}

// tenants are the entities that belong to an app.
func tenants() map[string]entity {
	later := entdbtest.Start().AddDate(1, 0, 0)
	return map[string]entity{
		"AccessToken": {set: "SetName", to: "x", edges: []string{"Agent"}, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.AccessToken.Create().SetAgentID(r["Agent"]).SetName("x").SetPrefix("x").SetHash([]byte(typeid.New("t")))
		}},
		"AuditEntry": {create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.AuditEntry.Create().SetAction(domain.AuditAgentCreated).SetTargetID("x").
				SetActorType(domain.ActorSystem).SetChanges(map[string]any{})
		}},
		"IdentityProvider": {set: "SetName", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.IdentityProvider.Create().SetName("x").SetIssuer(typeid.New("x")).SetAudience("x")
		}},
		"PublishableKey": {set: "SetName", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.PublishableKey.Create().SetName("x").SetKey(typeid.New("x"))
		}},
		"Agent": {set: "SetName", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.Agent.Create().SetName("x").SetEmail(typeid.New("x")).SetTimeZone("UTC").SetRole(domain.Owner)
		}},
		"AgentSlot": {
			set: "SetLive", to: false, edges: []string{"Agent", "Meeting"}, unique: true,
			create: func(c *ent.Client, r entdbtest.Rows) any {
				return c.AgentSlot.Create().SetAgentID(r["Agent"]).SetMeetingID(r["Meeting"]).
					SetBusyFrom(later).SetBusyUntil(later.Add(time.Hour))
			},
		},
		"Attendee": {
			set: "SetName", to: "x", edges: []string{"Meeting", "Payment", "RoutingFormSubmission"},
			create: func(c *ent.Client, r entdbtest.Rows) any {
				return c.Attendee.Create().SetMeetingID(r["Meeting"]).SetPaymentID(r["Payment"]).
					SetRoutingFormSubmissionID(r["RoutingFormSubmission"]).SetPosition(5).SetName("x").SetEmail("x").
					SetTimeZone("UTC").SetStatus(domain.AttendeeActive)
			},
		},
		"Command": {set: "SetAnswer", to: "", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.Command.Create().SetKey(typeid.New("x")).SetRequestHash([]byte{1})
		}},
		"Delivery": {set: "SetAttemptCount", to: 7, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.Delivery.Create().SetWebhookID(r["Webhook"]).SetEventID(r["Event"]).SetPart(typeid.New("x")).
				SetShard(0).SetNumber(1).SetTrigger(domain.MeetingBooked).SetStatus(domain.DeliveryPending)
		}},
		"Replay": {create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.Replay.Create().SetWebhookID(r["Webhook"]).SetAgentID(r["Agent"]).SetFrom(later).SetTo(later).
				SetStatus(domain.ReplayDone).SetShard(0).SetBegin(0).SetEnd(1).SetNumber(1)
		}},
		"Event": {edges: []string{"Meeting"}, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.Event.Create().SetShard(0).SetNumber(time.Now().UnixNano()).SetTrigger(domain.MeetingBooked).
				SetMeetingID(r["Meeting"]).SetSeriesID("x").SetSequence(1).SetOccurredAt(later).SetSnapshot("{}").SetOwed([]string{})
		}},
		"EventType": {set: "SetName", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.EventType.Create().SetName("x").SetSlug(typeid.New("x")).SetType(domain.Solo).SetDurationMinutes(30)
		}},
		"Host": {set: "SetAssigned", to: 7, edges: []string{"Agent", "EventType"}, unique: true, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.Host.Create().SetAgentID(r["Agent"]).SetEventTypeID(r["EventType"])
		}},
		"Meeting": {set: "SetSequence", to: 7, edges: []string{"EventType", "Meeting"}, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.Meeting.Create().SetEventTypeID(r["EventType"]).SetPreviousID(r["Meeting"]).SetSeriesID("x").
				SetStart(later).SetEnd(later.Add(time.Hour)).SetDurationMinutes(60).SetTimeZone("UTC").SetStatus(domain.Active).
				SetType(domain.Solo).SetEventName("x").SetEventSlug("x").SetMaxAttendees(1).SetActiveAttendees(1)
		}},
		"Payment": {
			set: "SetNote", to: "x", edges: []string{"Meeting"}, unique: true,
			create: func(c *ent.Client, r entdbtest.Rows) any {
				return c.Payment.Create().SetMeetingID(r["Meeting"]).SetAmountMinor(1).SetCurrencyCode("EUR").SetStatus(domain.PaymentDone)
			},
		},
		"RoutingForm": {set: "SetName", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.RoutingForm.Create().SetName("x").SetQuestions([]domain.FormQuestion{}).SetFallback(&domain.FormDestination{})
		}},
		"RoutingFormSubmission": {set: "SetUpdatedAt", to: later, edges: []string{"RoutingForm"}, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.RoutingFormSubmission.Create().SetRoutingFormID(r["RoutingForm"]).SetAnswers([]domain.FormAnswer{}).
				SetResult(&domain.FormDestination{})
		}},
		"Schedule": {
			set: "SetWeeklyHours", to: []domain.WeeklyHours{}, edges: []string{"Agent"}, unique: true,
			create: func(c *ent.Client, r entdbtest.Rows) any {
				return c.Schedule.Create().SetAgentID(r["Agent"]).SetWeeklyHours([]domain.WeeklyHours{}).SetDateOverrides([]domain.DateOverride{})
			},
		},
		"Webhook": {set: "SetDescription", to: "x", edges: []string{"Agent"}, create: func(c *ent.Client, r entdbtest.Rows) any {
			return c.Webhook.Create().SetAgentID(r["Agent"]).SetSubscriberURL("https://example.com").
				SetTriggers([]domain.Trigger{}).SetScope(domain.ScopeUser).SetFormat(domain.FormatNative).SetSecret("x")
		}},
	}
}

// others are the entities without an app.
func others() map[string]entity {
	return map[string]entity{
		"App": {set: "SetName", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.App.Create().SetName("x")
		}},
		"Backlog": {set: "SetNumber", to: int64(7), create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.Backlog.Create().SetID(typeid.New("x")).SetShard(0).SetNumber(1)
		}},
		"Lease": {set: "SetOwner", to: "x", create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.Lease.Create().SetID(999)
		}},
		"Process": {set: "SetUntil", to: int64(7), create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.Process.Create().SetUntil(7)
		}},
		"SealingKey": {create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.SealingKey.Create().SetID("x").SetProof("x")
		}},
		"Shard": {set: "SetHead", to: int64(7), create: func(c *ent.Client, _ entdbtest.Rows) any {
			return c.Shard.Create().SetID(999).SetGeneration(1)
		}},
	}
}

// Every entity is in one of the tables, so that none escapes the tests.
func TestEveryEntityIsTested(t *testing.T) {
	t.Parallel()
	client := reflect.TypeFor[ent.Client]()
	for i := range client.NumField() {
		f := client.Field(i)
		if f.Name == "Schema" || !f.IsExported() || !strings.HasSuffix(f.Type.String(), "Client") {
			continue
		}
		_, tenant := tenants()[f.Name]
		_, other := others()[f.Name]
		if tenant == other {
			t.Errorf("entity %s has to be in tenants or in others", f.Name)
		}
	}
}

// call calls a method, with nil errors left out: the rest of what it returns,
// and its error if the last value is one.
func call(on any, method string, args ...any) (any, error) {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = reflect.ValueOf(a)
	}
	out := reflect.ValueOf(on).MethodByName(method).Call(in)
	last, ok := out[len(out)-1].Interface().(error)
	if ok || out[len(out)-1].Type() == reflect.TypeFor[error]() {
		if len(out) == 1 {
			return nil, last
		}
		return out[0].Interface(), last
	}
	return out[0].Interface(), nil
}

// chain calls a method that returns a builder.
func chain(on any, method string, args ...any) any {
	next, _ := call(on, method, args...)
	return next
}

// of returns the client of one entity.
func of(c *ent.Client, name string) any {
	return reflect.ValueOf(c).Elem().FieldByName(name).Interface()
}

func (e entity) change(builder any) any {
	if e.set == "" {
		return builder
	}
	return chain(builder, e.set, e.to)
}

// operations are all ways to reach rows, as functions of what they may do. Those
// of many rows have no predicate.
func (e entity) operations(c *ent.Client, name string, id any, r entdbtest.Rows) map[string]func(ctx context.Context) (any, error) {
	rows := of(c, name)
	return map[string]func(ctx context.Context) (any, error){
		"count":  func(ctx context.Context) (any, error) { return call(chain(rows, "Query"), "Count", ctx) },
		"exist":  func(ctx context.Context) (any, error) { return call(chain(rows, "Query"), "Exist", ctx) },
		"ids":    func(ctx context.Context) (any, error) { return call(chain(rows, "Query"), "IDs", ctx) },
		"all":    func(ctx context.Context) (any, error) { return call(chain(rows, "Query"), "All", ctx) },
		"get":    func(ctx context.Context) (any, error) { return call(rows, "Get", ctx, id) },
		"update": func(ctx context.Context) (any, error) { return call(e.change(chain(rows, "Update")), "Save", ctx) },
		"update one": func(ctx context.Context) (any, error) {
			return call(e.change(chain(rows, "UpdateOneID", id)), "Save", ctx)
		},
		"delete":     func(ctx context.Context) (any, error) { return call(chain(rows, "Delete"), "Exec", ctx) },
		"delete one": func(ctx context.Context) (any, error) { return call(chain(rows, "DeleteOneID", id), "Exec", ctx) },
		"create":     func(ctx context.Context) (any, error) { return call(e.create(c, r), "Save", ctx) },
		"bulk": func(ctx context.Context) (any, error) {
			return call(chain(rows, "CreateBulk", e.create(c, r)), "Save", ctx)
		},
		"upsert": func(ctx context.Context) (any, error) {
			return call(chain(chain(e.create(c, r), "OnConflict"), "DoNothing"), "Exec", ctx) // whatever the key is
		},
	}
}
