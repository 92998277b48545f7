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
// it was then. Events are shared between readers and must not be changed.
type Event struct {
	ID         string         `json:"id"`
	AppID      string         `json:"appId"`
	Shard      int            `json:"shard"`
	Generation int64          `json:"generation"`
	Number     int64          `json:"number"` // in the shard: 1, 2, 3, without gaps
	Trigger    domain.Trigger `json:"trigger"`
	MeetingID  string         `json:"meetingId"`
	SeriesID   string         `json:"seriesId"` // events of one series are delivered in order
	AttendeeID string         `json:"attendeeId,omitempty"`
	Sequence   int            `json:"sequence"` // in the meeting: 1, 2, 3
	OccurredAt time.Time      `json:"occurredAt"`
	Owed       []string       `json:"owed"` // the webhooks to tell, fixed at commit
	Snapshot   string         `json:"snapshot"`

	decode  sync.Once
	meeting *ent.Meeting
	err     error
}

// Position returns the place behind the event.
func (e *Event) Position() Position {
	return Position{Shard: e.Shard, Generation: e.Generation, Number: e.Number}
}

// Meeting returns the meeting as it was when the event happened, with its event
// type, agents, attendees and payment in Edges. It is decoded once, belongs to
// all readers, and has no database behind it: nothing can be queried from it.
func (e *Event) Meeting() (*ent.Meeting, error) {
	e.decode.Do(func() {
		var m ent.Meeting
		if err := json.Unmarshal([]byte(e.Snapshot), &m); err != nil {
			e.err = fmt.Errorf("decoding the snapshot of event %s: %w", e.ID, err)
			return
		}
		for _, a := range m.Edges.Attendees {
			a.Edges.Meeting = &m
		}
		if m.Edges.Payment != nil {
			m.Edges.Payment.Edges.Meeting = &m
		}
		e.meeting = &m
	})
	return e.meeting, e.err
}

// snapshot writes the meeting with its edges as JSON. The edges must be loaded.
func snapshot(m *ent.Meeting) (string, error) {
	flat := *m
	flat.Edges = ent.MeetingEdges{
		EventType: m.Edges.EventType,
		Agents:    m.Edges.Agents,
		Attendees: m.Edges.Attendees,
		Payment:   m.Edges.Payment,
	}
	b, err := json.Marshal(&flat)
	if err != nil {
		return "", fmt.Errorf("encoding meeting %s: %w", m.ID, err)
	}
	return string(b), nil
}
