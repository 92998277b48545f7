package webhook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	hooks "slotcast/internal/webhook"
	"slotcast/internal/wire"
)

var cmpEmpty = cmpopts.EquateEmpty()

// A subscription is owed those messages of an event that it has chosen: of a
// reschedule the old invitee's end, the new one's begin, or both, the end first.
func TestOwedOfChosenEvents(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		hook := func(events ...string) string {
			in := subscription(events...)
			if len(events) == 0 {
				in.Triggers = allTriggers()
			}
			in.SubscriberURL = "https://example.com/" + strings.Join(events, ",")
			w, _, err := s.Create(mine.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			return w.ID
		}
		names := map[string]string{
			hook(): "all", hook(wire.InviteeCreated): "created", hook(wire.InviteeCanceled): "canceled",
			hook(wire.InviteeCanceled, wire.InviteeCreated): "both", hook(wire.NoShowDeleted): "came after all",
			hook(wire.FormSubmissionCreated): "forms",
		}
		seats := func(status domain.AttendeeStatus, ids ...string) *ent.Meeting {
			m := &ent.Meeting{ID: mine.Rows["Meeting"], EventTypeID: mine.Rows["EventType"], Type: domain.Group}
			m.Edges.Agents = []*ent.Agent{{ID: mine.Rows["Agent"]}}
			for _, id := range ids {
				m.Edges.Attendees = append(m.Edges.Attendees, &ent.Attendee{ID: id, Status: status})
			}
			return m
		}
		old, moved := seats(domain.AttendeeCancelled, "att_1", "att_2"), seats(domain.AttendeeActive, "att_3", "att_4")
		for i, a := range moved.Edges.Attendees {
			a.PreviousID = &old.Edges.Attendees[i].ID
		}
		gone := seats(domain.AttendeeCancelled, "att_1")
		gone.Cancellation = &domain.Cancellation{Time: time.Unix(1, 0)}
		gone.Edges.Attendees[0].Cancellation = gone.Cancellation
		for name, tt := range map[string]struct {
			draft eventlog.Draft
			want  map[string]string // the places of the messages
		}{
			"booked":    {eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: moved}, map[string]string{"all": "1 2", "created": "1 2", "both": "1 2"}},
			"cancelled": {eventlog.Draft{Trigger: domain.MeetingCanceled, Meeting: gone}, map[string]string{"all": "1", "canceled": "1", "both": "1"}},
			"rescheduled": {
				eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: moved, Previous: old},
				map[string]string{"all": "1a 1b 2a 2b", "both": "1a 1b 2a 2b", "canceled": "1a 2a", "created": "1b 2b"},
			},
			"no-show": {
				eventlog.Draft{Trigger: domain.MeetingNoShow, Meeting: seats(domain.AttendeeNoShow, "att_1"), AttendeeID: "att_1"},
				map[string]string{"all": "1"},
			},
			"undone": {
				eventlog.Draft{Trigger: domain.MeetingNoShow, Meeting: seats(domain.AttendeeActive, "att_1"), AttendeeID: "att_1"},
				map[string]string{"all": "1", "came after all": "1"},
			},
			"form": {eventlog.Draft{Trigger: domain.RoutingFormSubmitted}, map[string]string{"all": "1", "forms": "1"}},
		} {
			tx := must(db.Client.Tx(mine.ctx))(t)
			owed := must(hooks.Owed(mine.ctx, tx, &eventlog.Event{AppID: mine.Rows["App"], Trigger: tt.draft.Trigger}, &tt.draft))(t)
			_ = tx.Rollback()
			got := map[string]string{}
			for _, owing := range owed {
				id, part := eventlog.OwedTo(owing)
				got[names[id]] = strings.TrimSpace(got[names[id]] + " " + place(part))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// place is where a part stands among the messages of its event.
func place(part string) string { return max(strings.TrimLeft(part, "=0"), "1") }

// A form that was submitted is owed to webhooks of the whole app, whatever their
// format.
func TestOwedOfForms(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		var want []string
		for _, format := range domain.WebhookFormat("").Values() {
			for i, narrowed := range []func(*hooks.Input){
				func(*hooks.Input) {},
				func(in *hooks.Input) { in.EventTypeIDs = []string{mine.Rows["EventType"]} },
				func(in *hooks.Input) { in.MeetingTypes = []domain.MeetingType{domain.Solo} },
				func(in *hooks.Input) { in.Disabled = true },
				func(in *hooks.Input) {
					in.Triggers, in.Scope = []domain.Trigger{domain.MeetingBooked}, domain.ScopeUser
				},
			} {
				in := input()
				in.Format, in.Triggers = domain.WebhookFormat(format), allTriggers()
				narrowed(&in)
				if len(in.EventTypeIDs)+len(in.MeetingTypes) > 0 { // forms are of none
					in.Triggers = []domain.Trigger{domain.MeetingBooked}
				}
				in.SubscriberURL = fmt.Sprintf("https://example.com/%s/%d", format, i)
				w, _, err := s.Create(mine.ctx, in)
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					want = append(want, w.ID)
				}
			}
		}
		tx := must(db.Client.Tx(mine.ctx))(t)
		defer func() { _ = tx.Rollback() }()
		event := &eventlog.Event{AppID: mine.Rows["App"], Trigger: domain.RoutingFormSubmitted}
		got := must(hooks.Owed(mine.ctx, tx, event, &eventlog.Draft{Trigger: event.Trigger, Submission: &ent.RoutingFormSubmission{}}))(t)
		if !slices.Equal(got, want) {
			t.Errorf("owed to %v, want %v", got, want)
		}
	})
}
