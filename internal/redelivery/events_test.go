package redelivery_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/redelivery"
	"slotcast/internal/typeid"
)

// poll goes through the log page by page, as a client does.
func (e *env) poll(ctx context.Context, t interface{ Fatalf(string, ...any) }, after *string, first int, f redelivery.Filter) (ids []string, end string) {
	for range 1000 {
		page, err := e.Events(ctx, after, first, f)
		if err != nil {
			t.Fatalf("reading behind %v: %v", after, err)
		}
		if len(page.Events) > first {
			t.Fatalf("%d events in a page of %d", len(page.Events), first)
		}
		for _, of := range page.Events {
			ids = append(ids, of.ID)
		}
		end = page.End.Cursor()
		if !page.More {
			return ids, end
		}
		if after != nil && *after == end && first > 0 {
			t.Fatalf("it does not get on from %v", page.End)
		}
		next := end
		after = &next
	}
	t.Fatalf("it does not end")
	return nil, ""
}

// TestEvents compares what a client gets that goes through the log, with any
// filter and any size of page, with what there is.
func TestEvents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		foreign := *e
		foreign.app = e.db.Client.App.Create().SetName("Other").SaveX(e.system)
		other := e.sort("other")
		meetings := []*ent.Meeting{e.meeting(), e.meeting()}
		e.kind = other
		meetings = append(meetings, e.meeting())
		kinds := map[string]string{}
		for _, m := range meetings {
			kinds[m.ID] = m.EventTypeID
		}
		theirs := *meetings[0]
		theirs.AppID = foreign.app.ID
		var all []*eventlog.Event
		start := time.Now().UTC().Truncate(time.Second).Add(-10 * time.Hour)
		for i := range 60 {
			e.now = start.Add(time.Duration(i) * 10 * time.Minute)
			all = append(all, e.tell(meetings[i%3], triggers()[i%4]))
			e.tell(&theirs, domain.MeetingBooked)
		}
		rapid.Check(t, func(rt *rapid.T) {
			f := redelivery.Filter{
				Triggers:     rapid.SliceOfNDistinct(rapid.SampledFrom(triggers()), 0, 3, rapid.ID[domain.Trigger]).Draw(rt, "triggers"),
				MeetingID:    rapid.SampledFrom([]string{"", "", meetings[0].ID, meetings[2].ID}).Draw(rt, "meeting"),
				EventTypeIDs: rapid.SampledFrom([][]string{nil, {other.ID}, {meetings[0].EventTypeID, other.ID}}).Draw(rt, "event types"),
			}
			if rapid.Bool().Draw(rt, "from") {
				f.From = start.Add(time.Duration(rapid.IntRange(-20, 620).Draw(rt, "minutes")) * time.Minute)
			}
			if rapid.Bool().Draw(rt, "before") {
				f.Before = start.Add(time.Duration(rapid.IntRange(-20, 700).Draw(rt, "until")) * time.Minute)
			}
			behind := rapid.IntRange(-1, len(all)-1).Draw(rt, "behind")
			var after *string
			if behind >= 0 {
				c := all[behind].Position().Cursor()
				after = &c
			}
			var want []string
			for i, of := range all {
				if i > behind && (len(f.Triggers) == 0 || slices.Contains(f.Triggers, of.Trigger)) &&
					(f.MeetingID == "" || f.MeetingID == of.MeetingID) &&
					(len(f.EventTypeIDs) == 0 || slices.Contains(f.EventTypeIDs, kinds[of.MeetingID])) &&
					(f.From.IsZero() || !of.OccurredAt.Before(f.From)) && (f.Before.IsZero() || of.OccurredAt.Before(f.Before)) {
					want = append(want, of.ID)
				}
			}
			got, end := e.poll(e.owner, rt, after, rapid.IntRange(1, 20).Draw(rt, "first"), f)
			if !slices.Equal(got, want) {
				rt.Fatalf("got %d events, want %d", len(got), len(want))
			}
			if more, _ := e.poll(e.owner, rt, &end, 10, f); len(more) > 0 {
				rt.Fatalf("%d events come twice", len(more))
			}
		})
	})
}

// TestEventsThatComeLater: whoever asks again with the end of the last page gets
// them once, also where nothing had passed his filter.
func TestEventsThatComeLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rare := redelivery.Filter{Triggers: []domain.Trigger{domain.MeetingNoShow}}
		none, end := e.poll(e.owner, t, nil, 5, rare)
		m := e.meeting()
		e.tell(m, domain.MeetingBooked)
		none2, end := e.poll(e.owner, t, &end, 5, rare)
		want := e.tell(m, domain.MeetingNoShow)
		got, end := e.poll(e.owner, t, &end, 5, rare)
		last, _ := e.poll(e.owner, t, &end, 5, rare)
		if len(none)+len(none2)+len(last) > 0 || !slices.Equal(got, []string{want.ID}) {
			t.Errorf("got %v, then %v, then %v, then %v", none, none2, got, last)
		}
		page, err := e.Events(e.owner, nil, 1, redelivery.Filter{})
		if err != nil || !page.More || len(page.Events) != 1 {
			t.Errorf("one of two: %+v, %v", page, err)
		}
		if page, err = e.Events(e.owner, nil, 2, redelivery.Filter{}); err != nil || page.More || len(page.Events) != 2 {
			t.Errorf("two of two: %+v, %v", page, err)
		}
		if page, err = e.Events(e.owner, nil, 0, redelivery.Filter{}); err != nil || !page.More || len(page.Events) != 0 || page.End.Number != 0 {
			t.Errorf("none of two: %+v, %v", page, err)
		}
	})
}

// TestEventsLookThroughALongLog: where little passes the filter, a page ends
// before the log does, and says so.
func TestEventsLookThroughALongLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		const n = 11 * redelivery.Stretch
		m := e.meeting()
		first := e.tell(m, domain.MeetingBooked)
		rows := make([]*ent.EventCreate, 0, 500)
		for number := first.Number + 1; number <= n; number++ {
			rows = append(rows, e.db.Client.Event.Create().SetID(typeid.New(typeid.Event)).SetAppID(e.app.ID).SetShard(first.Shard).
				SetNumber(number).SetTrigger(domain.MeetingBooked).SetMeetingID(m.ID).SetSeriesID(m.ID).SetSequence(1).
				SetOccurredAt(first.OccurredAt).SetSnapshot("{}").SetOwed([]string{}))
			if len(rows) == cap(rows) || number == n {
				e.db.Client.Event.CreateBulk(rows...).ExecX(e.system)
				rows = rows[:0]
			}
		}
		e.db.Client.Shard.UpdateOneID(first.Shard).SetHead(n).ExecX(e.system)
		want := e.tell(m, domain.MeetingNoShow)
		rare := redelivery.Filter{Triggers: []domain.Trigger{domain.MeetingNoShow}}
		page, err := e.Events(e.owner, nil, 5, rare)
		if err != nil || len(page.Events) != 0 || !page.More || page.End.Number != 10*redelivery.Stretch {
			t.Errorf("the first page: %d events, up to %v, %v", len(page.Events), page.End, err)
		}
		if got, _ := e.poll(e.owner, t, nil, 5, rare); !slices.Equal(got, []string{want.ID}) {
			t.Errorf("got %v, want %s", got, want.ID)
		}
	})
}

func TestEventsOfMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		member := e.person(e.app, domain.Member)
		e.tell(e.meeting(), domain.MeetingBooked)
		mine := e.tell(e.meeting(e.agent, member), domain.MeetingBooked)
		if got, _ := e.poll(e.as(member), t, nil, 5, redelivery.Filter{}); !slices.Equal(got, []string{mine.ID}) {
			t.Errorf("a member gets %v, hosts %s", got, mine.ID)
		}
		if got, _ := e.poll(e.owner, t, nil, 5, redelivery.Filter{}); len(got) != 2 {
			t.Errorf("the owner gets %v", got)
		}
	})
}

func TestEventsBehindABadCursor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		m := e.meeting()
		first := e.tell(m, domain.MeetingBooked)
		second := e.tell(m, domain.MeetingCanceled)
		e.db.Client.Event.DeleteOneID(first.ID).ExecX(e.system)
		at := func(shard int, generation, number int64) string {
			return eventlog.Position{Shard: shard, Generation: generation, Number: number}.Cursor()
		}
		for cursor, want := range map[string]string{
			"": "BAD_USER_INPUT after", "%%": "BAD_USER_INPUT after", e.app.ID: "BAD_USER_INPUT after",
			at(first.Shard+1, first.Generation, 0):  "BAD_USER_INPUT after",
			at(first.Shard, first.Generation, 1000): "BAD_USER_INPUT after",
			at(first.Shard, 7, 0):                   "CURSOR_EXPIRED",
			at(first.Shard, first.Generation, 0):    "CURSOR_EXPIRED",
			first.Position().Cursor():               "",
			second.Position().Cursor():              "",
		} {
			_, err := e.Events(e.owner, &cursor, 5, redelivery.Filter{})
			refused(t, cursor, err, want)
		}
		if got, _ := e.poll(e.owner, t, nil, 5, redelivery.Filter{}); !slices.Equal(got, []string{second.ID}) {
			t.Errorf("from the beginning: %v, kept is %s", got, second.ID)
		}
	})
}
