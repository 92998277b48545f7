package graph

import (
	"bytes"
	"context"

	"slotcast/ent"
	"slotcast/graph/scalar"
	"slotcast/internal/apperr"
	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

// offered is what a subscription's resolver returns: the viewer's feed, from a
// place on, shared with those of the same rights. resume is the argument that
// says where to begin, if the field has one.
func offered[T any](ctx context.Context, feed fanout.Feed, place int64, resume string) <-chan T {
	v, _ := viewer.From(ctx)
	return gqlhttp.Offer[T](ctx, gqlhttp.Stream{Feed: feed, Place: place, Share: v.Rights(), Resume: resume})
}

// resumable is a feed of events whose cursors are written as the API writes them.
type resumable struct{ *live.EventFeed }

// Read implements fanout.Feed.
func (f resumable) Read(ctx context.Context, behind int64, limit int) (items []fanout.Item, upTo int64, err error) {
	items, upTo, err = f.EventFeed.Read(ctx, behind, limit)
	for i := range items {
		items[i].Cursor = f.Cursor(items[i].Place)
	}
	return items, upTo, err
}

// Cursor returns what resumes behind a place.
func (f resumable) Cursor(place int64) string {
	var text bytes.Buffer
	scalar.MarshalCursor(ent.Cursor{ID: f.EventFeed.Cursor(place)}).MarshalGQL(&text)
	return string(bytes.Trim(text.Bytes(), `"`))
}

// resumed is the cursor to go on behind: that of the last event that an event
// stream's client got, which knows better than the request that it repeats.
func resumed(ctx context.Context, after *ent.Cursor) (*string, error) {
	if last := gqlhttp.LastEventID(ctx); last != "" {
		c, err := scalar.UnmarshalCursor(last)
		if err != nil {
			return nil, apperr.BadInput("Last-Event-ID", "%s", err.Error())
		}
		return &c.ID, nil
	}
	if after == nil {
		return nil, nil //nolint:nilnil // from now on
	}
	return &after.ID, nil
}
