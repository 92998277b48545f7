package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// inFlight is how many requests a lane has open at once, and most how many the
// floor has: more are slower.
const (
	inFlight = 16
	most     = 256
)

// floorPost is a loop of signed POSTs of one body, on connections that stay
// open. It checks no address, keeps no order, tries nothing again and has no
// cursor.
type floorPost struct {
	transport *http.Transport
	urls      []*url.URL
	body      []byte
	key       []byte
	serial    atomic.Int64
	total     lap
}

// lap is what a floor got done.
type lap struct {
	sent int
	took time.Duration
	cpu  time.Duration // of this process
}

func (l *lap) add(more lap) {
	l.sent, l.took, l.cpu = l.sent+more.sent, l.took+more.took, l.cpu+more.cpu
}

// each is the processor time for one message in microseconds.
func each(cpu time.Duration, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(cpu) / float64(time.Microsecond) / float64(n)
}

func newFloorPost(urls []string, body []byte) (*floorPost, error) {
	f := &floorPost{
		transport: &http.Transport{MaxIdleConnsPerHost: inFlight, DisableCompression: true, WriteBufferSize: 8 << 10},
		body:      body, key: make([]byte, 32),
	}
	for _, text := range urls {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("the receiver's URL: %w", err)
		}
		f.urls = append(f.urls, u)
	}
	return f, nil
}

func (f *floorPost) close() { f.transport.CloseIdleConnections() }

// posted is one message that arrived.
type posted struct {
	id      string
	hook    int
	number  int64
	at      time.Time
	status  int
	latency time.Duration
}

// run posts for a while. keep is given every message; it may be nil.
func (f *floorPost) run(ctx context.Context, d time.Duration, keep func(ctx context.Context, p posted) error) error {
	began, cpu := time.Now(), used(os.Getpid())
	clients := min(inFlight*len(f.urls), most)
	var sent atomic.Int64
	group, inner := errgroup.WithContext(ctx)
	for i := range clients {
		group.Go(func() error {
			for turn := i; inner.Err() == nil && time.Since(began) < d; turn += clients {
				p, err := f.one(inner, turn%len(f.urls))
				if err != nil {
					return err
				}
				sent.Add(1)
				if keep == nil {
					continue
				}
				if err := keep(inner, p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("the floor's posting: %w", err)
	}
	f.total.add(lap{int(sent.Load()), time.Since(began), used(os.Getpid()) - cpu})
	return ctx.Err()
}

// one posts one message, signed as Standard Webhooks asks.
func (f *floorPost) one(ctx context.Context, hook int) (p posted, err error) {
	number := f.serial.Add(1)
	p = posted{id: "msg_" + strconv.FormatInt(number, 10), hook: hook, number: number, at: time.Now()}
	stamp := strconv.FormatInt(p.at.Unix(), 10)
	mac := hmac.New(sha256.New, f.key)
	_, _ = io.WriteString(mac, p.id+"."+stamp+".") // a hash takes everything
	_, _ = mac.Write(f.body)
	req := (&http.Request{
		Method: http.MethodPost, URL: f.urls[hook], Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: f.urls[hook].Host,
		Header: http.Header{
			"Content-Type": {"application/json"}, "Webhook-Id": {p.id}, "Webhook-Timestamp": {stamp},
			"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		},
		Body: io.NopCloser(bytes.NewReader(f.body)), ContentLength: int64(len(f.body)),
	}).WithContext(ctx)
	res, err := f.transport.RoundTrip(req)
	if err != nil {
		return p, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return p, err
	}
	p.status, p.latency = res.StatusCode, time.Since(p.at)
	if p.status != http.StatusOK {
		return p, fmt.Errorf("the receiver answered %s", res.Status)
	}
	return p, nil
}
