package live_test

import (
	"context"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/fanout"
	"slotcast/internal/live"
)

// A group may still read the feed of one who has left when somebody joins it who
// has just come: what has changed since then comes, though for a moment nobody
// watched the app.
func TestWhoComesWhenTheLastHasJustLeft(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		for name, tt := range map[string]struct{ unread, left bool }{
			"the group waits":                  {},
			"it has not read all":              {unread: true},
			"it looks when nobody watches":     {left: true},
			"it has not read all, and then so": {unread: true, left: true},
		} {
			s := show(t, db, live.NewChanges())
			ctx, leave := context.WithCancel(s.owner())
			feed, place := s.feed(ctx, nil)
			id := s.send(s.rows["Webhook"])
			if tt.unread {
				s.tell(id)
			}
			came := make(chan []fanout.Item, 1)
			group := func() {
				for at, tries := place, 0; tries < 2; tries++ {
					items, upTo, err := feed.Read(s.owner(), at, 10)
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if at = upTo; len(items) > 0 {
						came <- items
						return
					}
				}
				came <- nil
			}
			if !tt.left && !tt.unread {
				go group()
			}
			leave()
			unwatched(t, s.changes)
			if tt.left {
				go group()
			}
			again, from := s.feed(s.owner(), nil)
			if !tt.left && tt.unread {
				go group()
			}
			s.becomes(id, domain.DeliveryDelivered)
			s.tell(id)
			items := <-came
			if len(items) != 1 || items[0].Place <= from {
				t.Errorf("%s: behind %d come %v", name, from, items)
			}
			if head, err := again.Head(t.Context()); err != nil || head != from+1 {
				t.Errorf("%s: the head is %d, %v; want %d", name, head, err, from+1)
			}
		}
	})
}
