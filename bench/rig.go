package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/app"
	"slotcast/internal/credential"
	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
	"slotcast/internal/sealing"
)

// rig is what the benchmarks of delivery run in: PostgreSQL, Redis, a database
// that is ready for servers, and a receiver, each a process of its own.
type rig struct {
	setup
	pg       *cluster
	redis    *redisServer
	receiver *receiver
	place    // the database
	db       *entdb.DB
	token    string // of the owner
	key      string // that secrets are sealed with
	closers  []func() error
}

// newRig starts everything but servers. Its owner calls close.
func newRig(ctx context.Context, s setup) (_ *rig, err error) {
	bin, redis, err := programs()
	if err != nil {
		return nil, err
	}
	r := &rig{setup: s, key: sealing.NewKey().Text()}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.pg, err = newCluster(ctx, bin); err != nil {
		return nil, err
	}
	r.closers = append(r.closers, r.pg.close)
	if r.redis, err = newRedis(ctx, s.dir, redis); err != nil {
		return nil, err
	}
	r.closers = append(r.closers, func() error { r.redis.close(); return nil })
	r.database = r.pg.url()
	return r, nil
}

func (r *rig) close() (err error) {
	for i := len(r.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, r.closers[i]())
	}
	r.closers = nil
	return err
}

// renew gives the rig an empty database, an empty Redis and a receiver for so
// many webhooks. The caller calls done.
func (r *rig) renew(ctx context.Context, hooks int) (done func() error, err error) {
	if err := r.redis.flush(ctx); err != nil {
		return nil, fmt.Errorf("emptying Redis: %w", err)
	}
	if r.place, err = newPlace(ctx, r.setup, postgres); err != nil {
		return nil, err
	}
	undo := r.drop
	if r.db, err = r.open(ctx, 12); err != nil {
		return nil, errors.Join(err, undo())
	}
	undo = func() error { return errors.Join(r.db.Close(), r.drop()) }
	if err := r.prepare(ctx); err != nil {
		return nil, errors.Join(err, undo())
	}
	if r.receiver, err = newReceiver(ctx, hooks, r.library); err != nil {
		return nil, errors.Join(err, undo())
	}
	return func() error { r.receiver.close(); return undo() }, nil
}

// prepare makes the tables and the first app, as a first start does.
func (r *rig) prepare(ctx context.Context) error {
	r.token = credential.New(credential.Access)
	if _, err := r.db.Migrate(ctx); err != nil {
		return err
	}
	if err := eventlog.Init(ctx, r.db.Client, app.Shards, time.Now()); err != nil {
		return err
	}
	_, err := account.New(account.Config{Client: r.db.Client}).FirstStart(ctx, r.token)
	return err
}

// node is a server of the rig.
type node struct {
	*process
	name string // its connections' application_name
	url  string
}

// serve starts a server and waits until it is ready. name is what its
// connections to PostgreSQL are called. The caller ends it.
func (r *rig) serve(ctx context.Context, name string) (*node, error) {
	n, err := r.start(ctx, name)
	if err != nil {
		return nil, err
	}
	client := keepAlive(1)
	defer client.CloseIdleConnections()
	if err := n.answers(ctx, client, n.url+"/readyz"); err != nil {
		n.kill()
		return nil, fmt.Errorf("starting a server: %w", err)
	}
	return n, nil
}

// start is serve without the wait.
func (r *rig) start(ctx context.Context, name string) (*node, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	address := "127.0.0.1:" + strconv.Itoa(port)
	settings := []string{
		"SLOTCAST_ADDR=" + address, "SLOTCAST_DATABASE_URL=" + r.url + "&application_name=" + name, "SLOTCAST_REDIS_URL=" + r.redis.url(),
		"SLOTCAST_OWNER_TOKEN=" + r.token, "SLOTCAST_ALLOW_TARGETS=127.0.0.0/8", "SLOTCAST_SECRET_KEYS=" + r.key,
		"SLOTCAST_TOKEN_RATE=0", "SLOTCAST_ADDRESS_RATE=0", "SLOTCAST_TOKEN_SOCKETS=0", "SLOTCAST_APP_SOCKETS=0", "SLOTCAST_TOKEN_SUBSCRIPTIONS=0", "SLOTCAST_LOG_LEVEL=warn", "SLOTCAST_DATA_DIR=" + filepath.Join(r.setup.dir, "data"),
	}
	if r.profile != "" {
		settings = append(settings, profileVariable+"="+r.profile+"."+name)
	}
	command, err := part(ctx, partServer, settings...)
	if err != nil {
		return nil, err
	}
	if _, err := command.StdinPipe(); err != nil { // its end tells the server that this process has gone
		return nil, fmt.Errorf("preparing a server: %w", err)
	}
	p, err := begin(command)
	if err != nil {
		return nil, err
	}
	return &node{process: p, name: name, url: "http://" + address}, nil
}

// usage is what everybody has used of the processor so far.
func (r *rig) usage(n *node) usage {
	return usage{
		ours: used(n.command.Process.Pid), postgres: r.pg.used(), redis: r.redis.used(), receiver: r.receiver.used(), self: used(os.Getpid()),
	}
}

// value reads one number.
func (r *rig) value(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = r.db.SQL.QueryRowContext(ctx, query, args...).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("asking PostgreSQL %q: %w", query, err)
	}
	return n, nil
}
