package delivery_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
)

// forward is a proxy for plain HTTP.
func forward(t *testing.T) http.Handler {
	onward := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(onward.CloseIdleConnections)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		res, err := onward.RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	})
}

// While the egress proxy is broken messages wait: it is no receiver's fault. When
// it works again they are delivered at the first attempt.
func TestBrokenEgressProxy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		listener, err := net.Listen("tcp", "127.0.0.77:0") // where nothing else listens, so that the port stays free
		if err != nil {
			t.Fatal(err)
		}
		at := listener.Addr().String()
		_ = listener.Close()
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		sender := safehttp.New(safehttp.Config{
			Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, UserAgent: "Slotcast/test",
			Proxy: &url.URL{Scheme: "http", Host: at},
		})
		p := e.start(func(c *delivery.Config) { c.HTTP = sender })
		t.Cleanup(func() { p.stop(); sender.Close() })
		events := e.appendRounds(12, 2)
		e.settled() // so that all wait
		e.db.Client.Delivery.Create().SetAppID(e.app.ID).SetWebhookID(hook.ID).SetEventID("evt_sample").
			SetShard(e.log.ShardOf(e.app.ID)).SetNumber(0).SetTrigger(domain.MeetingBooked).SetStatus(domain.DeliveryPending).
			SetNextAttemptAt(time.Now().UTC()).SetTest(true).SetBody("{}").ExecX(ctx)
		eventually(t, "a sample says why", func() bool { return e.count(hook, domain.DeliveryFailed) == 1 })
		if n := e.count(hook, domain.DeliveryPending); n != len(events) || e.state(hook).State != domain.WebhookActive {
			t.Errorf("%d wait, and the webhook is %v", n, e.state(hook))
		}
		if listener, err = net.Listen("tcp", at); err != nil {
			t.Fatal(err)
		}
		proxy := httptest.NewUnstartedServer(forward(t))
		_ = proxy.Listener.Close()
		proxy.Listener = listener
		proxy.Start()
		t.Cleanup(proxy.Close)
		eventually(t, "all are delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == len(events) })
		for _, d := range e.deliveries(hook) {
			if !d.Test && d.AttemptCount != 1 {
				t.Errorf("event %d took %d attempts", d.Number, d.AttemptCount)
			}
		}
		rc.inOrder(t, events)
		if got := e.actions(hook); len(got) != 0 {
			t.Errorf("the audit log has %v", got)
		}
	})
}
