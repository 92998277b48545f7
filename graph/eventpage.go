package graph

import (
	"context"

	"slotcast/ent"
	"slotcast/graph/model"
	"slotcast/internal/apperr"
	"slotcast/internal/redelivery"
)

// logged is a page of the log.
func (r *Resolver) logged(ctx context.Context, after *ent.Cursor, first *int, where *model.EventWhereInput) (*model.EventConnection, error) {
	n := defaultPage
	if first != nil {
		if *first < 0 {
			return nil, apperr.BadInput("first", "a number of at least 0 is needed")
		}
		n = min(*first, maxPage)
	}
	filter, err := r.logFilter(ctx, where)
	if err != nil {
		return nil, err
	}
	var cursor *string
	if after != nil {
		cursor = &after.ID
	}
	page, err := r.again.Events(ctx, cursor, n, filter)
	if err != nil {
		return nil, err
	}
	out := &model.EventConnection{Edges: make([]*model.EventEdge, len(page.Events)), PageInfo: &ent.PageInfo{HasNextPage: page.More}}
	for i, e := range page.Events {
		out.Edges[i] = &model.EventEdge{Node: e, Cursor: ent.Cursor{ID: e.Position().Cursor()}}
	}
	if len(out.Edges) > 0 {
		out.PageInfo.StartCursor = &out.Edges[0].Cursor
	}
	out.PageInfo.EndCursor = &ent.Cursor{ID: page.End.Cursor()}
	return out, nil
}

// logFilter refuses what names nothing, like the filter of a subscription.
func (r *Resolver) logFilter(ctx context.Context, w *model.EventWhereInput) (redelivery.Filter, error) {
	if w == nil {
		return redelivery.Filter{}, nil
	}
	err := r.seen(ctx, &model.MeetingEventFilter{MeetingID: w.MeetingID, EventTypeIds: w.EventTypeIds})
	return redelivery.Filter{
		Triggers: w.Triggers, MeetingID: orZero(w.MeetingID), EventTypeIDs: w.EventTypeIds,
		From: orZero(w.OccurredAtGte), Before: orZero(w.OccurredAtLt),
	}, err
}
