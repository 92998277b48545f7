package eventlog

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// Event is one entry of the log: what happened to a meeting, and the meeting as
// it was then; or that a routing form was submitted, and the submission. Events
// are shared between readers and must not be changed.
type Event struct {
	ID         string         `json:"id"`
	AppID      string         `json:"appId"`
	Shard      int            `json:"shard"`
	Generation int64          `json:"generation"`
	Number     int64          `json:"number"` // in the shard: 1, 2, 3, without gaps
	Trigger    domain.Trigger `json:"trigger"`
	MeetingID  string         `json:"meetingId"` // empty for a submission
	SeriesID   string         `json:"seriesId"`  // events of one series are delivered in order
	AttendeeID string         `json:"attendeeId,omitempty"`
	Sequence   int            `json:"sequence"` // in the meeting: 1, 2, 3
	OccurredAt time.Time      `json:"occurredAt"`
	Owed       []string       `json:"owed"` // the messages to send, fixed at commit; see [Owing]
	Snapshot   string         `json:"snapshot"`
	Body       string         `json:"body,omitempty"` // see BodyFunc; empty: it can be made of the snapshot

	decode sync.Once
	told   record
	err    error
}

// record is a snapshot: a meeting whose keys stand at the top, or a submission.
type record struct {
	*ent.Meeting
	Previous   *ent.Meeting               `json:"previous,omitempty"`
	Submission *ent.RoutingFormSubmission `json:"submission,omitempty"`
}

// Position returns the place behind the event.
func (e *Event) Position() Position {
	return Position{Shard: e.Shard, Generation: e.Generation, Number: e.Number}
}

// Meeting returns the meeting as it was when the event happened, with its event
// type, agents, attendees and payment in Edges; nil for a submission. It is
// decoded once, belongs to all readers, and has no database behind it: nothing
// can be queried from it.
func (e *Event) Meeting() (*ent.Meeting, error) {
	r, err := e.read()
	return r.Meeting, err
}

// Previous returns, of a reschedule, the meeting that was replaced, as it was
// then, with its agents and attendees; else nil. What Meeting says holds for it.
func (e *Event) Previous() (*ent.Meeting, error) {
	r, err := e.read()
	return r.Previous, err
}

// Submission returns what was submitted, with its routing form; nil for what
// happened to a meeting. What Meeting says holds for it.
func (e *Event) Submission() (*ent.RoutingFormSubmission, error) {
	r, err := e.read()
	return r.Submission, err
}

func (e *Event) read() (record, error) {
	e.decode.Do(func() {
		var r record
		if err := json.Unmarshal([]byte(e.Snapshot), &r); err != nil {
			e.err = fmt.Errorf("decoding the snapshot of event %s: %w", e.ID, err)
			return
		}
		if r.Submission != nil {
			r.Meeting = nil
		}
		for _, m := range []*ent.Meeting{r.Meeting, r.Previous} {
			leadBack(m)
		}
		e.told = r
	})
	return e.told, e.err
}

// leadBack lets what is part of a meeting lead back to it.
func leadBack(m *ent.Meeting) {
	if m == nil {
		return
	}
	for _, a := range m.Edges.Attendees {
		a.Edges.Meeting = m
	}
	if m.Edges.Payment != nil {
		m.Edges.Payment.Edges.Meeting = m
	}
}

// snapshot writes what a draft tells as JSON. The edges must be loaded.
func snapshot(d *Draft) (string, error) {
	r := record{Meeting: flat(d.Meeting), Previous: flat(d.Previous), Submission: d.Submission}
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encoding what %s tells: %w", d.Trigger, err)
	}
	return string(b), nil
}

// flat is a meeting with the edges that tell of it, and no others.
func flat(m *ent.Meeting) *ent.Meeting {
	if m == nil {
		return nil
	}
	copied := *m
	copied.Edges = ent.MeetingEdges{
		EventType: m.Edges.EventType,
		Agents:    m.Edges.Agents,
		Attendees: m.Edges.Attendees,
		Payment:   m.Edges.Payment,
	}
	return &copied
}
