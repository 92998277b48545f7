package live_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/fanout"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// progress reads the next state of a replay.
func progress(t *testing.T, feed fanout.Feed, behind int64) (*ent.Replay, int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	items, at, err := feed.Read(ctx, behind, 10)
	if err != nil || len(items) != 1 || items[0].Place != at || at <= behind {
		t.Fatalf("Read = %v, %d, %v", items, at, err)
	}
	return items[0].Value.(*ent.Replay), at
}

func TestReplayAsItGoes(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s := show(t, db, live.NewChanges())
		id, replays := s.rows["Replay"], live.NewReplays(live.ReplaysConfig{Client: db.Client, Every: time.Millisecond})
		feed, err := replays.Feed(s.owner(), id)
		if err != nil {
			t.Fatal(err)
		}
		row, place := progress(t, feed, 0)
		if row.ID != id || row.Status != domain.ReplayRunning {
			t.Errorf("at first it is %v", row)
		}
		// Every change moves it, whatever clocks say; whoever is behind gets the last.
		past := time.Now().Add(-time.Hour)
		for _, change := range []func(u *ent.ReplayUpdateOne){
			func(u *ent.ReplayUpdateOne) { u.SetNumber(row.Number + 1) },
			func(u *ent.ReplayUpdateOne) { u.SetSent(1) },
			func(u *ent.ReplayUpdateOne) { u.SetDelivered(1) },
			func(u *ent.ReplayUpdateOne) { u.SetStatus(domain.ReplayCancelled).SetFinishedAt(past) },
		} {
			update := db.Client.Replay.UpdateOneID(id).SetUpdatedAt(past)
			change(update)
			want := update.SaveX(s.system)
			if row, place = progress(t, feed, place); row.Number != want.Number || row.Sent != want.Sent || row.Delivered != want.Delivered || row.Status != want.Status {
				t.Errorf("it is %v, want %v", row, want)
			}
		}
		if head, err := feed.Head(t.Context()); err != nil || head != place {
			t.Errorf("Head = %d, %v; want %d", head, err, place)
		}
		if items, _, err := feed.Read(t.Context(), place, 10); !errors.Is(err, io.EOF) || len(items) > 0 {
			t.Errorf("behind its end: %v, %v", items, err)
		}
		late, err := replays.Feed(s.owner(), id)
		if err != nil {
			t.Fatal(err)
		}
		if row, at := progress(t, late, 0); row.Status != domain.ReplayCancelled || at != place {
			t.Errorf("who comes late gets %v at %d, want %d", row, at, place)
		}
		db.Client.Replay.DeleteOneID(id).ExecX(s.system)
		if _, _, err := feed.Read(t.Context(), 0, 10); coded(err) != "NOT_FOUND id" {
			t.Errorf("of one that is gone: %v", err)
		}
	})
}

func TestReplaysOfOthers(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, other := show(t, db, live.NewChanges()), show(t, db, live.NewChanges())
		replays := live.NewReplays(live.ReplaysConfig{Client: db.Client})
		member := db.Client.Agent.Create().SetAppID(s.rows["App"]).SetName("Ben").SetEmail("ben@example.com").
			SetTimeZone("UTC").SetRole(domain.Member).SaveX(s.system)
		for name, tt := range map[string]struct {
			ctx  context.Context
			id   string
			want string
		}{
			"nobody":        {t.Context(), s.rows["Replay"], "UNAUTHENTICATED "},
			"an attendee":   {viewer.With(t.Context(), viewer.Viewer{AppID: s.rows["App"], Kind: viewer.Attendee}), s.rows["Replay"], "FORBIDDEN "},
			"another scope": {scoped(s, domain.MeetingsRead), s.rows["Replay"], "FORBIDDEN "},
			"another app's": {s.owner(), other.rows["Replay"], "NOT_FOUND id"},
			"none":          {s.owner(), typeid.New(typeid.Replay), "NOT_FOUND id"},
			"a member":      {s.as(member.ID, domain.Member), s.rows["Replay"], "NOT_FOUND id"},
		} {
			if _, err := replays.Feed(tt.ctx, tt.id); coded(err) != tt.want {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
		}
	})
}
