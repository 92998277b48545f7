package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What subscriptions come over. They are plain strings, so that whoever carries
// subscriptions need not know this package.
const (
	WebSocket = "websocket"
	SSE       = "sse"
)

// Live measures subscriptions. What is called for each message takes no memory.
type Live struct {
	websocket, sse transport

	subscriptions, groups gauge
	catchUps, executions  prometheus.Counter
	lag                   prometheus.Histogram
	closes                map[int]prometheus.Counter
	otherCloses           prometheus.Counter
}

// transport is one of those that subscriptions come over.
type transport struct {
	connections   gauge
	frames, bytes prometheus.Counter
}

func newLive(r prometheus.Registerer) *Live {
	connections := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "slotcast_live_connections", Help: "WebSockets and event streams that are open.",
	}, []string{"transport"})
	frames := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slotcast_live_frames_total", Help: "Messages written to subscribers.",
	}, []string{"transport"})
	bytes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slotcast_live_bytes_total", Help: "Bytes of what was written to subscribers.",
	}, []string{"transport"})
	closes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slotcast_live_closes_total", Help: "WebSockets that were closed, by the code.",
	}, []string{"code"})
	r.MustRegister(connections, frames, bytes, closes)
	of := func(name string) transport {
		return transport{newGauge(connections.WithLabelValues(name)), frames.WithLabelValues(name), bytes.WithLabelValues(name)}
	}
	l := &Live{
		websocket: of(WebSocket), sse: of(SSE),
		subscriptions: registered(r, "slotcast_live_subscriptions", "Subscriptions that are running."),
		groups:        registered(r, "slotcast_live_groups", "Groups of subscriptions that see the same and share executions."),
		catchUps:      counter(r, "slotcast_live_catch_ups_total", "Times that a subscriber read by itself what its group has no more: behind a cursor, or as it had fallen behind."),
		executions:    counter(r, "slotcast_live_executions_total", "Executions of subscriptions' documents, each for all who share it."),
		lag: histogram(r, "slotcast_live_lag_seconds", "From the commit of a change to when it was written to a subscriber who keeps up.",
			0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
		closes: map[int]prometheus.Counter{}, otherCloses: closes.WithLabelValues("other"),
	}
	for _, code := range []int{
		1000, 1001, 1005, 1006, 1009, 1011, 1013, // RFC 6455, 7.4.1; 1005: closed without a code, 1006: not closed at all
		4400, 4401, 4403, 4406, 4408, 4409, 4429, // graphql-transport-ws
		4430, // too slow
	} {
		l.closes[code] = closes.WithLabelValues(strconv.Itoa(code))
	}
	return l
}

// of returns nil for a transport that is not known, which is not measured.
func (l *Live) of(name string) *transport {
	switch {
	case l == nil:
		return nil
	case name == WebSocket:
		return &l.websocket
	case name == SSE:
		return &l.sse
	}
	return nil
}

// Connected counts a socket or an event stream in, until gone is called, once.
func (l *Live) Connected(name string) (gone func()) {
	if t := l.of(name); t != nil {
		return t.connections.enter()
	}
	return nothing
}

// Subscribed counts a subscription in, until ended is called, once.
func (l *Live) Subscribed() (ended func()) {
	if l == nil {
		return nothing
	}
	return l.subscriptions.enter()
}

// GroupOpened counts a group in, until closed is called, once.
func (l *Live) GroupOpened() (closed func()) {
	if l == nil {
		return nothing
	}
	return l.groups.enter()
}

// Wrote counts messages, and the bytes of all of them.
func (l *Live) Wrote(name string, frames, bytes int) {
	if t := l.of(name); t != nil {
		t.frames.Add(float64(frames))
		t.bytes.Add(float64(bytes))
	}
}

// CaughtUp counts a subscriber that reads by itself what its group has no more.
func (l *Live) CaughtUp() {
	if l != nil {
		l.catchUps.Inc()
	}
}

// Lag measures how long after its commit a change was written to a subscriber who
// keeps up: how late others are who resume says nothing of the server. Where
// clocks differ it may be negative, and counts as none.
func (l *Live) Lag(d time.Duration) {
	if l != nil {
		l.lag.Observe(max(d, 0).Seconds())
	}
}

// Closed counts a WebSocket's end by the code that it was closed with.
func (l *Live) Closed(code int) {
	if l == nil {
		return
	}
	if c, ok := l.closes[code]; ok {
		c.Inc()
		return
	}
	l.otherCloses.Inc()
}

// Executed counts an execution.
func (l *Live) Executed() {
	if l != nil {
		l.executions.Inc()
	}
}

// gauge counts who is there. What leaves is made once, for all.
type gauge struct {
	in    prometheus.Gauge
	leave func()
}

func newGauge(g prometheus.Gauge) gauge { return gauge{g, g.Dec} }

func registered(r prometheus.Registerer, name, help string) gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	r.MustRegister(g)
	return newGauge(g)
}

func (g gauge) enter() (leave func()) {
	g.in.Inc()
	return g.leave
}

func nothing() {}
