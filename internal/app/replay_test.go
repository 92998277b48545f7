package app_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/app"
	"slotcast/internal/config"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// screen is what a command prints, while it runs.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// replaying is the command while it runs, beside a server that is played.
type replaying struct {
	t      *testing.T
	db     *entdb.DB
	system context.Context
	out    screen
	ended  chan error
	stop   context.CancelFunc
}

func begin(t *testing.T, db *entdb.DB) *replaying {
	t.Helper()
	r := &replaying{t: t, db: db, system: viewer.System(t.Context()), ended: make(chan error, 1)}
	rows := entdbtest.NewRows(t, db.Client)
	db.Client.Replay.DeleteOneID(rows["Replay"]).ExecX(r.system)
	db.Client.Event.DeleteOneID(rows["Event"]).ExecX(r.system) // of a time to come
	db.Client.Process.Create().SetUntil(time.Now().Add(time.Hour).UnixMilli()).ExecX(r.system)
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client})
	if err != nil {
		t.Fatal(err)
	}
	shard := log.ShardOf(rows["App"])
	for range 4 {
		number := db.Client.Shard.UpdateOneID(shard).AddHead(1).SaveX(r.system).Head
		db.Client.Event.Create().SetAppID(rows["App"]).SetShard(shard).SetNumber(number).SetTrigger(domain.MeetingBooked).
			SetMeetingID(rows["Meeting"]).SetSeriesID(rows["Meeting"]).SetSequence(1).SetOccurredAt(time.Now().UTC().Add(-time.Hour)).
			SetSnapshot("{}").SetOwed([]string{}).ExecX(r.system)
	}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(t.Context())
	go func() {
		r.ended <- app.Replay(ctx, db, &r.out, config.Replay{Webhook: rows["Webhook"], From: "24h"}, 5*time.Millisecond)
	}()
	return r
}

// row waits until there is the replay.
func (r *replaying) row() *ent.Replay {
	r.t.Helper()
	return r.db.Client.Replay.GetX(r.system, r.until(regexp.MustCompile(`rpl_\w+`)))
}

// end waits for the command.
func (r *replaying) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(20 * time.Second):
		r.t.Fatalf("it does not end, and has printed %q", r.out.String())
		return nil
	}
}

// until waits for something to be printed.
func (r *replaying) until(what *regexp.Regexp) string {
	r.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		if text := what.FindString(r.out.String()); text != "" {
			return text
		}
		select {
		case <-tick.C:
		case err := <-r.ended:
			r.t.Fatalf("it ended with %v and has printed %q, want %s", err, r.out.String(), what)
		case <-deadline:
			r.t.Fatalf("it has printed %q, want %s", r.out.String(), what)
		}
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		r := begin(t, db)
		row := r.row()
		if row.End-row.Begin != 4 || row.Status != domain.ReplayRunning {
			t.Errorf("it began %v", row)
		}
		db.Client.Replay.UpdateOne(row).SetStatus(domain.ReplayDone).SetNumber(row.End).SetSent(3).SetDelivered(2).
			SetFinishedAt(time.Now().UTC()).ExecX(r.system)
		if err := r.end(); err != nil {
			t.Errorf("it ended with %v", err)
		}
		text := r.out.String()
		if !strings.Contains(text, "events to go through: 4") || !strings.Contains(text, "100%  3 sent\n") ||
			!strings.HasSuffix(text, "Done: 3 messages sent, 2 of them delivered at the first attempt.\n") {
			t.Errorf("it printed %q", text)
		}
	})
}

func TestReplayThatIsLeftAlone(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		r := begin(t, db)
		row := r.row()
		db.Client.Process.Delete().ExecX(r.system)
		r.until(regexp.MustCompile("No server runs"))
		r.stop()
		if err := r.end(); err != nil {
			t.Errorf("it ended with %v", err)
		}
		if want := fmt.Sprintf("It goes on. To stop it: mutation { cancelReplay(id: %q) { status } }\n", row.ID); !strings.HasSuffix(r.out.String(), want) {
			t.Errorf("it printed %q", r.out.String())
		}
		if after := db.Client.Replay.GetX(r.system, row.ID); after.Status != domain.ReplayRunning {
			t.Errorf("it is %s", after.Status)
		}
	})
}

func TestReplayThatIsCancelled(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		r := begin(t, db)
		db.Client.Replay.UpdateOne(r.row()).SetStatus(domain.ReplayCancelled).SetSent(7).SetFinishedAt(time.Now().UTC()).ExecX(r.system)
		if err := r.end(); err == nil || !strings.Contains(err.Error(), "cancelled when 7 messages") {
			t.Errorf("it ended with %v", err)
		}
	})
}

// TestReplayNeedsAServer: without one nothing begins.
func TestReplayNeedsAServer(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		system := viewer.System(t.Context())
		db.Client.Process.Create().SetUntil(time.Now().Add(-time.Second).UnixMilli()).ExecX(system)
		err := app.Replay(t.Context(), db, &screen{}, config.Replay{Webhook: "whk_1", From: "24h"}, time.Second)
		if err == nil || !strings.Contains(err.Error(), "start one") {
			t.Errorf("it ended with %v", err)
		}
		if n := db.Client.Replay.Query().CountX(system); n > 0 {
			t.Errorf("%d replays were made", n)
		}
	})
}

func TestMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 4, 10, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"24h": "2027-03-03T10:00:00Z", "7d": "2027-02-25T10:00:00Z", "90m": "2027-03-04T08:30:00Z", "0s": "2027-03-04T10:00:00Z",
		"2027-01-04T09:00:00Z": "2027-01-04T09:00:00Z", "2027-01-04T09:00:00+01:00": "2027-01-04T08:00:00Z",
		"": "", "yesterday": "", "-24h": "", "d": "", "-1d": "", "2027-01-04": "", "99999999d": "",
	} {
		got, err := app.Moment(text, now)
		if err != nil {
			if want != "" || !strings.Contains(err.Error(), "--from") {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q is %v, want %s", text, got, want)
		}
	}
}

// TestGauge: on a terminal one line that is written over, else one every five
// seconds, with rate and rest once they are known.
func TestGauge(t *testing.T) {
	t.Parallel()
	began := time.Date(2027, 3, 4, 10, 0, 0, 0, time.UTC)
	for _, terminal := range []bool{false, true} {
		var out strings.Builder
		show, line := app.Gauge(&out, terminal, 100, began)
		r := &ent.Replay{Status: domain.ReplayRunning, Begin: 100, End: 1100}
		for second := range 10 {
			r.Number, r.Sent = 100+int64(second)*100, second*90
			show(r, began.Add(time.Duration(second)*time.Second))
		}
		at := began.Add(10 * time.Second)
		r.Number, r.Sent, r.Status, r.FinishedAt = 1100, 900, domain.ReplayDone, &at
		show(r, at)
		line("End")
		text := out.String()
		if !strings.Contains(text, "50%  450 sent, 100 events/s, 5s to go") || !strings.Contains(text, "100%  900 sent") || !strings.HasSuffix(text, "\nEnd\n") {
			t.Errorf("terminal %v: it prints %q", terminal, text)
		}
		if lines, turns := strings.Count(text, "\n"), strings.Count(text, "\r"); terminal && (lines != 2 || turns != 11) || !terminal && (lines != 4 || turns != 0) {
			t.Errorf("terminal %v: %d lines and %d turns: %q", terminal, lines, turns, text)
		}
	}
}
