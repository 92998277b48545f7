package rest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// world is a fixture with event types of every kind, and bookings by a clock of
// its own.
type world struct {
	*fixture
	book  *booking.Service
	clock time.Time
	rnd   *rand.Rand

	group, paidGroup, priced, pool *ent.EventType
}

// bookings is the service at a time of one's own.
func (f *fixture) bookings(now func() time.Time) *booking.Service {
	return booking.New(booking.Config{Client: f.client, Log: f.log, Keys: entdbtest.Keys(), Now: now})
}

func (f *fixture) system() context.Context { return viewer.System(f.t.Context()) }

func (f *fixture) as(p *person) context.Context { return viewer.With(f.t.Context(), p.viewer) }

// newWorld begins a month ago.
func newWorld(f *fixture, seed uint64) *world {
	w := &world{fixture: f, clock: time.Now().UTC().AddDate(0, -1, 0).Truncate(time.Hour), rnd: rand.New(rand.NewPCG(seed, 1))}
	w.book = f.bookings(func() time.Time { w.clock = w.clock.Add(time.Millisecond); return w.clock })
	seats := func(c *ent.EventTypeCreate) { c.SetType(domain.Group).SetMaxAttendees(5) }
	price := func(c *ent.EventTypeCreate) {
		c.SetCurrencyCode("EUR").SetAmountOnDuration(map[string]int64{"30": 1250})
	}
	w.group = f.eventType([]*person{f.member}, seats)
	w.paidGroup = f.eventType([]*person{f.other}, seats, price)
	w.priced = f.eventType([]*person{f.member}, price)
	w.pool = f.eventType([]*person{f.owner, f.member, f.other}, func(c *ent.EventTypeCreate) { c.SetType(domain.RoundRobin) })
	return w
}

// eventType makes one more event type of 30 minutes.
func (f *fixture) eventType(hosts []*person, changes ...func(*ent.EventTypeCreate)) *ent.EventType {
	f.t.Helper()
	create := f.client.EventType.Create().SetAppID(f.app.ID).SetName("More").SetSlug(typeid.New("more")).SetType(domain.Solo).SetDurationMinutes(30)
	for _, change := range changes {
		change(create)
	}
	et, err := create.Save(f.system())
	f.must(err)
	for _, p := range hosts {
		f.must(f.client.Host.Create().SetAppID(f.app.ID).SetEventTypeID(et.ID).SetAgentID(p.ID).Exec(f.system()))
	}
	return et
}

// foreign is the owner of another app.
func (f *fixture) foreign() *person {
	f.t.Helper()
	app, err := f.client.App.Create().SetName("Elsewhere").Save(f.system())
	f.must(err)
	there := *f
	there.app = app
	return there.person("Fay Foreign", domain.Owner, account.New(account.Config{Client: f.client, Keys: entdbtest.Keys()}))
}

// scoped is somebody with a token for less.
func (f *fixture) scoped(p *person, scopes ...domain.TokenScope) *person {
	f.t.Helper()
	_, token, err := account.New(account.Config{Client: f.client, Keys: entdbtest.Keys()}).
		CreateAccessToken(f.as(p), account.TokenInput{Name: "less", Scopes: scopes})
	f.must(err)
	less := *p
	less.token = token
	return &less
}

// emails are those of all invitees.
func emails() []string {
	return []string{"ana@example.org", "bea@example.org", "Cleo@example.org", "dan+x@example.org"}
}

// happen does n things at random. Those that the rules refuse do not count.
func (w *world) happen(n int) {
	w.t.Helper()
	deeds := []func(context.Context) error{
		w.bookOne, w.bookOne, w.bookOne, w.bookOne, w.bookOne, w.pay, w.pay, w.cancel, w.cancelSeat, w.cancelSeat, w.move, w.miss, w.pass,
	}
	ctx := w.as(w.owner)
	for done := 0; done < n; {
		err := deeds[w.rnd.IntN(len(deeds))](ctx)
		if apperr.CodeOf(err) == apperr.Internal {
			w.t.Fatal(err)
		}
		if err == nil {
			done++
		}
	}
}

func (w *world) someStart() time.Time {
	return w.clock.Truncate(time.Hour).Add(time.Duration(2+w.rnd.IntN(600)) * time.Hour)
}

func (w *world) bookOne(ctx context.Context) error {
	types := []*ent.EventType{w.group, w.paidGroup, w.paidGroup, w.priced, w.pool, w.owner.eventType, w.member.eventType}
	in := booking.BookInput{EventTypeID: types[w.rnd.IntN(len(types))].ID, Start: w.someStart(), CreateByContact: w.rnd.IntN(2) == 0}
	if et := in.EventTypeID; et == w.group.ID || et == w.paidGroup.ID { // few starts, so that they meet
		in.Start = w.clock.Truncate(24*time.Hour).AddDate(0, 0, 2+w.rnd.IntN(2))
		in.Tracking = map[string]any{"utm_source": fmt.Sprint("source ", w.rnd.IntN(9)), "more": 1}
	}
	for range 1 + w.rnd.IntN(3) {
		in.Attendees = append(in.Attendees, booking.AttendeeInput{
			Name: fmt.Sprint("Guest ", w.rnd.IntN(100)), Email: emails()[w.rnd.IntN(4)], Phone: new("+34 600"),
			Answers: []domain.Answer{{Question: "Why?", Answer: "<b>&"}},
		})
	}
	if in.EventTypeID != w.group.ID && in.EventTypeID != w.paidGroup.ID {
		in.Attendees = in.Attendees[:1]
	}
	_, err := w.book.Book(ctx, in)
	return err
}

// one is a row at random; empty where there is none.
func (w *world) one(ids []string, err error) string {
	w.must(err)
	if len(ids) == 0 {
		return ""
	}
	slices.Sort(ids)
	return ids[w.rnd.IntN(len(ids))]
}

func (w *world) pay(ctx context.Context) error {
	id := w.one(w.client.Payment.Query().Where(payment.StatusIn(domain.PaymentPending, domain.PaymentExpired)).IDs(w.system()))
	_, err := w.book.RecordPayment(ctx, booking.PaymentInput{PaymentID: id, Status: domain.PaymentDone, Method: "STRIPE", ExternalPaymentID: "pi_" + id})
	return err
}

func (w *world) cancel(ctx context.Context) error {
	id := w.one(w.client.Meeting.Query().Where(meeting.StatusIn(domain.Active, domain.Held)).IDs(w.system()))
	_, err := w.book.Cancel(ctx, booking.CancelInput{MeetingID: id, Reason: "ill"})
	return err
}

func (w *world) cancelSeat(ctx context.Context) error {
	id := w.one(w.client.Attendee.Query().
		Where(attendee.StatusEQ(domain.AttendeeActive), attendee.HasMeetingWith(meeting.TypeEQ(domain.Group))).IDs(w.system()))
	_, err := w.book.CancelAttendee(ctx, booking.CancelAttendeeInput{
		AttendeeID: id, Reason: "ill", By: booking.ActorInput{Type: domain.ActorAttendee, ID: &id},
	})
	return err
}

func (w *world) move(ctx context.Context) error {
	id := w.one(w.client.Meeting.Query().Where(meeting.StatusEQ(domain.Active)).IDs(w.system()))
	_, _, err := w.book.Reschedule(ctx, booking.RescheduleInput{MeetingID: id, Start: w.someStart(), Reason: "travel"})
	return err
}

func (w *world) miss(ctx context.Context) error {
	id := w.one(w.client.Attendee.Query().Where(attendee.HasMeetingWith(meeting.StartLT(w.clock))).IDs(w.system()))
	_, err := w.book.MarkNoShow(ctx, id)
	return err
}

// pass lets time pass; at times nobody has swept up for a while.
func (w *world) pass(context.Context) error {
	w.clock = w.clock.Add(time.Duration(w.rnd.IntN(20*60)) * time.Minute)
	if w.rnd.IntN(2) == 0 {
		_, err := w.book.Sweep(w.system())
		return err
	}
	return nil
}

// walk follows a list to its end and back, and returns all entries. Going back
// must show the same pages.
func (f *fixture) walk(who *person, path string) []map[string]any {
	f.t.Helper()
	var all []map[string]any
	var texts []string
	for next := path; ; {
		got := f.call(who, http.MethodGet, next, nil)
		if got.status != http.StatusOK {
			f.t.Fatalf("GET %s: %d %s", next, got.status, got.text)
		}
		pagination, _ := got.body["pagination"].(map[string]any)
		entries := got.collection()
		if n, _ := pagination["count"].(float64); int(n) != len(entries) {
			f.t.Errorf("GET %s: %d entries, count %v", next, len(entries), n)
		}
		all, texts = append(all, entries...), append(texts, fmt.Sprint(entries))
		following, _ := pagination["next_page"].(string)
		if following == "" {
			f.back(who, path, pagination, texts)
			return all
		}
		if token, _ := pagination["next_page_token"].(string); !strings.Contains(following, "page_token="+token) {
			f.t.Errorf("GET %s: the next page is %s with the token %s", next, following, token)
		}
		next = following
	}
}

// back goes from the last page to the first.
func (f *fixture) back(who *person, path string, pagination map[string]any, texts []string) {
	f.t.Helper()
	for i := len(texts) - 2; i >= 0; i-- {
		previous, _ := pagination["previous_page"].(string)
		got := f.call(who, http.MethodGet, previous, nil)
		if text := fmt.Sprint(got.collection()); got.status != http.StatusOK || text != texts[i] {
			f.t.Errorf("GET %s: going back to page %d: %d %s, want %s", path, i, got.status, text, texts[i])
			return
		}
		pagination, _ = got.body["pagination"].(map[string]any)
	}
	if pagination["previous_page"] != nil || pagination["previous_page_token"] != nil {
		f.t.Errorf("GET %s: the first page has a previous one: %v", path, pagination)
	}
}
