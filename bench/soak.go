package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// churnShare of the sockets is disconnected in each second, and connects anew.
const churnShare = 0.05

// soaking is how long subscribers come and go.
type soaking struct {
	subscribers int
	lasts       time.Duration
	sample      time.Duration // between two looks at the server
}

// judgeSoak has subscribers come and go, with events at half the rate that the
// server has shown to be able to do just before. Every second one who comes back
// resumes behind his cursor. The number of goroutines and the memory have to stay
// as they are, and nobody may miss an event or get one twice.
func judgeSoak(ctx context.Context, s setup) (_ findings, err error) {
	l, err := newLiveStage(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	o, err := l.ours(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.watcher.call("Shut", struct{}{}), o.close()) }()
	n := s.soak.subscribers
	if err := l.gather(ctx, o, n, l.documents[:1]); err != nil {
		return nil, err
	}
	most, err := l.flood(ctx, o, n, s.flooding)
	if err != nil {
		return nil, fmt.Errorf("looking for the maximum: %w", err)
	}
	k := &soak{liveStage: l, side: o, found: &soaked{
		Name: "live-soak", Quick: s.quick, Subscribers: n, Most: most.rate(), Churn: churnShare * float64(n),
	}}
	return k.found, k.run(ctx)
}

// soak is one that goes on.
type soak struct {
	*liveStage
	side  side
	found *soaked
	hold  sync.Mutex // of who tells events
}

// run lets the time pass and takes the samples.
func (k *soak) run(ctx context.Context) error {
	url, token := k.side.address()
	err := k.watcher.call("Churn", Coming{Crowd: Crowd{URL: url, Token: token}, PerSecond: k.found.Churn})
	if err != nil {
		return err
	}
	if err := k.watcher.call("Begin", false); err != nil {
		return err
	}
	telling, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- k.steadily(telling) }()
	err = k.samples(ctx)
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	if err := k.watcher.call("Calm", struct{}{}); err != nil {
		return err
	}
	if _, err := k.side.emit(ctx, 1); err != nil { // for those who have just come anew
		return err
	}
	late := k.drained(ctx, k.side)
	if k.found.Watched, err = k.watcher.look(); err != nil {
		return err
	}
	if late != nil && k.found.sound() == nil { // else the report says what was wrong
		return late
	}
	return nil
}

// steadily tells events at half the maximum until ctx ends, several at once where
// one by one would be too slow.
func (k *soak) steadily(ctx context.Context) error {
	perSecond := k.found.Most / 2 / float64(k.found.Subscribers)
	at := max(int(perSecond/50), 1)
	_, err := pace(ctx, 1, perSecond/float64(at), 24*time.Hour, func(ctx context.Context) error {
		k.hold.Lock()
		defer k.hold.Unlock()
		// One that has begun is finished: its events are in the log or are not.
		_, err := k.side.emit(context.WithoutCancel(ctx), at)
		return err
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// moment is one look at the server.
type moment struct {
	Seconds    float64 `json:"seconds"`
	Rate       float64 `json:"deliveriesPerSecond"` // since the one before
	Sockets    int     `json:"sockets"`
	Goroutines float64 `json:"goroutines"`
	Heap       float64 `json:"heapMB"`
	Resident   float64 `json:"residentMB"`
}

// samples looks at the server again and again.
func (k *soak) samples(ctx context.Context) error {
	client := keepAlive(1)
	defer client.CloseIdleConnections()
	tick := time.NewTicker(k.soak.sample)
	defer tick.Stop()
	began, last, frames := time.Now(), time.Now(), int64(0)
	for time.Since(began) < k.soak.lasts {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		seen, err := k.watcher.look()
		if err != nil {
			return err
		}
		m := moment{Seconds: time.Since(began).Seconds(), Rate: rate(int(seen.Frames-frames), time.Since(last)), Sockets: seen.Sockets}
		if err := k.still(ctx, client, &m); err != nil {
			return err
		}
		if seen, err = k.watcher.look(); err != nil {
			return err
		}
		last, frames = time.Now(), seen.Frames
		k.found.Moments = append(k.found.Moments, m)
		k.progress("%4.0f s: %.0f deliveries a second, %d sockets, %.0f goroutines, heap %.1f MB, resident %.1f MB",
			m.Seconds, m.Rate, m.Sockets, m.Goroutines, m.Heap, m.Resident)
	}
	return nil
}

// still measures while no event is told for a moment, so that what the server
// holds is seen, and not what it is just throwing away. The subscribers come and
// go meanwhile.
func (k *soak) still(ctx context.Context, client *http.Client, m *moment) error {
	k.hold.Lock()
	defer k.hold.Unlock()
	frames, since := int64(-1), time.Now()
	_, err := until(ctx, 10*time.Second, func() (bool, error) {
		seen, err := k.watcher.look()
		if seen.Frames != frames {
			frames, since = seen.Frames, time.Now()
		}
		return time.Since(since) > 100*time.Millisecond, err
	})
	if err != nil {
		return err
	}
	m.Resident = k.side.process().collected(ctx)
	url, _ := k.side.address()
	return m.scrape(ctx, client, strings.TrimSuffix(url, "/graphql")+"/metrics")
}

// scrape reads the server's metrics.
func (m *moment) scrape(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("reading the metrics: %w", err)
	}
	defer res.Body.Close()
	m.Goroutines, m.Heap = math.NaN(), math.NaN()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		var v float64
		if n, _ := fmt.Sscanf(lines.Text(), "go_goroutines %g", &v); n == 1 {
			m.Goroutines = v
		}
		if n, _ := fmt.Sscanf(lines.Text(), "go_memstats_heap_alloc_bytes %g", &v); n == 1 {
			m.Heap = v / 1e6
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading the metrics: %w", err)
	}
	if math.IsNaN(m.Goroutines + m.Heap) {
		return errors.New("the metrics do not tell of goroutines and the heap")
	}
	return nil
}
