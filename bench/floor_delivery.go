package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/wire"
)

// floorDelivery is a loop of plain POSTs of one body, on connections that stay
// open and as many at once as ours, and the results as rows, many per statement.
// It signs nothing, checks no address, keeps no order and has no cursor.
type floorDelivery struct {
	*fixture
	ledger
	place
	http *http.Client
	to   *receiver
	body []byte
	took time.Duration // of all posting
	sent int           // then
}

// result is what a row tells of a message.
type result struct {
	id      string
	number  int64
	url     string
	at      time.Time
	status  int
	latency time.Duration
}

// newFloorDelivery's owner calls close.
func newFloorDelivery(ctx context.Context, s setup, kind string, r *receiver) (_ *floorDelivery, err error) {
	f := &floorDelivery{http: keepAlive(inFlight), to: r}
	if f.place, err = newPlace(ctx, s, kind); err != nil {
		return nil, err
	}
	db, err := bare(ctx, f.place, 4)
	if err != nil {
		return nil, errors.Join(err, f.drop())
	}
	f.ledger = ledger{db: db.SQL, kind: kind}
	if f.fixture, err = newFixture(ctx, db, 1); err == nil {
		err = f.compose(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(), f.drop())
	}
	return f, nil
}

func (f *floorDelivery) close() error {
	f.http.CloseIdleConnections()
	return errors.Join(f.fixture.db.Close(), f.drop())
}

// compose makes the body: that of a booking.
func (f *floorDelivery) compose(ctx context.Context) error {
	sample, err := f.sample(ctx)
	if err != nil {
		return err
	}
	events, err := f.log.ByID(ctx, sample.ID)
	if err != nil {
		return err
	}
	f.body, err = wire.Native(events[sample.ID])
	return err
}

// post sends messages for a while and writes their rows.
func (f *floorDelivery) post(ctx context.Context, d time.Duration) error {
	results := make(chan result, 2*rowsAtOnce)
	group, inner := errgroup.WithContext(ctx)
	began := time.Now()
	var posted tally
	label(inner, "floor", func(ctx context.Context) {
		group.Go(func() error { return f.keep(ctx, results) })
		group.Go(func() (err error) {
			defer close(results)
			posted, err = drive(ctx, inFlight*len(f.to.urls), d, func(ctx context.Context) error {
				res, err := f.one(ctx)
				if err != nil {
					return err
				}
				select {
				case results <- res:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			return err
		})
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("the floor's posting: %w", err)
	}
	f.took += time.Since(began) // rows included
	f.sent += len(posted.latencies)
	return nil
}

func (f *floorDelivery) rate() float64 { return rate(f.sent, f.took) }

// steady returns how long each message took to come at the steady rate of ours,
// from before its POST.
func (f *floorDelivery) steady(ctx context.Context, d time.Duration) (waits []time.Duration, err error) {
	f.to.reset()
	var mu sync.Mutex
	sent := map[string]time.Time{}
	perSecond := steadyRate(len(f.to.urls)) * float64(len(f.to.urls))
	_, err = pace(ctx, inFlight, perSecond, d, func(ctx context.Context) error {
		res, err := f.one(ctx)
		mu.Lock()
		defer mu.Unlock()
		sent[res.id] = res.at
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the floor's steady posting: %w", err)
	}
	for _, a := range f.to.reset() {
		waits = append(waits, a.at.Sub(sent[a.eventID]))
	}
	return waits, nil
}

func (f *floorDelivery) one(ctx context.Context) (result, error) {
	number := f.given.Add(1)
	r := result{
		id: "floor_" + strconv.FormatInt(number, 10), number: number,
		url: f.to.urls[number%int64(len(f.to.urls))], at: time.Now(),
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(f.body))
	if err != nil {
		return r, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", r.id)
	res, err := f.http.Do(req)
	if err != nil {
		return r, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return r, err
	}
	r.status, r.latency = res.StatusCode, time.Since(r.at)
	return r, nil
}
