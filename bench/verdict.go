package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"slotcast/internal/eventlog"
)

// toll is what chaos did and what came of it. With -json it is the last line.
type toll struct {
	Name  string `json:"name"`
	Quick bool   `json:"quick"`

	Kills      int `json:"kills"`
	Flushes    int `json:"flushes"`
	RedisKills int `json:"redisKills"`
	Restarts   int `json:"restarts"`
	Freezes    int `json:"freezes"`
	Exits      int `json:"exits"` // servers that ended by themselves

	Events     int     `json:"events"`
	Commands   int     `json:"commands"` // of the API, among them
	Deliveries int     `json:"deliveries"`
	Duplicates int     `json:"duplicates"` // under the same webhook-id: allowed
	Seconds    float64 `json:"seconds"`

	// what may not be
	Lost       int `json:"lost"`       // messages owed that never came, and commits acknowledged that are not in the log
	Inversions int `json:"inversions"` // first arrivals behind a later event of the same webhook and series
	Strangers  int `json:"strangers"`  // ids that came and are not owed to that webhook
	Unrecorded int `json:"unrecorded"` // messages owed without exactly one row that says DELIVERED, and other rows
	FencedRows int `json:"fencedRows"` // rows written without the shard's lease
}

var errChaos = errors.New("chaos found what may not be")

// broken says what is not as it has to be.
func (t *toll) broken() error {
	if t.Lost+t.Inversions+t.Strangers+t.Unrecorded+t.FencedRows == 0 {
		return nil
	}
	return fmt.Errorf("%w: lost %d, inversions %d, strangers %d, unrecorded %d, fenced rows %d",
		errChaos, t.Lost, t.Inversions, t.Strangers, t.Unrecorded, t.FencedRows)
}

func (t *toll) write(out io.Writer, asJSON bool) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range []struct {
		name string
		n    int
		may  string
	}{
		{"servers killed", t.Kills, ""}, {"Redis emptied", t.Flushes, ""}, {"Redis killed", t.RedisKills, ""},
		{"PostgreSQL restarted at once", t.Restarts, ""}, {"owners frozen past their leases", t.Freezes, ""},
		{"servers that ended by themselves", t.Exits, ""},
		{"events", t.Events, ""}, {"… by commands of the API", t.Commands, ""}, {"deliveries owed", t.Deliveries, ""},
		{"duplicates, under the same webhook-id", t.Duplicates, "allowed"},
		{"lost", t.Lost, "none"}, {"inversions of a series at a webhook", t.Inversions, "none"},
		{"messages that are not owed", t.Strangers, "none"}, {"messages without their one row", t.Unrecorded, "none"},
		{"rows written without the lease", t.FencedRows, "none"},
	} {
		fmt.Fprintf(table, "%s\t%d\t%s\t\n", line.name, line.n, line.may)
	}
	err := table.Flush()
	if err == nil && asJSON {
		err = json.NewEncoder(out).Encode(t)
	}
	return errors.Join(err, t.broken())
}

// judge compares what was committed, what came and what was recorded.
func (c *chaos) judge(ctx context.Context) (*toll, error) {
	t := c.counted
	t.Name, t.Quick, t.Exits, t.Seconds = "chaos", c.quick, c.cluster.exits, time.Since(c.began).Seconds()
	log, err := c.readLog(ctx)
	if err != nil {
		return nil, err
	}
	t.Events, t.Deliveries, t.Commands = len(log.events), len(log.owed), len(c.told.done)
	log.compare(c.arrivals, &t)
	t.Lost += log.unlogged(c.feed, c.told.done)
	fenced, err := c.value(ctx, "SELECT count(*) FROM chaos_fenced")
	if err != nil {
		return nil, err
	}
	t.FencedRows = int(fenced)
	t.Unrecorded, err = c.unrecorded(ctx, log)
	return &t, err
}

// message is one that has to come.
type message struct{ eventID, webhookID string }

// logged is the log as the database has it.
type logged struct {
	hooks    []string // at the receiver's ports
	events   map[string]*loggedEvent
	owed     map[message]bool
	commands map[acknowledged]int
}

type loggedEvent struct {
	number   int64
	seriesID string
}

func (c *chaos) readLog(ctx context.Context) (*logged, error) {
	l := &logged{events: map[string]*loggedEvent{}, owed: map[message]bool{}, commands: map[acknowledged]int{}}
	for _, t := range c.tenants {
		l.hooks = append(l.hooks, t.hooks...)
	}
	rows, err := c.db.SQL.QueryContext(ctx, `SELECT id, number, series_id, meeting_id, "trigger", owed FROM events`)
	if err != nil {
		return nil, fmt.Errorf("reading the log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, meeting, trigger string
		var owed []byte
		var e loggedEvent
		if err := rows.Scan(&id, &e.number, &e.seriesID, &meeting, &trigger, &owed); err != nil {
			return nil, fmt.Errorf("reading the log: %w", err)
		}
		var all []string
		if err := json.Unmarshal(owed, &all); err != nil {
			return nil, fmt.Errorf("what event %s is owed to: %w", id, err)
		}
		l.events[id] = &e
		l.commands[acknowledged{trigger, meeting}]++
		for _, owing := range all {
			hook, _ := eventlog.OwedTo(owing)
			l.owed[message{id, hook}] = true
		}
	}
	return l, rows.Err()
}

// compare counts what came against what is owed. An event's messages are native:
// one for each webhook, under the event's id.
func (l *logged) compare(came []Arrival, t *toll) {
	seen := map[message]bool{}
	latest := map[message]int64{} // by series and webhook
	for _, a := range came {
		m := message{a.ID, l.hooks[a.Hook]}
		if !l.owed[m] {
			t.Strangers++
			continue
		}
		if seen[m] {
			t.Duplicates++
			continue
		}
		seen[m] = true
		e := l.events[a.ID]
		if at := (message{e.seriesID, m.webhookID}); e.number < latest[at] {
			t.Inversions++
		} else {
			latest[at] = e.number
		}
	}
	t.Lost += len(l.owed) - len(seen)
}

// unlogged counts what was acknowledged and is not in the log: exactly once,
// where it was a command.
func (l *logged) unlogged(d *feed, done []acknowledged) (n int) {
	for id := range d.committed {
		if l.events[id] == nil {
			n++
		}
	}
	for _, a := range done {
		if a.meetingID != "" && l.commands[a] != 1 {
			n++
		}
	}
	return n
}

// unrecorded compares the rows with what is owed.
func (c *chaos) unrecorded(ctx context.Context, l *logged) (n int, err error) {
	rows, err := c.db.SQL.QueryContext(ctx, `SELECT event_id, webhook_id, status FROM deliveries`)
	if err != nil {
		return 0, fmt.Errorf("reading the deliveries: %w", err)
	}
	defer rows.Close()
	recorded := map[message]bool{}
	for rows.Next() {
		var m message
		var status string
		if err := rows.Scan(&m.eventID, &m.webhookID, &status); err != nil {
			return 0, fmt.Errorf("reading the deliveries: %w", err)
		}
		switch {
		case !l.owed[m] || recorded[m]:
			n++ // nobody asked for it, or not twice
		case status == "DELIVERED":
			recorded[m] = true
		}
	}
	return n + len(l.owed) - len(recorded), rows.Err()
}
