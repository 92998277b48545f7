package graph_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/app/apptest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const replay = `mutation($in: ReplayEventsInput!) { replayEvents(input: $in) { id status triggers onlyFailed progress sent delivered finishedAt webhook { id } } }`

func TestReplay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, nil)
		began := time.Now().Add(-time.Minute)
		o.book(t, 1)
		made := o.run(t, replay, in(vars{"webhookId": hook, "from": began, "triggers": []string{"MEETING_BOOKED"}, "onlyFailed": true}))
		id := made["id"]
		want := vars{
			"id": id, "status": "RUNNING", "triggers": []any{"MEETING_BOOKED"}, "onlyFailed": true, "progress": 0.0, "sent": 0.0,
			"delivered": 0.0, "finishedAt": nil, "webhook": vars{"id": hook},
		}
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("made (-want +got):\n%s", diff)
		}
		o.refused(t, badInput{"a second one", replay, in(vars{"webhookId": hook, "from": began}), "CONFLICT", "webhookId"})
		read := o.run(t, `query($id: ID!) { replay(id: $id) { id status } }`, vars{"id": id})
		if read["status"] != "RUNNING" {
			t.Errorf("read %v", read)
		}
		var list struct {
			Replays struct {
				Edges []struct{ Node struct{ ID string } }
			}
		}
		o.Do(t, `query($w: ReplayWhereInput) { replays(where: $w) { edges { node { id } } } }`, vars{"w": vars{"webhookID": hook, "status": "RUNNING"}}, &list)
		if edges := list.Replays.Edges; len(edges) != 1 || edges[0].Node.ID != id {
			t.Errorf("listed %v", edges)
		}
		stopped := o.run(t, `mutation($id: ID!) { cancelReplay(id: $id) { status finishedAt } }`, vars{"id": id})
		if stopped["status"] != "CANCELLED" || stopped["finishedAt"] == nil {
			t.Errorf("stopped %v", stopped)
		}
		if empty := o.run(t, replay, in(vars{"webhookId": hook, "from": began.Add(-24 * time.Hour), "to": began.Add(-23 * time.Hour)})); empty["status"] != "DONE" || empty["progress"] != 1.0 {
			t.Errorf("of nothing: %v", empty)
		}
	})
}

func TestBadReplays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		good, theirs := vars{"webhookId": o.hooked(t, nil), "from": time.Now().Add(-time.Hour)}, other.hooked(t, nil)
		before := s.rows(t)
		for _, tt := range []struct {
			name, field string
			value       any
			code, at    string
		}{
			{"of no webhook", "webhookId", typeid.New(typeid.Webhook), "NOT_FOUND", "webhookId"},
			{"of another app's", "webhookId", theirs, "NOT_FOUND", "webhookId"},
			{"without a webhook", "webhookId", nil, "BAD_USER_INPUT", "webhookId"},
			{"with NUL", "webhookId", "whk_\x00", "BAD_USER_INPUT", "webhookId"},
			{"from nowhere", "from", "yesterday", "BAD_USER_INPUT", "from"},
			{"from tomorrow", "from", time.Now().Add(24 * time.Hour), "BAD_USER_INPUT", "from"},
			{"to before from", "to", time.Now().Add(-2 * time.Hour), "BAD_USER_INPUT", "to"},
			{"of an unknown trigger", "triggers", []string{"MEETING_EATEN"}, "BAD_USER_INPUT", "triggers.0"},
			{"of a trigger twice", "triggers", []string{"MEETING_BOOKED", "MEETING_BOOKED"}, "BAD_USER_INPUT", "triggers.1"},
			{"with an unknown field", "shard", 1, "BAD_USER_INPUT", "shard"},
		} {
			o.refused(t, badInput{"replay " + tt.name, replay, in(with(good, tt.field, tt.value)), tt.code, tt.at})
		}
		const cancelReplay = `mutation($id: ID!) { cancelReplay(id: $id) { id } }`
		o.refused(t, badInput{"cancel nothing", cancelReplay, vars{"id": typeid.New(typeid.Replay)}, "NOT_FOUND", "id"})
		o.refused(t, badInput{"cancel with NUL", cancelReplay, vars{"id": "rpl_\x00"}, "BAD_USER_INPUT", "id"})
		if after := s.rows(t); after != before {
			t.Errorf("something changed:\n%s", cmp.Diff(before, after))
		}
	})
}

// TestReplayProgress: it is shown as it is, and at each change until it is over.
func TestReplayProgress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		hook := o.hooked(t, nil)
		o.book(t, 1)
		id := o.run(t, replay, in(vars{"webhookId": hook, "from": time.Now().Add(-time.Minute)}))["id"].(string)
		const progress = `subscription($id: ID!) { replayProgress(id: $id) { id status sent progress webhook { id } } }`
		var out struct {
			ReplayProgress struct {
				ID, Status string
				Sent       int
			}
		}
		stream, err := o.WebSocket(t.Context(), progress, vars{"id": id})
		must(t, err)
		stream.Receive(t, &out)
		if got := out.ReplayProgress; got.ID != id || got.Status != "RUNNING" || got.Sent != 0 {
			t.Errorf("at first it is %+v", got)
		}
		must(t, s.client.Replay.UpdateOneID(id).SetSent(3).Exec(viewer.System(t.Context())))
		if stream.Receive(t, &out); out.ReplayProgress.Sent != 3 {
			t.Errorf("then it is %+v", out.ReplayProgress)
		}
		o.run(t, `mutation($id: ID!) { cancelReplay(id: $id) { id } }`, vars{"id": id})
		if stream.Receive(t, &out); out.ReplayProgress.Status != "CANCELLED" {
			t.Errorf("at last it is %+v", out.ReplayProgress)
		}
		if err := stream.End(t); !apptest.Completed(err) {
			t.Errorf("it ends with %v", err)
		}
		late, err := o.EventStream(t.Context(), progress, vars{"id": id})
		must(t, err)
		if late.Receive(t, &out); out.ReplayProgress.Status != "CANCELLED" {
			t.Errorf("who comes late gets %+v", out.ReplayProgress)
		}
		if err := late.End(t); !apptest.Completed(err) {
			t.Errorf("for who comes late it ends with %v", err)
		}
		none, err := o.WebSocket(t.Context(), progress, vars{"id": typeid.New(typeid.Replay)})
		must(t, err)
		if err := none.End(t); !apptest.HasCode(err, "NOT_FOUND") {
			t.Errorf("none: %v", err)
		}
	})
}
