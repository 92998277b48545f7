package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/eventlog/redistail"
)

// redisServer is a redis-server of a benchmark's own that keeps nothing on disk.
type redisServer struct {
	program, dir string
	port         int
	server       *process // nil while it is down
	client       redis.UniversalClient
}

// findRedis returns the program, or nothing.
func findRedis() string {
	program, err := exec.LookPath(cmp.Or(os.Getenv("SLOTCAST_TEST_REDIS_SERVER"), "redis-server"))
	if err != nil {
		return ""
	}
	return program
}

// newRedis starts a server. Its owner calls close.
func newRedis(ctx context.Context, dir, program string) (_ *redisServer, err error) {
	r := &redisServer{program: program, dir: dir}
	if r.port, err = freePort(ctx); err != nil {
		return nil, err
	}
	if r.client, err = redistail.NewClient(r.url()); err != nil {
		return nil, err
	}
	return r, r.start(ctx)
}

func (r *redisServer) url() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", r.port) }

// start runs the server and waits until it answers.
func (r *redisServer) start(ctx context.Context) (err error) {
	command := exec.CommandContext(context.WithoutCancel(ctx), r.program, //nolint:gosec // the machine's own redis-server
		"--bind", "127.0.0.1", "--port", strconv.Itoa(r.port), "--dir", r.dir, "--save", "", "--logfile", "redis.log")
	tether(command, syscall.SIGKILL)
	if r.server, err = begin(command); err != nil {
		return err
	}
	ok, err := until(ctx, patience, func() (bool, error) { return r.client.Ping(ctx).Err() == nil, nil })
	if err == nil && !ok {
		err = fmt.Errorf("redis-server does not answer within %v\n%s", patience, r.server.output)
	}
	if err != nil {
		r.close()
	}
	return err
}

// kill ends the server as a crash would.
func (r *redisServer) kill() {
	if r.server != nil {
		r.server.kill()
		r.server = nil
	}
}

func (r *redisServer) close() {
	r.kill()
	_ = r.client.Close()
}

// flush removes everything.
func (r *redisServer) flush(ctx context.Context) error { return r.client.FlushAll(ctx).Err() }

// commands is how many the server has carried out so far, the asking included.
func (r *redisServer) commands(ctx context.Context) (int64, error) {
	text, err := r.client.Info(ctx, "stats").Result()
	if err != nil {
		return 0, fmt.Errorf("asking Redis for its counters: %w", err)
	}
	for line := range strings.Lines(text) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "total_commands_processed:"); ok {
			return strconv.ParseInt(n, 10, 64)
		}
	}
	return 0, errors.New("INFO of Redis has no total_commands_processed")
}

// calm waits until hardly a command is carried out, and returns how many have
// been.
func (r *redisServer) calm(ctx context.Context) (n int64, err error) {
	const span, few = 200 * time.Millisecond, 20
	limit := time.Now().Add(patience)
	for last := int64(0); ; last = n {
		if n, err = r.commands(ctx); err != nil || n-last < few {
			return n, err
		}
		if time.Now().After(limit) {
			return n, fmt.Errorf("commands of Redis go on for %v", patience)
		}
		if err := wait(ctx, span); err != nil {
			return n, err
		}
	}
}

func (r *redisServer) used() time.Duration { return used(r.server.command.Process.Pid) }

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
