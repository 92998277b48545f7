package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"slotcast/internal/app"
	"slotcast/internal/config"
	"slotcast/internal/credential"
	"slotcast/internal/entdb"
	"slotcast/internal/sealing"
)

// server is the whole server, in this process, on a place of its own.
type server struct {
	place
	db    *entdb.DB // connections beside the server's
	url   string
	token string // of the owner
	close func() error
}

// startServer runs a server. Its owner calls close, which also drops the place.
func startServer(ctx context.Context, s setup, kind string) (_ *server, err error) {
	var undo []func() error
	closeAll := func() (err error) {
		for i := len(undo) - 1; i >= 0; i-- {
			err = errors.Join(err, undo[i]())
		}
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll())
		}
	}()
	p, err := newPlace(ctx, s, kind)
	if err != nil {
		return nil, err
	}
	undo = append(undo, p.drop)
	srv := &server{place: p, token: credential.New(credential.Access), close: closeAll}
	stop, err := srv.run(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("starting the server on %s: %w", kind, err)
	}
	undo = append(undo, stop)
	if srv.db, err = p.open(ctx, 4); err != nil {
		return nil, err
	}
	undo = append(undo, srv.db.Close)
	return srv, nil
}

// run starts the app, with no limit of requests, and returns what stops it.
func (s *server) run(ctx context.Context, o setup) (stop func() error, err error) {
	var a *app.App
	label(ctx, "ours", func(ctx context.Context) {
		a, err = app.New(ctx, config.Config{
			Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:0", DataDir: s.dir, DatabaseURL: s.place.url, OwnerToken: s.token,
			AllowTargets: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MigrateMode: config.MigrateAuto,
			TokenRate: 0, AddressRate: 0,
			SecretKeys:    []string{sealing.NewKey().Text()},
			Introspection: config.On, RequestTimeout: 20 * time.Second,
		}, o.logger)
	})
	if err != nil {
		return nil, err
	}
	s.url = "http://" + a.Addr()
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go label(running, "ours", func(ctx context.Context) { ended <- a.Run(ctx) })
	return func() error {
		cancel()
		return errors.Join(<-ended, a.Close())
	}, nil
}
