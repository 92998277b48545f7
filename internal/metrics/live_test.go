package metrics_test

import (
	"testing"
	"time"

	"slotcast/internal/metrics"
	"slotcast/internal/metrics/metricstest"
)

// live does everything once, and ends what can be ended.
func live(l *metrics.Live) {
	defer l.Connected(metrics.WebSocket)()
	defer l.Connected(metrics.SSE)()
	defer l.Connected("unheard of")()
	defer l.Subscribed()()
	defer l.GroupOpened()()
	l.Wrote(metrics.WebSocket, 1, 1)
	l.Wrote(metrics.SSE, 1, 1)
	l.Wrote("unheard of", 1, 1)
	l.CaughtUp()
	l.Lag(time.Millisecond)
	l.Closed(1001)
	l.Closed(4999)
	l.Executed()
}

func TestLive(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2.3")
	l := m.Live
	live(l)
	l.Connected(metrics.WebSocket)
	l.Connected(metrics.WebSocket)
	l.Connected(metrics.SSE)
	l.Subscribed()
	left := l.Subscribed()
	l.Subscribed()
	left()
	l.GroupOpened()
	l.Wrote(metrics.WebSocket, 3, 3000)
	l.Wrote(metrics.SSE, 2, 100)
	l.CaughtUp()
	l.Lag(-time.Second) // another clock
	l.Lag(time.Minute)
	l.Executed()
	codes := map[int]string{4430: "4430", 1006: "1006", 4400: "4400", 4401: "4401", 4403: "4403", 4406: "4406", 4408: "4408", 4409: "4409",
		4429: "4429", 1000: "1000", 1005: "1005", 1009: "1009", 1011: "1011", 1013: "1013", 0: "other", -1: "other", 1015: "other", 3000: "other"}
	for code := range codes {
		l.Closed(code)
	}
	families := metricstest.Families(t, m)
	want := func(value float64, name string, labels ...string) {
		t.Helper()
		if got := metricstest.Value(families, name, labels...); got != value {
			t.Errorf("%s %v is %v, want %v", name, labels, got, value)
		}
	}
	want(2, "slotcast_live_connections", "transport=websocket")
	want(1, "slotcast_live_connections", "transport=sse")
	want(2, "slotcast_live_subscriptions")
	want(1, "slotcast_live_groups")
	want(4, "slotcast_live_frames_total", "transport=websocket")
	want(3, "slotcast_live_frames_total", "transport=sse")
	want(3001, "slotcast_live_bytes_total", "transport=websocket")
	want(101, "slotcast_live_bytes_total", "transport=sse")
	want(2, "slotcast_live_catch_ups_total")
	want(2, "slotcast_live_executions_total")
	want(3, "slotcast_live_lag_seconds")
	want(1, "slotcast_live_closes_total", "code=1001")
	want(5, "slotcast_live_closes_total", "code=other")
	for _, label := range codes {
		if label != "other" {
			want(1, "slotcast_live_closes_total", "code="+label)
		}
	}
	if n := len(families["slotcast_live_closes_total"].GetMetric()); n != 16 {
		t.Errorf("%d codes have a series", n)
	}
	if n := len(families["slotcast_live_frames_total"].GetMetric()); n != 2 {
		t.Errorf("%d transports have a series", n)
	}
	if h := families["slotcast_live_lag_seconds"].GetMetric()[0].GetHistogram(); h.GetSampleSum() != 60.001 ||
		h.GetBucket()[0].GetUpperBound() != 0.001 || h.GetBucket()[12].GetUpperBound() != 10 || h.GetBucket()[0].GetCumulativeCount() != 2 {
		t.Errorf("the lags are %v", h)
	}
}

// What is called for every message, and what for every connection, takes no memory.
func TestLiveTakesNoMemory(t *testing.T) { //nolint:paralleltest // it counts allocations
	for name, l := range map[string]*metrics.Live{"measured": metrics.New("1.2.3").Live, "not measured": nil} {
		if n := testing.AllocsPerRun(1000, func() { live(l) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
