package wire_test

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/wire/wiretest"
)

// TestShape: whatever the event, the body is valid, has each key of the golden
// files in their order, values of the kinds seen there, and is the same again.
func TestShape(t *testing.T) {
	t.Parallel()
	want := goldenShape(t, nativeFormat(), false)
	rapid.Check(t, func(rt *rapid.T) {
		m, trigger := anyMeeting(rt), rapid.SampledFrom(nativeTriggers()).Draw(rt, "trigger")
		got := body(rt, happened(rt, trigger, m))
		if again := body(rt, happened(rt, trigger, m)); !bytes.Equal(got, again) {
			rt.Fatalf("two bodies:\n%s\n%s", got, again)
		}
		seen := newShape(nativeFormat())
		if err := seen.read(got); err != nil {
			rt.Fatalf("%v in %s", err, got)
		}
		for place, kinds := range seen.kinds {
			for _, kind := range kinds {
				if !slices.Contains(want.kinds[place], kind) {
					rt.Errorf("%s is %s, want %v", place, kind, want.kinds[place])
				}
			}
		}
		for place, keys := range seen.keys {
			if !slices.Equal(keys, want.keys[place]) {
				rt.Errorf("%s has the keys %v, want %v", place, keys, want.keys[place])
			}
		}
		checkTold(rt, trigger, m, decode(rt, got))
	})
}

// TestBodiesAreValid: what the services can tell is valid against its schema,
// whatever else it says.
func TestBodiesAreValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m, trigger := anyMeeting(rt), rapid.SampledFrom(nativeTriggers()).Draw(rt, "trigger")
		wiretest.Valid(rt, body(rt, lawful(rt, trigger, m)))
	})
}

// checkTold: changes are told by their own event only, and money is exact.
func checkTold(rt *rapid.T, trigger domain.Trigger, m *ent.Meeting, got decoded) {
	d := got.MeetData
	if trigger != domain.MeetingRescheduled && len(d.Reschedule) > 0 {
		rt.Errorf("%s tells of a reschedule", trigger)
	}
	if trigger != domain.MeetingCanceled && len(d.Cancellation) > 0 {
		rt.Errorf("%s tells of a cancellation", trigger)
	}
	for i, a := range d.Attendees {
		if trigger != domain.MeetingCanceled && (a.Status != "ACTIVE" || len(a.Cancellation) > 0) {
			rt.Errorf("%s lists a cancelled attendee", trigger)
		}
		if a.ID != d.AttendeeIDs[i] {
			rt.Errorf("attendeeIds are in another order than attendees")
		}
	}
	if p := m.Edges.Payment; p != nil {
		value, ok := new(big.Rat).SetString(d.Payment.Amount.String())
		unit := map[string]int64{"USD": 100, "JPY": 1, "KWD": 1000}[p.CurrencyCode]
		if !ok || value.Mul(value, big.NewRat(unit, 1)).Cmp(big.NewRat(p.AmountMinor, 1)) != 0 {
			rt.Errorf("%d %s became %s", p.AmountMinor, p.CurrencyCode, d.Payment.Amount)
		}
	}
}

func nativeTriggers() []domain.Trigger {
	return []domain.Trigger{domain.MeetingBooked, domain.MeetingCanceled, domain.MeetingRescheduled, domain.MeetingNoShow}
}

// anyMeeting draws the fields that a body shows, also in combinations that the
// rules of booking exclude.
func anyMeeting(rt *rapid.T) *ent.Meeting {
	m := &ent.Meeting{
		ID: text().Draw(rt, "id"), Start: moment().Draw(rt, "start"), PreviousID: maybe().Draw(rt, "previous"),
		DurationMinutes: rapid.IntRange(1, 1440).Draw(rt, "minutes"), MaxAttendees: rapid.IntRange(1, 100).Draw(rt, "seats"),
		Status: word[domain.MeetingStatus](rt), Type: word[domain.MeetingType](rt), ModeNote: maybe().Draw(rt, "mode"),
		ModifiedEventName: maybe().Draw(rt, "modified"), MultipleBookingIdentifier: maybe().Draw(rt, "multiple"),
		EventName: text().Draw(rt, "event name"), MarkAsNoShow: rapid.Bool().Draw(rt, "no-show"),
		ExternalIds:  rapid.SliceOfN(text(), 0, 3).Draw(rt, "external"),
		FollowUp:     rapid.MapOfN(text(), rapid.Just[any](map[string]any{"a": []any{1, nil}}), 0, 3).Draw(rt, "follow-up"),
		Cancellation: cancellation().Draw(rt, "cancellation"),
	}
	if rapid.Bool().Draw(rt, "full") {
		m.Notes = []domain.Note{{Text: text().Draw(rt, "note"), By: text().Draw(rt, "by"), At: moment().Draw(rt, "at")}}
		m.Reminders = []domain.Reminder{{Channel: text().Draw(rt, "channel"), BeforeMinutes: rapid.Int().Draw(rt, "before")}}
		m.CalendarEvent = &domain.CalendarEvent{Provider: text().Draw(rt, "provider")}
		m.Reschedule = &domain.Reschedule{Time: moment().Draw(rt, "time"), By: actor().Draw(rt, "by"), NewMeetingID: m.ID}
		m.Edges.Agents = []*ent.Agent{{ID: text().Draw(rt, "agent"), Name: text().Draw(rt, "name")}, {}}
		m.Edges.Payment = anyPayment(rt)
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, "attendees") {
		m.Edges.Attendees = append(m.Edges.Attendees, &ent.Attendee{
			ID: fmt.Sprint(i), Name: text().Draw(rt, "name"), Phone: maybe().Draw(rt, "phone"), Status: word[domain.AttendeeStatus](rt),
			Cancellation: cancellation().Draw(rt, "cancellation"),
			Answers:      []domain.Answer{{Question: text().Draw(rt, "question"), Answer: text().Draw(rt, "answer"), Position: i}},
		})
	}
	return m
}

func anyPayment(rt *rapid.T) *ent.Payment {
	return &ent.Payment{
		AmountMinor: rapid.Int64().Draw(rt, "amount"), CurrencyCode: rapid.SampledFrom([]string{"USD", "JPY", "KWD"}).Draw(rt, "currency"),
		Status: word[domain.PaymentStatus](rt), Method: text().Draw(rt, "method"), Note: text().Draw(rt, "note"),
		PaymentTime: rapid.Ptr(moment(), true).Draw(rt, "paid"), ExternalPaymentID: maybe().Draw(rt, "external"),
		AmountOnDuration: rapid.MapOfN(text(), rapid.Int64(), 0, 3).Draw(rt, "prices"),
	}
}

func text() *rapid.Generator[string]   { return rapid.String() }
func maybe() *rapid.Generator[*string] { return rapid.Ptr(text(), true) }

func moment() *rapid.Generator[time.Time] {
	return rapid.Custom(func(rt *rapid.T) time.Time {
		zone := time.FixedZone("", 60*rapid.IntRange(-12*60, 14*60).Draw(rt, "offset"))
		return time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(rt, "time")).In(zone)
	})
}

func actor() *rapid.Generator[domain.Actor] {
	return rapid.Custom(func(rt *rapid.T) domain.Actor {
		return domain.Actor{Type: word[domain.ActorType](rt), ID: text().Draw(rt, "id"), Name: text().Draw(rt, "name")}
	})
}

func cancellation() *rapid.Generator[*domain.Cancellation] {
	return rapid.Ptr(rapid.Custom(func(rt *rapid.T) domain.Cancellation {
		return domain.Cancellation{Time: moment().Draw(rt, "time"), Reason: text().Draw(rt, "reason"), By: actor().Draw(rt, "by")}
	}), true)
}

func word[T interface {
	~string
	Values() []string
}](rt *rapid.T) T {
	var none T
	return T(rapid.SampledFrom(none.Values()).Draw(rt, fmt.Sprintf("%T", none)))
}
