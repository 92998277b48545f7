package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

const (
	movesAtOnce = 5   // events of one transaction, of different meetings
	chainMin    = 3   // events of a meeting at least
	chainMore   = 3   // and up to so many more
	callers     = 4   // of the API, each with a chain of commands at a time
	commandRate = 40  // of theirs per second, all together
	retries     = 600 // of a command, until a server is there
)

// write appends events of an app's meetings at its share of the rate: each is
// booked, rescheduled some times and cancelled, and its events lie among those
// of others. What fails is done again: it may then be there twice.
func (c *chaos) write(ctx context.Context, t *tenant) error {
	open := make([]*chain, 4*movesAtOnce)
	for i := range open {
		open[i] = newChain()
	}
	ticker := time.NewTicker(time.Second * movesAtOnce * chaosApps / chaosRate)
	defer ticker.Stop()
	for turn := 0; ; turn++ {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		if far, err := c.ahead(); far || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		moves := make([]move, movesAtOnce)
		for i := range moves {
			moves[i] = open[(turn*movesAtOnce+i)%len(open)].move()
		}
		if _, err := c.feed.tell(ctx, t, moves...); err != nil {
			continue // the database is away; the next turn repeats it
		}
		for i := range moves {
			if at := (turn*movesAtOnce + i) % len(open); open[at].next() {
				open[at] = newChain()
			}
		}
	}
}

// chain is a meeting with all that will happen to it.
type chain struct {
	id        string
	now, last int
}

func newChain() *chain {
	return &chain{id: typeid.New(typeid.Meeting), now: 1, last: chainMin + rand.IntN(chainMore+1)} //nolint:gosec // any length
}

func (c *chain) move() move {
	trigger := domain.MeetingRescheduled
	switch c.now {
	case 1:
		trigger = domain.MeetingBooked
	case c.last:
		trigger = domain.MeetingCanceled
	}
	return move{trigger, c.id, c.now}
}

// next goes on to what happens next; true: nothing does.
func (c *chain) next() (ended bool) {
	c.now++
	return c.now > c.last
}

// commands are those that the API has acknowledged, each with its event.
type commands struct {
	mu   sync.Mutex
	done []acknowledged
}

type acknowledged struct{ trigger, meetingID string }

func (c *commands) add(trigger domain.Trigger, meetingID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = append(c.done, acknowledged{string(trigger), meetingID})
}

const (
	bookCommand = `mutation($key: String!, $type: ID!, $start: Time!) { did: bookMeeting(input: {eventTypeId: $type, start: $start,
		attendees: [{name: "Ana Ruiz", email: "ana@example.org"}], idempotencyKey: $key}) { meeting { id } } }`
	moveCommand = `mutation($key: String!, $id: ID!, $start: Time!) { did: rescheduleMeeting(input: {meetingId: $id, start: $start,
		idempotencyKey: $key}) { meeting { id } } }`
	cancelCommand = `mutation($id: ID!) { did: cancelMeeting(input: {meetingId: $id}) { id } }`
)

// command books, reschedules and cancels over the API of whichever server, and
// repeats what was not acknowledged.
func (c *chaos) command(ctx context.Context) error {
	ticker := time.NewTicker(time.Second * 3 * callers / commandRate)
	defer ticker.Stop()
	client := keepAlive(1)
	client.Timeout = time.Second // a server may be frozen
	defer client.CloseIdleConnections()
	ask := func(ctx context.Context, query string, variables map[string]any) (string, error) {
		return c.insist(ctx, &caller{http: client, token: c.token}, query, variables)
	}
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		free := c.next()
		id, err := ask(ctx, bookCommand, map[string]any{"key": typeid.New(typeid.Command), "type": free.eventTypeID, "start": free.start})
		if err != nil {
			return ended(ctx, err)
		}
		c.told.add(domain.MeetingBooked, id)
		later := free.start.AddDate(5, 0, 0) // nobody books there otherwise
		if id, err = ask(ctx, moveCommand, map[string]any{"key": typeid.New(typeid.Command), "id": id, "start": later}); err != nil {
			return ended(ctx, err)
		}
		c.told.add(domain.MeetingRescheduled, id)
		if _, err = ask(ctx, cancelCommand, map[string]any{"id": id}); err != nil {
			return ended(ctx, err)
		}
		c.told.add(domain.MeetingCanceled, id)
	}
}

// ended is no error where the writers were told to end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // that is why it failed
	}
	return err
}

// insist asks until a server has acknowledged, and returns the meeting's id.
// Cancelling has no key: when it is repeated, CONFLICT says that it was done.
func (c *chaos) insist(ctx context.Context, to *caller, query string, variables map[string]any) (id string, err error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return "", fmt.Errorf("encoding a command: %w", err)
	}
	for try := range retries {
		url, err := c.cluster.any()
		if err == nil {
			to.url = url + "/graphql"
			var answer commandAnswer
			if err = to.post(ctx, body, &answer); err == nil {
				if id, err = answer.meeting(); err == nil || try > 0 && answer.code() == "CONFLICT" {
					return id, nil
				}
				if answer.code() != "INTERNAL" && answer.code() != "" {
					return "", err
				}
			}
		}
		if try == retries-1 {
			return "", fmt.Errorf("a command was not acknowledged in %d tries: %w", retries, err)
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return "", err
		}
	}
	return "", nil
}

// commandAnswer is what the API says.
type commandAnswer struct {
	Data struct {
		Did struct {
			ID      string
			Meeting struct{ ID string }
		}
	}
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
}

func (a *commandAnswer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}

func (a *commandAnswer) meeting() (string, error) {
	if len(a.Errors) > 0 {
		return "", fmt.Errorf("%s: %s", a.code(), a.Errors[0].Message)
	}
	if id := a.Data.Did.ID + a.Data.Did.Meeting.ID; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("the answer has no meeting")
}
