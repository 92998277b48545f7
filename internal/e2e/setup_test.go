package e2e_test

import (
	"os"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog/redistail/redistest"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }

// each runs a test with the embedded database, and with PostgreSQL and Redis.
func each(t *testing.T, test func(t *testing.T, s apptest.Settings)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embedded(t))
	})
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		s, _ := production(t)
		test(t, s)
	})
}

// embedded are the settings of a server on a data directory that stays the same
// when it starts again.
func embedded(t *testing.T) apptest.Settings {
	t.Helper()
	return apptest.Settings{
		"SLOTCAST_DATA_DIR":    t.TempDir(),
		"SLOTCAST_OWNER_TOKEN": credential.New(credential.Access),
	}
}

// production are the settings of any number of servers on one PostgreSQL, which
// is migrated, and one Redis.
func production(t *testing.T) (apptest.Settings, *redistest.Server) {
	t.Helper()
	database := entdbtest.PostgresURL(t)
	redis := redistest.Start(t)
	return apptest.Settings{
		"SLOTCAST_DATABASE_URL":  database,
		"SLOTCAST_REDIS_URL":     redis.URL(),
		"SLOTCAST_ALLOW_TARGETS": "127.0.0.0/8",
		"SLOTCAST_OWNER_TOKEN":   credential.New(credential.Access),
	}, redis
}

// owner is the first start's owner, with what belongs to him.
type owner struct {
	*apptest.Client
	AppID       string
	AgentID     string
	EventTypeID string // takes 30 minutes
}

func newOwner(t *testing.T, p *apptest.Process, s apptest.Settings) owner {
	t.Helper()
	var is struct {
		Viewer     struct{ App, Agent struct{ ID string } }
		EventTypes struct {
			Edges []struct{ Node struct{ ID string } }
		}
	}
	client := p.Client(s["SLOTCAST_OWNER_TOKEN"])
	client.Do(t, `{ viewer { app { id } agent { id } } eventTypes(where: {slug: "intro-call"}) { edges { node { id } } } }`, nil, &is)
	return owner{client, is.Viewer.App.ID, is.Viewer.Agent.ID, is.EventTypes.Edges[0].Node.ID}
}

// meeting is what the tests ask of one.
type meeting struct {
	ID        string
	Start     time.Time
	Status    string
	Attendees []struct{ ID string }

	Cancellation *struct{ Time time.Time }
	Reschedule   *struct{ Time time.Time }
}

const meetingFields = `{ id start status attendees { id } cancellation { time } reschedule { time } }`

// book books half an hour that begins n hours behind the first of next month.
func (o owner) book(t *testing.T, n int) meeting {
	t.Helper()
	var out struct{ BookMeeting struct{ Meeting meeting } }
	o.Do(t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting `+meetingFields+` } }`, map[string]any{
		"in": map[string]any{
			"eventTypeId": o.EventTypeID, "start": hour(n), "externalIds": []string{"hubspot:8841"}, "modeNote": "Online, link follows",
			"attendees": []any{map[string]any{
				"name": "Ana Ruiz", "email": "ana@example.org", "timeZone": "Europe/Madrid",
				"answers": []any{map[string]any{"question": "Topic?", "answer": "Pricing"}},
			}},
		},
	}, &out)
	return out.BookMeeting.Meeting
}

func (o owner) reschedule(t *testing.T, m meeting, n int) meeting {
	t.Helper()
	var out struct{ RescheduleMeeting struct{ Meeting meeting } }
	o.Do(t, `mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) { meeting `+meetingFields+` } }`, map[string]any{
		"in": map[string]any{
			"meetingId": m.ID, "start": hour(n), "reason": "travel",
			"rescheduledBy": map[string]any{"type": "ATTENDEE", "id": m.Attendees[0].ID},
		},
	}, &out)
	return out.RescheduleMeeting.Meeting
}

func (o owner) cancel(t *testing.T, m meeting) meeting {
	t.Helper()
	var out struct{ CancelMeeting meeting }
	o.Do(t, `mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) `+meetingFields+` }`, map[string]any{
		"in": map[string]any{"meetingId": m.ID, "reason": "ill"},
	}, &out)
	return out.CancelMeeting
}

// subscribe makes a webhook for all three triggers and returns its secret.
func (o owner) subscribe(t *testing.T, to *apptest.Receiver) (id, secret string) {
	t.Helper()
	var out struct {
		CreateWebhook struct {
			Webhook struct{ ID string }
			Secret  string
		}
	}
	o.Do(t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } secret } }`, map[string]any{
		"in": map[string]any{
			"subscriberUrl": to.URL(), "triggers": []string{"MEETING_BOOKED", "MEETING_RESCHEDULED", "MEETING_CANCELED"},
		},
	}, &out)
	return out.CreateWebhook.Webhook.ID, out.CreateWebhook.Secret
}

func hour(n int) time.Time {
	y, m, _ := time.Now().UTC().Date()
	return time.Date(y, m+1, 1, n, 0, 0, 0, time.UTC)
}
