package tailtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// App is an app with one meeting, whose changes fill the log.
type App struct {
	ID      string
	Meeting *ent.Meeting // with its event type, agents, attendees and payment
}

// NewApp makes an app, an agent, an event type, and a meeting that is paid for.
func NewApp(t testing.TB, client *ent.Client) *App {
	t.Helper()
	m, err := book(viewer.System(t.Context()), client)
	if err != nil {
		t.Fatalf("making the fixture: %v", err)
	}
	return &App{ID: m.AppID, Meeting: m}
}

func book(ctx context.Context, client *ent.Client) (*ent.Meeting, error) {
	app, err := client.App.Create().SetName("Tail").Save(ctx)
	if err != nil {
		return nil, err
	}
	agent, err := client.Agent.Create().SetAppID(app.ID).SetName("Ada").SetEmail("ada@example.com").
		SetTimeZone("Europe/London").SetRole(domain.Owner).Save(ctx)
	if err != nil {
		return nil, err
	}
	kind, err := client.EventType.Create().SetAppID(app.ID).SetName("Introduction").SetSlug("introduction").
		SetType(domain.Solo).SetDurationMinutes(30).Save(ctx)
	if err != nil {
		return nil, err
	}
	id, start := typeid.New(typeid.Meeting), time.Date(2031, 3, 4, 10, 0, 0, 0, time.UTC)
	m, err := client.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(app.ID).SetEventTypeID(kind.ID).
		SetStart(start).SetEnd(start.Add(30 * time.Minute)).SetDurationMinutes(30).SetTimeZone("Europe/London").
		SetStatus(domain.Active).SetType(domain.Solo).SetEventName(kind.Name).SetEventSlug(kind.Slug).
		SetMaxAttendees(1).SetActiveAttendees(1).SetNotes([]domain.Note{{Text: "né à Paris", At: start}}).
		SetTracking(map[string]any{"campaign": "spring"}).Save(ctx)
	if err != nil {
		return nil, err
	}
	seat, err := client.Attendee.Create().SetAppID(app.ID).SetMeetingID(id).SetPosition(0).SetName("Bob").
		SetEmail("bob@example.com").SetTimeZone("Asia/Tokyo").SetStatus(domain.AttendeeActive).
		SetAnswers([]domain.Answer{{Question: "Why?", Answer: "<b>\u2028", Position: 1}}).Save(ctx)
	if err != nil {
		return nil, err
	}
	payment, err := client.Payment.Create().SetAppID(app.ID).SetMeetingID(id).SetAmountMinor(4200).
		SetCurrencyCode("EUR").SetStatus(domain.PaymentDone).SetPaymentTime(start).Save(ctx)
	if err != nil {
		return nil, err
	}
	m.Edges.EventType, m.Edges.Payment = kind, payment
	m.Edges.Agents, m.Edges.Attendees = []*ent.Agent{agent}, []*ent.Attendee{seat}
	return m, nil
}

// Drafts is one event about the app's meeting.
func (a *App) Drafts() []*eventlog.Draft {
	return []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: a.Meeting}}
}

// Append runs a change that writes a row of its own long before its event.
func (a *App) Append(ctx context.Context, log *eventlog.Log) (*eventlog.Event, error) {
	events, err := log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		return a.Drafts(), a.Early(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return events[0], nil
}

// Early inserts a row, so that the transaction is known to the database before
// it takes its number.
func (a *App) Early(ctx context.Context, tx *ent.Tx) error {
	return tx.Command.Create().SetAppID(a.ID).SetKey(typeid.New(typeid.Command)).SetRequestHash([]byte{1}).
		Exec(viewer.System(ctx))
}

// Fail runs a change that is rolled back after it took its number, and returns
// an error when it was not.
func (a *App) Fail(ctx context.Context, log *eventlog.Log) error {
	refused := *a.Meeting
	refused.SeriesID += "-which-is-too-long-for-its-column-so-that-the-insert-fails"
	events, err := log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: &refused}}, a.Early(ctx, tx)
	})
	switch {
	case err == nil:
		return errors.New("an event that cannot be inserted was committed")
	case !ent.IsValidationError(err):
		return fmt.Errorf("the change failed otherwise than meant: %w", err)
	case events != nil:
		return errors.New("a change that was rolled back has an event")
	}
	return nil
}

// Owed is the OwedFunc of a log with one webhook.
func Owed(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) {
	return []string{"whk_1"}, nil
}

// Body is its BodyFunc.
func Body(e *eventlog.Event, _ *eventlog.Draft) string { return "of " + e.ID }
