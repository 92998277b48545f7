package alert

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
)

const (
	batch     = 1000                   // webhooks of one look
	least     = 500 * time.Millisecond // between looks, however often it is woken
	maxStreak = 3                      // failures one after the other, after which a channel rests
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
	cfg   Config
	lines []*line
	woken chan struct{} // holds a token while there is something to look at
}

// line is a channel with its pace and its mark: the webhooks' column that says of
// which state it was told. A line without a channel moves its mark all the same, so
// that who sets one later is not told of what has long been.
type line struct {
	channel
	mark   string
	told   func(w *ent.Webhook) domain.WebhookState
	first  map[string]time.Time // by notice: when it was first tried to send it
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
	hook := &line{mark: webhook.FieldAlertedState, told: func(w *ent.Webhook) domain.WebhookState { return w.AlertedState }}
	post := &line{mark: webhook.FieldMailedState, told: func(w *ent.Webhook) domain.WebhookState { return w.MailedState }}
	var err error
	if c.URL != "" {
		if hook.channel, err = newHook(c); err != nil {
			return nil, err
		}
	}
	if c.SMTPURL != "" {
		if post.channel, err = newMail(c); err != nil {
			return nil, err
		}
	}
	return &Worker{cfg: c, lines: []*line{hook, post}, woken: make(chan struct{}, 1)}, nil
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
			w.wait(ctx)
		}
	}
	return nil
}

// Wake has the worker look soon: the state of a webhook has changed. It never
// blocks. What happens without a call is found by the next look.
func (w *Worker) Wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// wait returns when it is time for the next look. Several processes do not look at
// the same moment for long.
func (w *Worker) wait(ctx context.Context) {
	if backoff.Wait(ctx, min(least, w.cfg.Every/2)) != nil {
		return
	}
	next := time.NewTimer(w.cfg.Every/2 + rand.N(w.cfg.Every)) //nolint:gosec // jitter, not a secret
	defer next.Stop()
	select {
	case <-next.C:
	case <-w.woken:
	case <-ctx.Done():
	}
}

// RunOnce looks once, as the server itself, and returns the most changes that one of
// the channels was told of, or needs no telling of.
func (w *Worker) RunOnce(ctx context.Context) (n int, err error) {
	told, errs := make([]int, len(w.lines)), make([]error, len(w.lines))
	var telling sync.WaitGroup
	for i, l := range w.lines {
		telling.Go(func() { told[i], errs[i] = w.tell(ctx, l) })
	}
	telling.Wait()
	return slices.Max(told), errors.Join(errs...)
}

// tell brings a line up to date, as far as its channel works.
func (w *Worker) tell(ctx context.Context, l *line) (n int, err error) {
	rows, err := w.changed(ctx, l)
	if err != nil {
		return 0, err
	}
	var notices []notice
	for _, h := range rows {
		told, err := w.worthTelling(ctx, l, h)
		if err != nil {
			return n, err
		}
		if told {
			notices = append(notices, newNotice(h, l.told(h)))
			continue
		}
		if err := w.move(ctx, l, newNotice(h, l.told(h))); err != nil {
			return n, err
		}
		n++
	}
	l.forget(notices, w.cfg.Now())
	rand.Shuffle(len(notices), func(i, j int) { notices[i], notices[j] = notices[j], notices[i] }) //nolint:gosec // so that one that is refused is not always first; no secret
	for _, m := range notices {
		if !w.done(ctx, l, m) {
			continue
		}
		if err := w.move(ctx, l, m); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// done sends a notice, unless the channel rests, and reports whether it is sent, or
// it is too late for it.
func (w *Worker) done(ctx context.Context, l *line, n notice) bool {
	if now := w.cfg.Now(); ctx.Err() == nil && !now.Before(l.until) {
		timed, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
		err := l.send(timed, n)
		cancel()
		if err == nil {
			l.streak, l.rest = 0, 0
			w.cfg.Logger.InfoContext(ctx, "alerted", "channel", l.name(), "webhook_id", n.webhookID, "state", n.state)
			return true
		}
		w.cfg.Logger.WarnContext(ctx, "alert_unsent", "channel", l.name(), "webhook_id", n.webhookID, "state", n.state, "error", err)
		if l.streak++; l.streak >= maxStreak {
			l.streak, l.rest = 0, min(max(2*l.rest, firstRest), lastRest)
			l.until = now.Add(l.rest)
		}
	}
	if w.cfg.Now().Sub(l.first[n.id]) < w.cfg.GiveUp {
		return false
	}
	w.cfg.Logger.ErrorContext(ctx, "alert_given_up", "channel", l.name(), "webhook_id", n.webhookID, "state", n.state)
	return true
}

// forget drops what is known of notices that there are no more, and begins to
// count the time of new ones.
func (l *line) forget(notices []notice, now time.Time) {
	first := make(map[string]time.Time, len(notices))
	for _, n := range notices {
		first[n.id] = now
		if at, known := l.first[n.id]; known {
			first[n.id] = at
		}
	}
	l.first = first
}
