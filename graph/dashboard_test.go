package graph_test

import (
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// wholeDashboard asks for every field.
const wholeDashboard = `subscription($window: DashboardWindow, $zone: String) { dashboard(window: $window, timeZone: $zone) {
	window from to eventsPerMinute upcomingToday
	triggers { trigger count } statuses { status count }
	deliveries { delivered failed cancelled pending successRate latencyP50 latencyP95 }
	points { at booked canceled rescheduled noShows submissions delivered failed }
} }`

type dashboard struct {
	Window        string
	UpcomingToday int
	Triggers      []struct {
		Trigger string
		Count   int
	}
	Deliveries *struct{ Delivered, Pending int }
	Points     []struct {
		Booked                 int
		Submissions, Delivered *int
	}
}

// booked is how many meetings were booked, as all parts of a dashboard say.
func (d *dashboard) booked(t *testing.T) (n int) {
	t.Helper()
	for _, p := range d.Points {
		n += p.Booked
	}
	if d.Triggers[0].Trigger != string(domain.MeetingBooked) || d.Triggers[0].Count != n {
		t.Errorf("%d were booked, of which the points have %d", d.Triggers[0].Count, n)
	}
	return n
}

// Owners, members and others are shown what they see of the app.
func TestDashboard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		w := newWorld(t, s)
		narrow := w.viewer("owner")
		narrow.Scopes = viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead})
		for name, test := range map[string]struct {
			client          *apptest.Client
			booked, pending int
			forms, messages bool
		}{
			"owner":   {w.client("owner"), 1, 1, true, true},
			"narrow":  {s.visit(narrow), 1, 0, false, false},
			"self":    {w.client("self"), 1, 1, false, true},
			"other":   {w.client("other"), 0, 0, false, true},
			"foreign": {w.client("foreign"), 0, 1, true, true}, // of a row of its own
		} {
			stream, err := test.client.EventStream(t.Context(), wholeDashboard, vars{"window": nil, "zone": "Europe/Berlin"})
			must(t, err)
			var out struct{ Dashboard dashboard }
			must(t, stream.Next(t.Context(), &out))
			stream.Cut()
			d := out.Dashboard
			if n := d.booked(t); n != test.booked || d.Window != "HOUR" || len(d.Points) != 60 {
				t.Errorf("%s: %+v", name, d)
			}
			if d.Deliveries != nil && (d.Deliveries.Pending != test.pending || d.Deliveries.Delivered != 0) {
				t.Errorf("%s: %+v", name, d.Deliveries)
			}
			if (d.Points[0].Submissions != nil) != test.forms || (d.Points[0].Delivered != nil) != test.messages || (d.Deliveries != nil) != test.messages {
				t.Errorf("%s: %+v, %+v", name, d.Deliveries, d.Points[0])
			}
		}
	})
}

// What cannot be is refused, with the argument that it is about.
func TestBadDashboards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.owner(entdbtest.NewRows(t, s.client))
		for _, bad := range []vars{{"zone": "Mars/Olympus"}, {"zone": ""}, {"zone": "Local"}, {"zone": strings.Repeat("x", 65)}, {"window": "YEAR"}} {
			stream, err := o.EventStream(t.Context(), wholeDashboard, bad)
			if err == nil {
				err = stream.Next(t.Context(), nil)
				stream.Cut()
			}
			if !apptest.HasCode(err, "BAD_USER_INPUT") {
				t.Errorf("%v: %v", bad, err)
			}
		}
	})
}
