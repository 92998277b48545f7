package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Route is a class of paths.
type Route string

// The routes.
const (
	RouteGraphQL Route = "graphql"
	RouteREST    Route = "rest"
	RouteHealth  Route = "health" // with the metrics
	RouteOther   Route = "other"
)

// HTTP measures the server's requests.
type HTTP struct {
	requests map[Route][6]prometheus.Counter // by the first digit of the status
	duration map[Route]prometheus.Observer
}

func newHTTP(r prometheus.Registerer) *HTTP {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slotcast_http_requests_total", Help: "Requests by route and class of the answer; a WebSocket is 1xx.",
	}, []string{"route", "class"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "slotcast_http_request_duration_seconds", Help: "How long requests take, without WebSockets and event streams.",
		Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
	}, []string{"route"})
	r.MustRegister(requests, duration)
	h := &HTTP{requests: map[Route][6]prometheus.Counter{}, duration: map[Route]prometheus.Observer{}}
	for _, route := range []Route{RouteGraphQL, RouteREST, RouteHealth, RouteOther} {
		var classes [6]prometheus.Counter
		for digit, class := range []string{"5xx", "1xx", "2xx", "3xx", "4xx", "5xx"} {
			classes[digit] = requests.WithLabelValues(string(route), class)
		}
		h.requests[route], h.duration[route] = classes, duration.WithLabelValues(string(route))
	}
	return h
}

// Served counts a request. took is negative for one that became a stream.
func (h *HTTP) Served(route Route, status int, took time.Duration) {
	if h == nil {
		return
	}
	classes, ok := h.requests[route]
	if !ok {
		return
	}
	class := status / 100
	if class < 1 || class >= len(classes) {
		class = 5
	}
	classes[class].Inc()
	if took >= 0 {
		h.duration[route].Observe(took.Seconds())
	}
}
