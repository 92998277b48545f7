package main

import (
	"context"
	"errors"
	"fmt"
	"net/rpc"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// side is one of those that events go out from to subscribers.
type side interface {
	// emit has n events more told, in order, and returns when the first was
	// committed, or made where nothing is committed.
	emit(ctx context.Context, n int) (at time.Time, err error)
	// told is the newest event's number: the first has 1.
	told() int
	address() (url, token string)
	process() *process
	// source is what others have used of the processor so that there are events.
	source() time.Duration
	close() error
}

// oursSide is a server, with a feed beside it that commits.
type oursSide struct {
	*node
	stage *liveStage
	last  int
}

// ours starts a server.
func (l *liveStage) ours(ctx context.Context) (side, error) {
	n, err := l.serve(ctx, l.label)
	if err != nil {
		return nil, err
	}
	return &oursSide{node: n, stage: l}, nil
}

func (o *oursSide) emit(ctx context.Context, n int) (at time.Time, err error) {
	moves := make([]move, n)
	for i := range moves {
		moves[i] = move{domain.MeetingBooked, typeid.New(typeid.Meeting), o.last + i + 1}
	}
	o.stage.feed.forget()
	events, err := o.stage.feed.tell(ctx, o.stage.tenant, moves...)
	if err != nil {
		return at, err
	}
	o.last += n
	return o.stage.feed.committedAt(events[0].ID), nil
}

func (o *oursSide) told() int                    { return o.last }
func (o *oursSide) address() (url, token string) { return o.url + "/graphql", o.stage.token }
func (o *oursSide) process() *process            { return o.node.process }
func (o *oursSide) close() error                 { return o.stop() }

func (o *oursSide) source() time.Duration {
	u := o.stage.usage(o.node)
	return u.postgres + u.redis + u.self
}

// crierSide is a process that makes the events itself.
type crierSide struct {
	part   *process
	client *rpc.Client
	url    string
	last   int
}

// floor starts the one whose frame is ready.
func (l *liveStage) floor(ctx context.Context) (side, error) {
	return newCrierSide(ctx, Script{Head: l.script.Head, Tail: l.script.Tail})
}

// stock starts gqlgen's own transport.
func (l *liveStage) stock(ctx context.Context) (side, error) {
	return newCrierSide(ctx, Script{Event: l.script.Event})
}

func newCrierSide(ctx context.Context, s Script) (side, error) {
	p, client, err := remote(ctx, partCrier)
	if err != nil {
		return nil, err
	}
	c := &crierSide{part: p, client: client}
	if err := client.Call("Crier.Open", s, &c.url); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the crier: %w", err), c.close())
	}
	return c, nil
}

func (c *crierSide) emit(_ context.Context, n int) (time.Time, error) {
	var at int64
	if err := c.client.Call("Crier.Emit", n, &at); err != nil {
		return time.Time{}, fmt.Errorf("telling events: %w", err)
	}
	c.last += n
	return time.Unix(0, at), nil
}

func (c *crierSide) told() int                    { return c.last }
func (c *crierSide) address() (url, token string) { return c.url, "none" }
func (c *crierSide) process() *process            { return c.part }
func (c *crierSide) source() time.Duration        { return 0 }

func (c *crierSide) close() error {
	_ = c.client.Close() // the kill that follows ends it in any case
	c.part.kill()
	return nil
}
