package alert

import (
	"cmp"
	"context"
	"crypto/x509"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
)

const (
	batch     = 1000 // webhooks of one look
	maxStreak = 3    // failures one after the other, after which a channel rests
	firstRest = 10 * time.Second
	lastRest  = 5 * time.Minute
)

// Config is what a Worker is made of. Without SMTPURL and URL nobody is told.
type Config struct {
	Client  *ent.Client
	HTTP    *safehttp.Client
	SMTPURL string         // smtp:// or smtps://user:password@host:port?from=address
	RootCAs *x509.CertPool // verify the mail server; nil means the system's
	// Dial connects to the mail server; nil means net.Dialer's.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	URL     string        // gets a message for each alert
	Secret  string        // signs them; empty: they are not signed
	Every   time.Duration // between looks, more or less; 0 means 10 s
	Calm    time.Duration // how long a webhook must be well before that is told; 0 means 5 min
	Timeout time.Duration // of one sending; 0 means 10 s
	GiveUp  time.Duration // after which an alert that cannot be sent is dropped; 0 means a day
	Now     func() time.Time
	Logger  *slog.Logger
}

// channel is a way to tell people.
type channel interface {
	name() string
	// send tells of a change. It is called again, later, if it fails.
	send(ctx context.Context, n notice) error
}

// Worker sends alerts.
type Worker struct {
	cfg      Config
	channels []*line
	first    map[string]time.Time // by notice: when it was first tried to send it
}

// line is a channel with its pace, and what it has sent that others have not.
type line struct {
	channel
	sent   map[string]bool // by notice
	rest   time.Duration
	until  time.Time // when it has rested
	streak int
}

// New returns a Worker that does nothing before Run. It fails with a setting that
// is no good.
func New(c Config) (*Worker, error) {
	c.Every = cmp.Or(c.Every, 10*time.Second)
	c.Calm = cmp.Or(c.Calm, 5*time.Minute)
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.GiveUp = cmp.Or(c.GiveUp, 24*time.Hour)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	w := &Worker{cfg: c, first: map[string]time.Time{}}
	if c.URL != "" {
		h, err := newHook(c)
		if err != nil {
			return nil, err
		}
		w.channels = append(w.channels, &line{channel: h, sent: map[string]bool{}})
	}
	if c.SMTPURL != "" {
		m, err := newMail(c)
		if err != nil {
			return nil, err
		}
		w.channels = append(w.channels, &line{channel: m, sent: map[string]bool{}})
	}
	return w, nil
}

// Run tells of changes until ctx ends, and returns nil then. It is called once.
func (w *Worker) Run(ctx context.Context) error {
	ctx = viewer.System(ctx)
	for ctx.Err() == nil {
		n, err := w.RunOnce(ctx)
		if err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "alert_round", "error", err)
		}
		if n < batch || err != nil {
			// Several processes do not look at the same moment for long.
			_ = backoff.Wait(ctx, w.cfg.Every/2+rand.N(w.cfg.Every)) //nolint:gosec // jitter, not a secret
		}
	}
	return nil
}

// RunOnce looks once, as the server itself, and returns how many changes are told
// of, or need no telling.
func (w *Worker) RunOnce(ctx context.Context) (n int, err error) {
	rows, err := w.changed(ctx)
	if err != nil {
		return 0, err
	}
	var notices []notice
	for _, h := range rows {
		told, err := w.worthTelling(ctx, h)
		if err != nil {
			return n, err
		}
		if told {
			notices = append(notices, newNotice(h))
			continue
		}
		if err := w.mark(ctx, newNotice(h)); err != nil {
			return n, err
		}
		n++
	}
	w.forget(notices)
	rand.Shuffle(len(notices), func(i, j int) { notices[i], notices[j] = notices[j], notices[i] }) //nolint:gosec // so that one that is refused is not always first; no secret
	var sending sync.WaitGroup
	for _, l := range w.channels {
		sending.Go(func() { w.sendAll(ctx, l, notices) })
	}
	sending.Wait()
	for _, m := range notices {
		if !w.done(ctx, m) {
			continue
		}
		if err := w.mark(ctx, m); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// sendAll sends what a channel has not sent, unless it rests.
func (w *Worker) sendAll(ctx context.Context, l *line, notices []notice) {
	if w.cfg.Now().Before(l.until) {
		return
	}
	for _, n := range notices {
		if l.sent[n.id] || ctx.Err() != nil {
			continue
		}
		timed, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
		err := l.send(timed, n)
		cancel()
		if err == nil {
			l.sent[n.id], l.streak, l.rest = true, 0, 0
			w.cfg.Logger.InfoContext(ctx, "alerted", "channel", l.name(), "webhook_id", n.webhookID, "state", n.state)
			continue
		}
		w.cfg.Logger.WarnContext(ctx, "alert_unsent", "channel", l.name(), "webhook_id", n.webhookID, "state", n.state, "error", err)
		if l.streak++; l.streak >= maxStreak {
			l.streak, l.rest = 0, min(max(2*l.rest, firstRest), lastRest)
			l.until = w.cfg.Now().Add(l.rest)
			return
		}
	}
}

// done reports whether all channels have sent a notice, or it is too late for it.
func (w *Worker) done(ctx context.Context, n notice) bool {
	for _, l := range w.channels {
		if l.sent[n.id] {
			continue
		}
		if w.cfg.Now().Sub(w.first[n.id]) < w.cfg.GiveUp {
			return false
		}
		w.cfg.Logger.ErrorContext(ctx, "alert_given_up", "channel", l.name(), "webhook_id", n.webhookID, "state", n.state)
	}
	return true
}

// forget drops what is known of notices that there are no more, and begins to
// count the time of new ones.
func (w *Worker) forget(notices []notice) {
	now, current := w.cfg.Now(), map[string]bool{}
	for _, n := range notices {
		current[n.id] = true
		if _, known := w.first[n.id]; !known {
			w.first[n.id] = now
		}
	}
	for id := range w.first {
		if !current[id] {
			delete(w.first, id)
		}
	}
	for _, l := range w.channels {
		for id := range l.sent {
			if !current[id] {
				delete(l.sent, id)
			}
		}
	}
}
