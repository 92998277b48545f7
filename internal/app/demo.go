package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/config"
	"slotcast/internal/demo"
	"slotcast/internal/demo/receiver"
)

// quick is how long an example may take to be made before its progress is shown.
const quick = 2 * time.Second

// demonstrate serves an example company until ctx ends. Its database is in a
// directory of its own, which is removed at the end, however that comes.
func demonstrate(ctx context.Context, cli config.CLI, out io.Writer, logger *slog.Logger) (err error) {
	dir, err := os.MkdirTemp("", "slotcast-demo-")
	if err != nil {
		return fmt.Errorf("making a directory for the demonstration: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	hooks, err := receiver.Listen(ctx, receiver.Config{Addr: cli.Demo.ReceiverAddr, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(hooks.Close)()) }()
	cfg, ignored := cli.Throwaway(dir, targets(hooks)...)
	a, err := open(ctx, cfg, logger, func(ctx context.Context, accounts *account.Service) (*account.Start, error) {
		return accounts.CreateApp(ctx, demo.AppName, demo.OwnerName, demo.OwnerEmail)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	progress, began := newProgress(out, "steps of the last weeks made"), time.Now()
	shown := demo.Config{
		Parts: a.demoParts(), App: a.first, Target: hooks.Target,
		Told: func(done, all int) {
			if time.Since(began) > quick {
				progress.show(done, all)
			}
		},
		Random: cli.Demo.Seed, Rate: cli.Demo.Rate, Logger: logger,
	}
	company, err := demo.Seed(ctx, shown)
	if progress.open {
		_, _ = fmt.Fprintln(out)
	}
	if err != nil {
		return err
	}
	for _, h := range company.Hooks {
		answer := receiver.OK
		if h.Name == demo.CRM {
			answer = receiver.Flaky
		}
		hooks.Serve(h.Name, h.Secret, answer)
	}
	a.welcomeToDemo(out, company, hooks.URL(), cli.Demo.Rate, ignored)
	defer context.AfterFunc(ctx, hooks.LetGo)() // delivery, which stops first, would wait for its answers
	return together(ctx, []func(context.Context) error{hooks.Run, a.Run, demo.NewTrickle(shown, company).Run})
}

// targets are the networks that webhooks of a demonstration may reach: this
// machine, and where the receiver is.
func targets(hooks *receiver.Receiver) []netip.Prefix {
	at := hooks.Address().Addr()
	return []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.PrefixFrom(at, at.BitLen()),
	}
}

func (a *App) demoParts() demo.Parts {
	s := a.services
	return demo.Parts{
		Client: a.db.Client, Keys: a.keys, Accounts: a.accounts, Catalog: s.catalog,
		Webhooks: s.hooks, Redelivery: s.redelivery, Meetings: s.meetings, Forms: s.forms,
	}
}

// welcomeToDemo prints where to look.
func (a *App) welcomeToDemo(out io.Writer, c *demo.Company, receiver string, rate int, ignored []string) {
	if len(ignored) > 0 {
		_, _ = fmt.Fprintf(out, "ignored, since a demonstration touches nothing real: %s\n", strings.Join(ignored, ", "))
	}
	_, _ = fmt.Fprintf(out, `slotcast demo is up: %s, with %d meetings, on a database that is thrown away at the end

  Console   %s   (signs in once; later with a token below)
  Receiver  %s   what the webhooks bring, live; there it can be made to fail
  GraphQL   %s/graphql   (HTTP, WebSocket and SSE)
  Health    %s/healthz   %s/readyz

  Owner     %s   (%s: all of the app)
  Member    %s   (%s: her own meetings)

About %d events a minute happen by themselves. Ctrl-C stops it and removes the data.

`, demo.AppName, c.Meetings, a.SignInLink(), receiver, a.URL(), a.URL(), a.URL(),
		c.Owner.Token, c.Owner.Name, c.Member.Token, c.Member.Name, rate)
}
