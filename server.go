// Command slotcast stores meetings and tells the world about them: a GraphQL
// API with live subscriptions and outbound webhooks, in one program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones on machines that have none

	"slotcast/internal/app"
	"slotcast/internal/config"
	"slotcast/internal/redact"
)

func main() { os.Exit(run()) }

func run() int {
	command, cli, err := config.Parse(os.Args[1:], os.Getenv, os.Stdout)
	if errors.Is(err, config.ErrPrinted) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "slotcast:", redact.String(err.Error()))
		return 2
	}
	app.TuneGC(os.Getenv)
	logger := slog.New(handler(cli.Config, os.Stderr))
	slog.SetDefault(logger) // the standard library's log goes there too
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := app.Command(ctx, command, cli, os.Stdout, logger); err != nil {
		fmt.Fprintln(os.Stderr, "slotcast:", redact.String(err.Error()))
		return 1
	}
	return 0
}

func handler(c config.Config, out io.Writer) slog.Handler {
	options := &slog.HandlerOptions{Level: c.Level()}
	var h slog.Handler = slog.NewTextHandler(out, options)
	if c.LogFormat == "json" {
		h = slog.NewJSONHandler(out, options)
	}
	return redact.NewHandler(h, c.Secrets()...)
}
