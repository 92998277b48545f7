// Command slotcast stores meetings and tells the world about them: a GraphQL
// API with live subscriptions and outbound webhooks, in one program.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones on machines that have none

	"slotcast/internal/app"
	"slotcast/internal/config"
)

func main() { os.Exit(run()) }

func run() int {
	command, cli, err := config.Parse(os.Args[1:], os.Getenv, os.Stdout)
	if errors.Is(err, config.ErrPrinted) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "slotcast:", err)
		return 2
	}
	app.TuneGC(os.Getenv)
	logger := slog.New(handler(cli.Config))
	slog.SetDefault(logger)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := app.Command(ctx, command, cli, os.Stdout, logger); err != nil {
		fmt.Fprintln(os.Stderr, "slotcast:", err)
		return 1
	}
	return 0
}

func handler(c config.Config) slog.Handler {
	options := &slog.HandlerOptions{Level: c.Level()}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(os.Stderr, options)
	}
	return slog.NewTextHandler(os.Stderr, options)
}
