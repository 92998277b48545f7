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
	"time"
)

// startRedis returns the URL that the command line names, or that of a private
// redis-server, or nothing where neither is there. The caller calls stop.
func startRedis(ctx context.Context, s setup) (url string, stop func() error, err error) {
	nothing := func() error { return nil }
	if s.redis != "" {
		return s.redis, nothing, nil
	}
	program, err := exec.LookPath(cmp.Or(os.Getenv("SLOTCAST_TEST_REDIS_SERVER"), "redis-server"))
	if err != nil {
		return "", nothing, nil //nolint:nilerr // without Redis there is less to measure
	}
	port, err := freePort(ctx)
	if err != nil {
		return "", nil, err
	}
	command := exec.CommandContext(context.WithoutCancel(ctx), program, //nolint:gosec // the user's own redis-server
		"--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", s.dir, "--save", "", "--logfile", "redis.log")
	if err := command.Start(); err != nil {
		return "", nil, fmt.Errorf("starting redis-server: %w", err)
	}
	stop = func() error {
		_ = command.Process.Kill() // it has gone already, or goes now
		_ = command.Wait()         // it was killed: that is its error
		return nil
	}
	url = fmt.Sprintf("redis://127.0.0.1:%d/0", port)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if ok, err := until(ctx, 10*time.Second, func() (bool, error) { return listens(ctx, address), nil }); err != nil || !ok {
		return "", nil, errors.Join(errors.New("redis-server does not answer within 10 s"), err, stop())
	}
	return url, stop, nil
}

func listens(ctx context.Context, address string) bool {
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
