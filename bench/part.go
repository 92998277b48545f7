package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"slotcast/internal/app"
	"slotcast/internal/config"
)

const (
	// partVariable tells this program that it is a part of a benchmark, and which.
	partVariable = "BENCH_PART"
	// profileVariable names the file that a part writes its CPU profile to.
	profileVariable = "BENCH_PROFILE"
	// libraryVariable, if not empty, has the receiver use net/http's server.
	libraryVariable = "BENCH_LIBRARY"
)

// The parts: processes of their own, so that they can be killed, and so that it
// is known what each takes of the processor.
const (
	partServer   = "server"
	partReceiver = "receiver"
	partWatcher  = "watcher"
	partCrier    = "crier"
)

// play plays the part that the environment names, to its end. Without one it
// returns false.
func play(getenv func(string) string) (code int, played bool) {
	var do func(ctx context.Context) error
	switch getenv(partVariable) {
	case "":
		return 0, false
	case partServer:
		do = serve
	case partReceiver:
		do = receive
	case partWatcher:
		do = watch
	case partCrier:
		do = cry
	default:
		fmt.Fprintln(os.Stderr, "bench: there is no such part")
		return 2, true
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	collect(ctx)
	if name := getenv(profileVariable); name != "" {
		end, err := profile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return 1, true
		}
		defer func() { _ = end() }() // the profile is what is looked at
	}
	if err := do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1, true
	}
	return 0, true
}

// collectSignal has a part collect its garbage and give back what is free.
const collectSignal = syscall.SIGUSR1

// collect does so until ctx ends.
func collect(ctx context.Context) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, collectSignal)
	go func() {
		defer signal.Stop(asked)
		for {
			select {
			case <-asked:
				debug.FreeOSMemory()
			case <-ctx.Done():
				return
			}
		}
	}()
}

// serve is the server as its main starts it. Its input ends with the benchmark,
// however that ends, and it with its input.
func serve(ctx context.Context) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	command, cli, err := config.Parse(nil, os.Getenv, os.Stdout)
	if err != nil {
		return err
	}
	app.TuneGC(os.Getenv)
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cli.Level()}))
	return app.Command(ctx, command, cli, io.Discard, logger)
}

// part returns the command that plays a part, with an environment free of the
// user's own settings. It outlives ctx: whoever starts it ends it.
func part(ctx context.Context, name string, settings ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("looking for this program: %w", err)
	}
	command := exec.CommandContext(context.WithoutCancel(ctx), self) //nolint:gosec // this program once more
	command.Env = append(append(bareEnvironment(), partVariable+"="+name), settings...)
	tether(command, syscall.SIGKILL)
	return command, nil
}

// programs looks for what a benchmark needs beside itself.
func programs() (postgresBin, redis string, err error) {
	postgresBin, redis = findPostgres(), findRedis()
	var missing []string
	if postgresBin == "" {
		missing = append(missing, "PostgreSQL's server programs (initdb, postgres)")
	}
	if redis == "" {
		missing = append(missing, "redis-server")
	}
	if len(missing) > 0 {
		return "", "", fmt.Errorf("%w: %s; .ci/services go run ./bench … installs them", errMissing, strings.Join(missing, " and "))
	}
	return postgresBin, redis, nil
}

var errMissing = errors.New("not on this machine")
