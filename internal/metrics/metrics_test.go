package metrics_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/metrics"
	"slotcast/internal/metrics/metricstest"
)

var quiet = slog.New(slog.DiscardHandler)

func standing(context.Context) (metrics.Standing, error) {
	return metrics.Standing{
		Head: 7, Webhooks: map[string]int{"ACTIVE": 3, "PAUSED": 1},
		Live: metrics.Lag{Events: 1, Seconds: 0.5}, Paused: metrics.Lag{Events: 100, Seconds: 3600},
	}, nil
}

// The table of docs/operations.md names what is served, and nothing else.
func TestDocumented(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2.3")
	m.Watch(standing, quiet)
	m.Pool(entdbtest.SQLite(t).SQL)
	documented := table(t)
	families := metricstest.Families(t, m)
	for name, family := range families {
		if !slices.ContainsFunc(documented, func(d string) bool {
			stem, some := strings.CutSuffix(d, "…")
			return d == name || some && strings.HasPrefix(name, stem)
		}) {
			t.Errorf("docs/operations.md lacks %s: %s", name, family.GetHelp())
		}
		if family.GetHelp() == "" {
			t.Errorf("%s has no help", name)
		}
	}
	for _, d := range documented {
		stem, some := strings.CutSuffix(d, "…")
		if _, ok := families[d]; !ok && !(some && slices.ContainsFunc(slices.Collect(maps.Keys(families)), func(n string) bool { return strings.HasPrefix(n, stem) })) {
			t.Errorf("docs/operations.md has %s, which is not served", d)
		}
	}
}

// table reads the names in the first column of the table below "## Metrics".
func table(t *testing.T) (names []string) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	inside := false
	name := regexp.MustCompile("`([a-z_]+…?)[^`]*`")
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "## ") {
			inside = line == "## Metrics"
		}
		if cells := strings.Split(line, "|"); inside && len(cells) > 2 {
			for _, found := range name.FindAllStringSubmatch(cells[1], -1) {
				names = append(names, found[1])
			}
		}
	}
	if len(names) < 10 {
		t.Fatalf("the table has only %v", names)
	}
	return names
}

func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2.3")
	m.Watch(standing, quiet)
	m.Log.Appended(3)
	m.Log.Repaired()
	m.Log.Unannounced(2)
	m.Delivery.Began(20 * time.Millisecond)
	m.Delivery.Began(-1)
	m.Delivery.Began(0)
	m.Delivery.Answered(204, time.Millisecond)
	m.Delivery.Answered(0, time.Second)
	for _, o := range []metrics.Outcome{metrics.Delivered, metrics.Failed, metrics.Retried, metrics.Cancelled, "unheard of"} {
		m.Delivery.Ended(o)
	}
	for _, c := range []metrics.LeaseChange{metrics.LeaseTaken, metrics.LeaseReleased, metrics.LeaseLost, "unheard of"} {
		m.Delivery.Lease(c)
	}
	m.Delivery.Flushed(12, time.Millisecond)
	m.HTTP.Served(metrics.RouteREST, 404, time.Millisecond)
	m.HTTP.Served(metrics.RouteGraphQL, 101, -1)
	m.HTTP.Served("unheard of", 200, 0)
	families := metricstest.Families(t, m)
	for series, want := range map[string]float64{
		"slotcast_events_appended_total":                       3,
		"slotcast_log_gap_repairs_total":                       1,
		"slotcast_redis_publish_errors_total":                  2,
		"slotcast_log_head_events":                             7,
		"slotcast_delivery_in_flight":                          1,
		"slotcast_delivery_wait_seconds":                       2,
		"slotcast_delivery_duration_seconds":                   2,
		"slotcast_delivery_responses_total class=2xx":          1,
		"slotcast_delivery_responses_total class=none":         1,
		"slotcast_delivery_responses_total class=5xx":          0,
		"slotcast_deliveries_total outcome=delivered":          1,
		"slotcast_deliveries_total outcome=retried":            1,
		"slotcast_deliveries_total outcome=failed":             1,
		"slotcast_deliveries_total outcome=cancelled":          1,
		"slotcast_lease_changes_total change=taken":            1,
		"slotcast_lease_changes_total change=released":         1,
		"slotcast_lease_changes_total change=lost":             1,
		"slotcast_delivery_flush_rows":                         1,
		"slotcast_delivery_flush_seconds":                      1,
		"slotcast_http_requests_total class=4xx,route=rest":    1,
		"slotcast_http_requests_total class=1xx,route=graphql": 1,
		"slotcast_http_request_duration_seconds route=rest":    1,
		"slotcast_http_request_duration_seconds route=graphql": 0,
		"slotcast_webhooks state=PAUSED":                       1,
		"slotcast_delivery_lag_events state=paused":            100,
		"slotcast_delivery_lag_seconds state=live":             0.5,
		"slotcast_delivery_lag_seconds state=broken":           0,
		"slotcast_state_read_errors_total":                     0,
	} {
		name, labels, _ := strings.Cut(series, " ")
		if got := metricstest.Value(families, name, slices.DeleteFunc([]string{labels}, func(s string) bool { return s == "" })...); got != want {
			t.Errorf("%s is %v, want %v", series, got, want)
		}
	}
}

// A part that is not measured works all the same.
func TestNothingIsMeasured(t *testing.T) {
	t.Parallel()
	var m metrics.Metrics
	m.Log.Appended(1)
	m.Log.Repaired()
	m.Log.Unannounced(1)
	m.Delivery.Began(1)
	m.Delivery.Answered(200, 1)
	m.Delivery.Ended(metrics.Delivered)
	m.Delivery.Lease(metrics.LeaseLost)
	m.Delivery.Flushed(1, 1)
	m.HTTP.Served(metrics.RouteREST, 200, 1)
	live(m.Live)
}

// However often it is scraped, the database is asked every five seconds, by one at
// a time; what it does not answer is missing, not old.
func TestTheDatabaseIsAskedSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		asked, at := 0, 0
		var fails error
		m := metrics.New("1.2.3")
		m.Watch(func(ctx context.Context) (metrics.Standing, error) {
			mu.Lock()
			asked++
			at++
			if at > 1 {
				t.Error("asked by two at a time")
			}
			mu.Unlock()
			deadline, ok := ctx.Deadline()
			if !ok || time.Until(deadline) > 2*time.Second {
				t.Error("asked without a bound")
			}
			mu.Lock()
			defer mu.Unlock()
			at--
			s, _ := standing(ctx)
			return s, fails
		}, quiet)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { metricstest.Families(t, m) })
		}
		group.Wait()
		time.Sleep(4 * time.Second) //nolint:forbidigo // the clock of the bubble
		metricstest.Families(t, m)
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		fails = errors.New("no answer")
		time.Sleep(2 * time.Second) //nolint:forbidigo // the clock of the bubble
		families := metricstest.Families(t, m)
		if asked != 2 || metricstest.Value(families, "slotcast_state_read_errors_total") != 1 ||
			!math.IsNaN(metricstest.Value(families, "slotcast_log_head_events")) {
			t.Errorf("after a failure: asked %d times, %v", asked, families["slotcast_log_head_events"])
		}
		fails = nil
		time.Sleep(6 * time.Second) //nolint:forbidigo // the clock of the bubble
		if got := metricstest.Value(metricstest.Families(t, m), "slotcast_log_head_events"); got != 7 {
			t.Errorf("afterwards: %v", got)
		}
	})
}
