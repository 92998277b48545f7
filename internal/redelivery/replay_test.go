package redelivery_test

import (
	"strings"
	"testing"
	"time"

	"slotcast/ent/auditentry"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/redelivery"
	"slotcast/internal/typeid"
)

// history tells n events, ten minutes apart, the last one an hour ago.
func (e *env) history(n int) (all []*eventlog.Event, first time.Time) {
	e.t.Helper()
	first = time.Now().UTC().Truncate(time.Microsecond).Add(-time.Hour - time.Duration(n-1)*10*time.Minute)
	m := e.meeting()
	for i := range n {
		e.now = first.Add(time.Duration(i) * 10 * time.Minute)
		all = append(all, e.tell(m, domain.MeetingBooked))
	}
	return all, first
}

// TestReplayCoversItsRange: whatever lies in the range is in the part of the log
// that is gone through, with few others, of this app and of none beside.
func TestReplayCoversItsRange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		all, first := e.history(20)
		for _, tt := range []struct{ from, to time.Duration }{
			{0, time.Minute}, {0, 10 * time.Minute}, {55 * time.Minute, 2 * time.Hour}, {-time.Hour, 10 * time.Hour},
			{190 * time.Minute, 191 * time.Minute}, {30 * time.Second, 9 * time.Minute}, {-5 * time.Hour, -4 * time.Hour},
		} {
			w := e.hook().SaveX(e.system)
			from, to := first.Add(tt.from), first.Add(tt.to)
			r, err := e.Replay(e.owner, redelivery.Range{WebhookID: w.ID, From: from, To: &to})
			must(t, err)
			n := 0
			for _, of := range all {
				inside := !of.OccurredAt.Before(from) && of.OccurredAt.Before(to)
				if covered := of.Number > r.Begin && of.Number <= r.End; inside && !covered {
					t.Errorf("%v to %v: event %d is left out of %d to %d", tt.from, tt.to, of.Number, r.Begin, r.End)
				} else if inside {
					n++
				}
			}
			if extra := int(r.End-r.Begin) - n; extra > 2 {
				t.Errorf("%v to %v: it goes through %d events for %d", tt.from, tt.to, r.End-r.Begin, n)
			}
			want := domain.ReplayRunning
			if r.Begin == r.End {
				want = domain.ReplayDone
			}
			if r.Status != want || r.Number != r.Begin || r.Shard != e.log.ShardOf(e.app.ID) || (r.FinishedAt != nil) != (want == domain.ReplayDone) {
				t.Errorf("%v to %v: it is %v", tt.from, tt.to, r)
			}
		}
	})
}

// TestReplayOfWhatIsKept begins where the log does.
func TestReplayOfWhatIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		all, first := e.history(6)
		for _, gone := range all[:3] {
			e.db.Client.Event.DeleteOneID(gone.ID).ExecX(e.system)
		}
		r, err := e.Replay(e.owner, redelivery.Range{WebhookID: e.hook().SaveX(e.system).ID, From: first})
		must(t, err)
		if r.Begin != all[3].Number-1 || r.End != all[5].Number {
			t.Errorf("it goes from %d to %d, kept are %d to %d", r.Begin, r.End, all[3].Number, all[5].Number)
		}
	})
}

func TestOneReplayAtATime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		_, first := e.history(3)
		w := e.hook().SetState(domain.WebhookPaused).SaveX(e.system)
		what := redelivery.Range{WebhookID: w.ID, From: first, Triggers: []domain.Trigger{domain.MeetingBooked}, OnlyFailed: true}
		r, err := e.Replay(e.owner, what)
		must(t, err)
		if len(r.Triggers) != 1 || !r.OnlyFailed || r.AgentID != e.agent.ID || r.To.After(time.Now()) {
			t.Errorf("made %v", r)
		}
		_, err = e.Replay(e.owner, what)
		refused(t, "a second one", err, "CONFLICT webhookId")
		if err != nil && !strings.Contains(err.Error(), r.ID) {
			t.Errorf("it does not name the other: %v", err)
		}
		if _, err := e.Replay(e.owner, redelivery.Range{WebhookID: e.hook().SaveX(e.system).ID, From: first}); err != nil {
			t.Errorf("of another webhook: %v", err)
		}
		stopped, err := e.CancelReplay(e.owner, r.ID)
		if err != nil || stopped.Status != domain.ReplayCancelled || stopped.FinishedAt == nil {
			t.Errorf("stopped %v, %v", stopped, err)
		}
		again, err := e.CancelReplay(e.owner, r.ID)
		if err != nil || again.Status != domain.ReplayCancelled {
			t.Errorf("stopped twice: %v, %v", again, err)
		}
		if got := e.audited(r.ID); len(got) != 2 || got[0] != domain.AuditReplayStarted || got[1] != domain.AuditReplayCancelled {
			t.Errorf("audited %v", got)
		}
		next, err := e.Replay(e.owner, what)
		must(t, err)
		e.db.Client.Replay.UpdateOne(next).SetStatus(domain.ReplayDone).ExecX(e.system)
		_, err = e.CancelReplay(e.owner, next.ID)
		refused(t, "one that is done", err, "CONFLICT")
	})
}

func TestReplayIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		_, first := e.history(1)
		hours := func(n int) *time.Time { at := time.Now().Add(time.Duration(n) * time.Hour); return &at }
		w := e.hook().SaveX(e.system)
		off := e.hook().SetState(domain.WebhookDisabled).SaveX(e.system)
		for _, tt := range []struct {
			name, want string
			r          redelivery.Range
		}{
			{"to before from", "BAD_USER_INPUT to", redelivery.Range{WebhookID: w.ID, From: first, To: hours(-24)}},
			{"to at from", "BAD_USER_INPUT to", redelivery.Range{WebhookID: w.ID, From: first, To: &first}},
			{"from in the future", "BAD_USER_INPUT from", redelivery.Range{WebhookID: w.ID, From: *hours(1), To: hours(2)}},
			{"from no time", "BAD_USER_INPUT from", redelivery.Range{WebhookID: w.ID}},
			{"from before the first year", "BAD_USER_INPUT from", redelivery.Range{WebhookID: w.ID, From: time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)}},
			{"unknown trigger", "BAD_USER_INPUT triggers.0", redelivery.Range{WebhookID: w.ID, From: first, Triggers: []domain.Trigger{"X"}}},
			{"trigger twice", "BAD_USER_INPUT triggers.1", redelivery.Range{WebhookID: w.ID, From: first, Triggers: []domain.Trigger{domain.MeetingBooked, domain.MeetingBooked}}},
			{"unknown webhook", "NOT_FOUND webhookId", redelivery.Range{WebhookID: typeid.New(typeid.Webhook), From: first}},
			{"disabled webhook", "CONFLICT webhookId", redelivery.Range{WebhookID: off.ID, From: first}},
		} {
			_, err := e.Replay(e.owner, tt.r)
			refused(t, tt.name, err, tt.want)
			_, err = e.ReplayAsSystem(t.Context(), tt.r)
			refused(t, tt.name+", as the operator", err, tt.want)
		}
		what := redelivery.Range{WebhookID: w.ID, From: first, To: hours(1)}
		_, err := e.Replay(e.as(e.person(e.app, domain.Member)), what)
		refused(t, "a member's, of the app", err, "NOT_FOUND webhookId")
		_, err = e.Replay(e.as(e.agent, domain.WebhooksRead), what)
		refused(t, "by a reader", err, "FORBIDDEN")
		if n := e.db.Client.Replay.Query().CountX(e.system); n != 0 {
			t.Errorf("%d replays were made", n)
		}
		_, err = e.CancelReplay(e.owner, typeid.New(typeid.Replay))
		refused(t, "stopping an unknown one", err, "NOT_FOUND id")
	})
}

// TestReplayByTheOperator is by nobody of the app, and its owner reads so.
func TestReplayByTheOperator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		_, first := e.history(2)
		r, err := e.ReplayAsSystem(t.Context(), redelivery.Range{WebhookID: e.hook().SaveX(e.system).ID, From: first})
		must(t, err)
		seen, err := e.db.Client.Replay.Get(e.owner, r.ID)
		if err != nil || seen.End-seen.Begin != 2 {
			t.Errorf("the owner sees %v, %v", seen, err)
		}
		entry, err := e.db.Client.AuditEntry.Query().Where(auditentry.TargetID(r.ID)).Only(e.owner)
		if err != nil || entry.ActorType != domain.ActorSystem || entry.ActorID != nil {
			t.Errorf("the audit log says %v, %v", entry, err)
		}
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		_, first := e.history(4)
		r, err := e.Replay(e.owner, redelivery.Range{WebhookID: e.hook().SaveX(e.system).ID, From: first})
		must(t, err)
		for number, want := range map[int64]float64{r.Begin: 0, r.Begin + 1: 0.25, r.End: 1, r.End + 5: 1, r.Begin - 1: 0} {
			r.Number = number
			if got := redelivery.Progress(r); got != want {
				t.Errorf("at %d of %d to %d it is %v, want %v", number, r.Begin, r.End, got, want)
			}
		}
		r.Number, r.Status = r.Begin, domain.ReplayDone
		if got := redelivery.Progress(r); got != 1 {
			t.Errorf("done, and it is %v", got)
		}
	})
}
