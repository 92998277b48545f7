// Package app is the composition root: it makes every part of the server from
// the settings, starts them in order and stops them in the reverse order.
//
//	a, err := app.New(ctx, config, logger)  opens everything, listens
//	err = a.Run(ctx)                        serves until ctx ends
//	err = a.Close()                         frees what New opened
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"slotcast/graph"
	"slotcast/internal/account"
	"slotcast/internal/alert"
	"slotcast/internal/auth"
	"slotcast/internal/booking"
	"slotcast/internal/catalog"
	"slotcast/internal/config"
	"slotcast/internal/console"
	"slotcast/internal/delivery"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/httpserver"
	"slotcast/internal/live"
	"slotcast/internal/metrics"
	"slotcast/internal/redelivery"
	"slotcast/internal/rest"
	"slotcast/internal/retention"
	"slotcast/internal/routingform"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// Shards is how many parts the log has on PostgreSQL: the most processes that
// can share delivery. The embedded database has one.
const Shards = 64

// userAgent is what webhooks and identity providers are asked with.
const userAgent = "Slotcast/" + config.Version

// App is a server, ready to run.
type App struct {
	cfg      config.Config
	logger   *slog.Logger
	db       *entdb.DB
	keys     *sealing.Ring
	sender   *safehttp.Client
	tail     *eventlog.Tail
	worker   *delivery.Worker
	alerts   *alert.Worker
	sweeper  *booking.Sweeper
	keeper   *retention.Worker
	changes  *live.Changes
	sharing  []func(context.Context) error // what shares the changes with other processes; none: there are none
	metrics  *metrics.Metrics
	boards   *live.Dashboards
	accounts *account.Service
	sessions *auth.Sessions
	cookies  *auth.Cookies
	server   *httpserver.Server
	listener net.Listener
	first    *account.Start
	services services
	closers  []func() error
}

// services are those that a demonstration fills the server by.
type services struct {
	catalog    *catalog.Service
	meetings   *booking.Service
	hooks      *webhook.Service
	forms      *routingform.Service
	redelivery *redelivery.Service
}

// begin makes the app that a new database begins with; nil where it has some.
type begin func(context.Context, *account.Service) (*account.Start, error)

// New opens the database, brings it up to date where it may, and listens. What
// it opened is closed again when it fails.
func New(ctx context.Context, cfg config.Config, logger *slog.Logger) (*App, error) {
	return open(ctx, cfg, logger, func(ctx context.Context, accounts *account.Service) (*account.Start, error) {
		return accounts.FirstStart(ctx, cfg.OwnerToken)
	})
}

func open(ctx context.Context, cfg config.Config, logger *slog.Logger, first begin) (a *App, err error) {
	a = &App{cfg: cfg, logger: logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Addr); err != nil {
		return a, fmt.Errorf("listening: %w; choose another SLOTCAST_ADDR", err)
	}
	a.closers = append(a.closers, ignoreClosed(a.listener.Close))
	if err := a.openDatabase(ctx); err != nil {
		return a, err
	}
	a.measure()
	a.keeper = retention.New(retention.Config{DB: a.db, Days: cfg.RetentionDays, Logger: logger})
	a.keeper.Prepare(ctx)
	if a.keys, err = secretKeys(ctx, a.db.Client, a.cfg, logger); err != nil {
		return a, err
	}
	if a.sender, err = newSender(a.cfg); err != nil {
		return a, err
	}
	a.closers = append(a.closers, func() error { a.sender.Close(); return nil })
	a.changes = live.NewChanges()
	accounts := account.New(account.Config{Client: a.db.Client, Keys: a.keys, HTTP: a.sender, Logger: a.logger, Tell: a.changes.Tell})
	if a.first, err = first(ctx, accounts); err != nil {
		return a, err
	}
	return a, a.wire(ctx, accounts)
}

func (a *App) openDatabase(ctx context.Context) error {
	if a.cfg.Embedded() {
		unlock, err := lockDir(a.cfg.DataDir)
		if err != nil {
			return err
		}
		a.closers = append(a.closers, unlock)
	}
	db, err := entdb.Open(ctx, entdb.Config{URL: a.cfg.DatabaseURL, DataDir: a.cfg.DataDir})
	if err != nil {
		return err
	}
	a.db = db
	a.closers = append(a.closers, db.Close)
	return prepare(ctx, db, a.cfg)
}

// prepare migrates an older database, or refuses it.
func prepare(ctx context.Context, db *entdb.DB, cfg config.Config) error {
	_, pending, err := db.Status(ctx)
	if err != nil {
		return err
	}
	if len(pending) > 0 && cfg.MigrateMode != config.MigrateAuto {
		return fmt.Errorf("the database lacks migrations, %d of them: run slotcast migrate up, or set SLOTCAST_MIGRATE=auto", len(pending))
	}
	return migrate(ctx, db, cfg)
}

func migrate(ctx context.Context, db *entdb.DB, cfg config.Config) error {
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	shards := Shards
	if cfg.Embedded() {
		shards = 1
	}
	return eventlog.Init(ctx, db.Client, shards, time.Now())
}

// wire makes the parts from the open database.
func (a *App) wire(ctx context.Context, accounts *account.Service) error {
	source := &laterPublisher{}
	log, err := eventlog.Open(ctx, eventlog.Config{Client: a.db.Client, Owed: webhook.Owed, Body: wire.Kept, Publisher: source, Metrics: a.metrics.Log})
	if err != nil {
		return err
	}
	if source.Source, err = a.source(log); err != nil {
		return err
	}
	a.tail = eventlog.NewTail(eventlog.TailConfig{Log: log, Source: source.Source, Logger: a.logger})
	if err := a.share(log); err != nil {
		return err
	}
	if a.alerts, err = alert.New(alert.Config{
		Client: a.db.Client, HTTP: a.sender, SMTPURL: a.cfg.SMTPURL, URL: a.cfg.AlertURL, Secret: a.cfg.AlertSecret, Logger: a.logger,
	}); err != nil {
		return err
	}
	a.worker = delivery.New(delivery.Config{
		Client: a.db.Client, Log: log, Tail: a.tail, HTTP: a.sender, Keys: a.keys, Links: a.links(),
		Clock: a.db.Now, Alone: a.cfg.Embedded(), Changed: a.alerts.Wake, Changes: a.changes, Logger: a.logger, Metrics: a.metrics.Delivery,
	})
	meetings := booking.New(booking.Config{Client: a.db.Client, Log: log, Keys: a.keys})
	a.sweeper = booking.NewSweeper(booking.SweeperConfig{Service: meetings, Logger: a.logger})
	authenticator := auth.New(accounts)
	a.accounts, a.sessions = accounts, auth.NewSessions(auth.SessionsConfig{
		Auth: authenticator, Accounts: accounts, Logger: a.logger,
		MaxPerCredential: a.cfg.TokenSockets, MaxPerApp: a.cfg.AppSockets, MaxSubscriptions: a.cfg.TokenSubscriptions,
	})
	if a.cookies, err = auth.NewCookies(auth.CookiesConfig{
		Auth: authenticator, Keys: a.keys, Owners: accounts, PublicURL: a.URL(), Logger: a.logger,
	}); err != nil {
		return err
	}
	limiter, err := a.limiter()
	if err != nil {
		return err
	}
	limits := httpserver.NewLimits(httpserver.LimitsConfig{
		Limiter: limiter, TokenRate: a.cfg.TokenRate, AddressRate: a.cfg.AddressRate,
	})
	origins := a.origins()
	hooks := webhook.New(a.db.Client, a.sender, a.keys, a.links()).Telling(a.changes.Tell)
	forms := routingform.New(routingform.Config{Client: a.db.Client, Log: log, Limiter: limiter})
	a.services = services{
		catalog: catalog.New(a.db.Client), meetings: meetings, hooks: hooks, forms: forms,
		redelivery: redelivery.New(redelivery.Config{
			Client: a.db.Client, Log: log, Keys: a.keys, Links: a.links(), UserAgent: userAgent, Limiter: limiter, Tell: a.changes.Tell,
		}),
	}
	facade, err := rest.New(rest.Config{
		Client: a.db.Client, Booking: meetings, Webhooks: hooks, RoutingForms: forms,
		Links: a.links(), Timeout: a.cfg.RequestTimeout, Logger: a.logger,
	})
	if err != nil {
		return err
	}
	a.boards = live.NewDashboards(live.DashboardsConfig{
		Client: a.db.Client, Log: log, Tail: a.tail, Changes: a.changes, Recheck: a.recheck(), Logger: a.logger,
	})
	handler, err := graph.NewHandler(graph.Config{
		Resolver: graph.NewResolver(a.db.Client, graph.Services{
			Account: accounts, Booking: meetings, Catalog: a.services.catalog,
			Webhooks: hooks, RoutingForms: forms, Live: live.NewEvents(log, a.tail, a.logger),
			Dashboards: a.boards,
			Redelivery: a.services.redelivery,
			Deliveries: live.NewDeliveries(live.DeliveriesConfig{Client: a.db.Client, Changes: a.changes, Logger: a.logger}),
			Replays:    live.NewReplays(live.ReplaysConfig{Client: a.db.Client, Logger: a.logger}),
		}),
		Authenticate:  limits.Init(a.sessions.Init),
		CheckOrigin:   ofRequest(origins),
		Limit:         limits.Operation,
		Open:          a.sessions.Open,
		Subscribe:     a.sessions.Subscribe,
		Compression:   a.cfg.WebSocketCompression == config.On,
		Metrics:       a.metrics.Live,
		Logger:        a.logger,
		Introspection: a.cfg.Introspection == config.On, RequestTimeout: a.cfg.RequestTimeout, TrustedDocuments: a.cfg.TrustedDocuments,
	})
	if err != nil {
		return err
	}
	pages, err := console.New(a.URL(), console.GraphiQL())
	if err != nil {
		return err
	}
	a.server = httpserver.New(httpserver.Config{
		GraphQL: handler, REST: facade, Auth: authenticator, Cookies: a.cookies, Console: pages, Schemas: schemas(), PublicURL: a.URL(),
		Ready: a.db.SQL.PingContext, Origins: origins, TrustProxies: a.cfg.TrustProxies, Limits: limits, Metrics: a.metrics, Logger: a.logger,
	})
	return nil
}

// links are the URIs that resources have outside.
func (a *App) links() wire.Links {
	return wire.Links{Base: a.URL(), Booking: cmp.Or(a.cfg.BookingURL, a.URL())}
}

// schemas are those of the bodies, in the server's own type: it knows none of
// the rules.
func schemas() []httpserver.Schema {
	var out []httpserver.Schema
	for _, s := range wire.Schemas() {
		out = append(out, httpserver.Schema(s))
	}
	return out
}

// source announces events through Redis where it is set, else in the process.
func (a *App) source(log *eventlog.Log) (eventlog.Source, error) {
	if a.cfg.RedisURL == "" {
		return memtail.New(a.cfg.Embedded()), nil
	}
	client, err := redistail.NewClient(a.cfg.RedisURL)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, client.Close)
	return redistail.New(redistail.Config{
		Client: client, Generation: log.Generation(), Shards: log.Shards(), History: log, Logger: a.logger, Metrics: a.metrics.Log,
	}), nil
}

// Run serves until ctx ends or a part fails, then stops: first the requests and
// subscriptions, then who watches them, what removes and sweeps, delivery and alerts,
// the figures of dashboards, what tells other processes, then the tail that is read
// from.
func (a *App) Run(ctx context.Context) error {
	parts := append([]func(context.Context) error{a.tail.Run}, a.sharing...) // others are told of what is delivered last
	parts = append(parts,
		a.boards.Run,
		a.alerts.Run,
		a.worker.Run,
		a.sweeper.Run,
		a.keeper.Run,
		a.accounts.Run,
		a.sessions.Run,
		paceGC,
		func(ctx context.Context) error { return a.server.Run(ctx, a.listener) },
	)
	return together(ctx, parts)
}

// Close frees what New opened. It is called once, after Run.
func (a *App) Close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// Addr returns the address that the server listens on.
func (a *App) Addr() string { return a.listener.Addr().String() }

// URL returns where the server is reached, without a slash at the end.
func (a *App) URL() string {
	host, port, err := net.SplitHostPort(a.cfg.Addr)
	if err == nil && port == "0" && a.cfg.PublicURL == "http://"+a.cfg.Addr {
		_, port, _ = net.SplitHostPort(a.Addr())
		return "http://" + net.JoinHostPort(host, port)
	}
	return strings.TrimSuffix(a.cfg.PublicURL, "/")
}

// SignInLink returns a fresh link to the console: who opens it first, within 24
// hours, is signed in as the first app's owner. Only this process knows it.
func (a *App) SignInLink() string { return a.cookies.Link() }

func ignoreClosed(closeIt func() error) func() error {
	return func() error {
		if err := closeIt(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// laterPublisher breaks a circle: the log publishes to a source that reads the
// log to refill what Redis lost. It is filled before anything is published.
type laterPublisher struct{ eventlog.Source }
