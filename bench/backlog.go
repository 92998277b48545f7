package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// bodySize is about how large the bodies are that are sent.
const bodySize = 2 << 10

// largeSample books a meeting whose native body has bodySize, and returns its
// event and the body.
func (f *fixture) largeSample(ctx context.Context) (*ent.Event, []byte, error) {
	small, body, err := f.bodySample(ctx, "")
	if err != nil || len(body) >= bodySize {
		return small, body, err
	}
	note := strings.Builder{}
	for note.Len() < bodySize-len(body)-40 { // a note has keys around it
		note.WriteString(strings.TrimPrefix(typeid.New(typeid.Event), "evt_")[10:] + " ")
	}
	return f.bodySample(ctx, note.String())
}

func (f *fixture) bodySample(ctx context.Context, note string) (*ent.Event, []byte, error) {
	owner := viewer.With(ctx, viewer.Viewer{AppID: f.appID, AgentID: f.ownerID, Role: domain.Owner})
	free := f.next()
	in := booking.BookInput{
		EventTypeID: free.eventTypeID, Start: free.start, CreateByContact: true,
		Attendees: []booking.AttendeeInput{{Name: "Ana Ruiz", Email: "ana@example.org"}},
	}
	if note != "" {
		in.Notes = []string{note}
	}
	made, err := booking.New(booking.Config{Client: f.db.Client, Log: f.log}).Book(owner, in)
	if err != nil {
		return nil, nil, fmt.Errorf("booking a sample: %w", err)
	}
	row, err := f.db.Client.Event.Query().Where(event.MeetingID(made.Meeting.ID)).Only(viewer.System(ctx))
	if err != nil {
		return nil, nil, fmt.Errorf("reading the sample's event: %w", err)
	}
	events, err := f.log.ByID(ctx, row.ID)
	if err != nil {
		return nil, nil, err
	}
	body, err := wire.Native(events[row.ID])
	row.Body = string(body) // as if it were owed to somebody
	return row, body, err
}

//go:embed sql/append_events.sql
var appendEvents string

// appendedAtOnce is how many events one statement appends.
const appendedAtOnce = 5000

// append adds n events to the log, each owed to one webhook, whose turn it is.
// Booking as many would take longer than delivering them. Nobody is told of
// them: servers find them in the table.
func (f *fixture) append(ctx context.Context, sample *ent.Event, all []*tenant, n int) error {
	for i, t := range all {
		share := n / len(all)
		if i < n%len(all) {
			share++
		}
		for from := 0; from < share; from += appendedAtOnce {
			if err := f.appendTo(ctx, sample, t, from, min(appendedAtOnce, share-from)); err != nil {
				return fmt.Errorf("appending events: %w", err)
			}
		}
	}
	return nil
}

func (f *fixture) appendTo(ctx context.Context, sample *ent.Event, t *tenant, from, n int) error {
	var ids, meetings, webhooks []string
	for i := range n {
		ids, meetings = append(ids, typeid.New(typeid.Event)), append(meetings, typeid.New(typeid.Meeting))
		webhooks = append(webhooks, t.hooks[(from+i)%len(t.hooks)])
	}
	tx, err := f.db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing is left to roll back after the commit
	var head int64
	if err := tx.QueryRowContext(ctx, "UPDATE shards SET head = head + $2 WHERE id = $1 RETURNING head", t.shard, n).Scan(&head); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, appendEvents, t.appID, t.shard, head-int64(n), domain.MeetingBooked, time.Now().UTC(),
		sample.Snapshot, sample.MeetingID, pq.Array(ids), pq.Array(meetings), pq.Array(webhooks), sample.Body)
	if err != nil {
		return err
	}
	return tx.Commit()
}
