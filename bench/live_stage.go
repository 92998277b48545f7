package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
)

// messageSize is how large the messages to subscribers are, about.
const messageSize = 1 << 10

// liveStage is a database with a sample, somebody who commits events like it, and
// somebody who subscribes.
type liveStage struct {
	*rig
	feed      *feed
	tenant    *tenant
	watcher   *watcher
	script    Script
	start     string // a cursor: behind it come all events since the stage was made
	documents []string
	label     string // of the servers, in PostgreSQL and behind the profile's name
	closers   []func() error
}

// newLiveStage's owner calls close.
func newLiveStage(ctx context.Context, s setup) (_ *liveStage, err error) {
	l := &liveStage{documents: liveDocuments(), label: "live"}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.rig, err = newRig(ctx, s); err != nil {
		return nil, err
	}
	l.closers = append(l.closers, l.rig.close)
	done, err := l.renew(ctx, 0)
	if err != nil {
		return nil, err
	}
	l.closers = append(l.closers, done)
	f, err := newFixture(ctx, l.db, 1)
	if err != nil {
		return nil, err
	}
	l.tenant = &tenant{appID: f.appID, shard: f.shard}
	if err := l.rehearse(ctx, f); err != nil {
		return nil, fmt.Errorf("making a sample: %w", err)
	}
	if l.watcher, err = newWatcher(ctx); err != nil {
		return nil, err
	}
	l.closers = append(l.closers, func() error { l.watcher.close(); return nil })
	return l, nil
}

func (l *liveStage) close() (err error) {
	for i := len(l.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, l.closers[i]())
	}
	l.closers = nil
	return err
}

// rehearse books a sample and looks at what a subscriber gets of it, and then one
// with a note that brings the message to its size: that is what all tell.
func (l *liveStage) rehearse(ctx context.Context, f *fixture) error {
	small, err := l.try(ctx, f, "")
	if err != nil {
		return err
	}
	note := strings.Repeat("a note of some length, ", messageSize)[:max(messageSize-len(small)-len(`{"text":"","at":"2006-01-02T15:04:05.000000Z"}`), 1)]
	message, err := l.try(ctx, f, note)
	if err != nil {
		return err
	}
	_, cursor := numbered(message)
	l.start = string(cursor)
	head, tail, _ := bytes.Cut(message, []byte(sequenceMark))
	l.script.Head, l.script.Tail = append(head[:len(head):len(head)], sequenceMark...), bytes.TrimLeft(tail, "0123456789")
	return nil
}

// try makes the sample and returns a message about an event like it.
func (l *liveStage) try(ctx context.Context, f *fixture, note string) (message []byte, err error) {
	sample, _, err := f.bodySample(ctx, note)
	if err != nil {
		return nil, err
	}
	if err := l.follow(ctx, sample); err != nil {
		return nil, err
	}
	s, err := l.ours(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	url, token := s.address()
	conn, rest, err := subscription{url: url, token: token, document: l.documents[0]}.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // it has been read from
	buffer := make([]byte, 64<<10)
	for limit := time.Now().Add(patience); time.Now().Before(limit) && ctx.Err() == nil; {
		for {
			_, payload, more, err := cutFrame(rest)
			if err != nil {
				return nil, err
			}
			if payload == nil {
				break
			}
			if number, _ := numbered(payload); number > 0 {
				return bytes.Clone(payload), nil
			}
			rest = more
		}
		if _, err := s.emit(ctx, 1); err != nil {
			return nil, err
		}
		if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return nil, err
		}
		n, _ := conn.Read(buffer) // when nothing comes, the next event may
		rest = append(rest, buffer[:n]...)
	}
	return nil, errors.Join(errors.New("no event came"), context.Cause(ctx))
}

// follow opens a feed of events like the sample, in place of the one before.
func (l *liveStage) follow(ctx context.Context, sample *ent.Event) (err error) {
	if l.feed != nil {
		if err := l.feed.close(); err != nil {
			return err
		}
	} else {
		l.closers = append(l.closers, func() error { return l.feed.close() })
	}
	if l.feed, err = newFeed(ctx, l.rig, sample, []*tenant{l.tenant}); err != nil {
		return err
	}
	events, err := l.feed.log.ByID(ctx, sample.ID)
	if err != nil {
		return err
	}
	l.script.Event, err = json.Marshal(events[sample.ID])
	return err
}

// liveDocuments are subscriptions that ask for the same, each under another name.
// The number and the cursor come first, where subscribers look for them.
func liveDocuments() (all []string) {
	for i := range distinctOperations {
		all = append(all, fmt.Sprintf(`subscription($after: Cursor) { meetingEvents(after: $after) {
  sequence cursor id trigger occurredAt
  meeting {
    id start end timeZone status type eventName state%d: status
    notes { text at }
    eventType { id name slug }
    agents { id name email }
    attendees { id name email timeZone status }
    payment { id status }
  }
} }`, i))
	}
	return all
}
