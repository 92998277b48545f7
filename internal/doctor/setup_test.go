package doctor_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// ward is a healthy database with a little of everything. Its ids are named, for
// statements that break something: "UPDATE meetings … WHERE id = '{solo}'".
type ward struct {
	t     *testing.T
	db    *entdb.DB
	sys   context.Context
	names map[string]string
	day   time.Time // the next meeting's
}

type silent struct{}

func (silent) Publish(...*eventlog.Event) {}

func admit(t *testing.T, db *entdb.DB) *ward {
	t.Helper()
	w := &ward{t: t, db: db, sys: viewer.System(t.Context()), names: map[string]string{}}
	w.day = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 7).Add(9 * time.Hour)
	w.people()
	w.booked()
	w.made()
	w.delivered()
	return w
}

func (w *ward) people() {
	c := w.db.Client
	for _, app := range []string{"app", "elsewhere"} {
		a := must(c.App.Create().SetName(app).Save(w.sys))(w.t)
		w.names[app] = a.ID
	}
	agents := map[string]string{"ada": "app", "ben": "app", "eve": "elsewhere"}
	for name, app := range agents {
		a := must(c.Agent.Create().SetAppID(w.names[app]).SetName(name).SetEmail(name + "@example.org").
			SetTimeZone("UTC").SetRole(domain.Owner).Save(w.sys))(w.t)
		w.names[name] = a.ID
	}
	w.names["schedule"] = must(c.Schedule.Create().SetAppID(w.names["app"]).SetAgentID(w.names["ada"]).
		SetWeeklyHours([]domain.WeeklyHours{}).SetDateOverrides([]domain.DateOverride{}).Save(w.sys))(w.t).ID
	for _, kind := range []domain.MeetingType{domain.Solo, domain.Group, domain.Collective, domain.RoundRobin} {
		name := strings.ToLower(string(kind))
		et := must(c.EventType.Create().SetAppID(w.names["app"]).SetName(name).SetSlug(name).SetType(kind).
			SetDurationMinutes(30).Save(w.sys))(w.t)
		w.names[name+"_type"] = et.ID
		w.names[name+"_host"] = must(c.Host.Create().SetAppID(w.names["app"]).SetEventTypeID(et.ID).
			SetAgentID(w.names["ada"]).SetAssigned(1).Save(w.sys))(w.t).ID
	}
	w.names["elsewhere_type"] = must(c.EventType.Create().SetAppID(w.names["elsewhere"]).SetName("x").SetSlug("x").
		SetType(domain.Solo).SetDurationMinutes(30).Save(w.sys))(w.t).ID
	for name, app := range map[string]string{"hook": "app", "parts_hook": "app", "elsewhere_hook": "elsewhere"} {
		agent := map[string]string{"app": "ada", "elsewhere": "eve"}[app]
		format, secret := domain.FormatNative, "whsec_x"
		if name == "parts_hook" {
			format, secret = domain.FormatCalendly, "" // a reschedule is two messages
		}
		w.names[name] = must(c.Webhook.Create().SetAppID(w.names[app]).SetAgentID(w.names[agent]).
			SetSubscriberURL("https://example.com").SetScope(domain.ScopeOrganization).SetFormat(format).
			SetTriggers([]domain.Trigger{domain.MeetingBooked, domain.MeetingRescheduled, domain.MeetingCanceled}).
			SetSecret(secret).Save(w.sys))(w.t).ID
	}
}

// booked lets the service book, move and cancel.
func (w *ward) booked() {
	log := must(eventlog.Open(w.t.Context(), eventlog.Config{Client: w.db.Client, Owed: webhook.Owed, Publisher: silent{}}))(w.t)
	service := booking.New(booking.Config{Client: w.db.Client, Log: log, Keys: entdbtest.Keys()})
	ctx := viewer.With(w.t.Context(), viewer.Viewer{AppID: w.names["app"], AgentID: w.names["ada"], Role: domain.Owner})
	for _, name := range []string{"solo", "old", "cancelled"} {
		made := must(service.Book(ctx, booking.BookInput{
			EventTypeID: w.names["solo_type"], Start: w.next(), AgentIDs: []string{w.names["ada"]},
			Attendees: []booking.AttendeeInput{{Name: "Eva", Email: "eva@example.org"}},
		}))(w.t)
		w.names[name] = made.Meeting.ID
	}
	moved, _, err := service.Reschedule(ctx, booking.RescheduleInput{MeetingID: w.names["old"], Start: w.next()})
	w.names["new"] = must(moved, err)(w.t).ID
	must(service.Cancel(ctx, booking.CancelInput{MeetingID: w.names["cancelled"]}))(w.t)
	w.names["shard"] = fmt.Sprint(log.ShardOf(w.names["app"]))
}

// made writes the rows of meetings of the other types and states.
func (w *ward) made() {
	w.meeting("group", domain.Group, domain.Active, 2, "ada")
	w.meeting("collective", domain.Collective, domain.Active, 1, "ada", "ben")
	w.meeting("roundrobin", domain.RoundRobin, domain.Completed, 1, "ada")
	w.meeting("held", domain.Solo, domain.Held, 1, "ada")
	w.meeting("paid", domain.Solo, domain.Active, 1, "ada")
	w.payment("held", domain.PaymentPending)
	w.payment("paid", domain.PaymentDone)
	w.payment("seat", domain.PaymentPending)
	w.must(w.db.Client.Attendee.UpdateOneID(w.names["group_seat1"]).SetPaymentID(w.names["seat_payment"]).Exec(w.sys))
}

func (w *ward) meeting(name string, kind domain.MeetingType, status domain.MeetingStatus, seats int, agents ...string) {
	c, id, start := w.db.Client, typeid.New(typeid.Meeting), w.next()
	w.names[name] = id
	w.must(c.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(w.names["app"]).
		SetEventTypeID(w.names[strings.ToLower(string(kind))+"_type"]).SetStart(start).SetEnd(start.Add(30 * time.Minute)).
		SetDurationMinutes(30).SetTimeZone("UTC").SetStatus(status).SetType(kind).SetEventName(name).SetEventSlug(name).
		SetMaxAttendees(5).SetActiveAttendees(seats).Exec(w.sys))
	for _, agent := range agents {
		slot := must(c.AgentSlot.Create().SetAppID(w.names["app"]).SetMeetingID(id).SetAgentID(w.names[agent]).
			SetBusyFrom(start).SetBusyUntil(start.Add(30 * time.Minute)).SetLive(status != domain.Completed).Save(w.sys))(w.t)
		w.names[name+"_slot_"+agent] = slot.ID
	}
	for i := range seats {
		seat := must(c.Attendee.Create().SetAppID(w.names["app"]).SetMeetingID(id).SetPosition(i).SetName("Bob").
			SetCreatedAt(start.Add(time.Duration(i) * time.Second)).SetEmail("bob@example.org").SetTimeZone("UTC").
			SetStatus(domain.AttendeeActive).Save(w.sys))(w.t)
		w.names[fmt.Sprintf("%s_seat%d", name, i)] = seat.ID
	}
}

// payment of a meeting, or of seats where there is none of the name.
func (w *ward) payment(name string, status domain.PaymentStatus) {
	create := w.db.Client.Payment.Create().SetAppID(w.names["app"]).SetAmountMinor(100).SetCurrencyCode("EUR").
		SetStatus(status).SetHeldUntil(time.Now().UTC().Add(time.Hour)).SetMethod("STRIPE").SetExternalPaymentID(name)
	if id, ok := w.names[name]; ok {
		create.SetMeetingID(id)
	}
	w.names[name+"_payment"] = must(create.Save(w.sys))(w.t).ID
}

// delivered does what the worker would have done. The deliveries of the webhook
// that gets parts are named parts1, parts4_0001a and so on, by event and part.
func (w *ward) delivered() {
	c := w.db.Client
	for i, e := range must(c.Event.Query().Order(ent.Asc("number")).All(w.sys))(w.t) {
		w.names[fmt.Sprintf("event%d", i+1)] = e.ID
		for _, owing := range e.Owed {
			hook, part := eventlog.OwedTo(owing)
			name := fmt.Sprintf("delivery%d", i+1)
			if hook == w.names["parts_hook"] {
				name = strings.TrimSuffix(fmt.Sprintf("parts%d_%s", i+1, part), "_")
			}
			w.names[name] = must(c.Delivery.Create().SetAppID(e.AppID).SetWebhookID(hook).SetPart(part).
				SetEventID(e.ID).SetShard(e.Shard).SetNumber(e.Number).SetTrigger(e.Trigger).
				SetStatus(domain.DeliveryDelivered).Save(w.sys))(w.t).ID
		}
		w.must(c.Lease.UpdateOneID(e.Shard).SetSettled(e.Number).Exec(w.sys))
	}
}

// next is the start of the next meeting: an hour each.
func (w *ward) next() time.Time {
	w.day = w.day.Add(time.Hour)
	return w.day
}

// named puts the ids in the place of their names.
func (w *ward) named(text string) string {
	var pairs []string
	for name, id := range w.names {
		pairs = append(pairs, "{"+name+"}", id)
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	if strings.Contains(text, "{") {
		w.t.Fatalf("a name without an id in %s", text)
	}
	return text
}

func (w *ward) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// must returns a value that has to be there: must(call())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
