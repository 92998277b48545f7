package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"slotcast/internal/account"
	"slotcast/internal/config"
	"slotcast/internal/credential"
	"slotcast/internal/doctor"
	"slotcast/internal/entdb"
	"slotcast/internal/sealing"
)

// Command runs one command of the command line to its end.
func Command(ctx context.Context, name string, cli config.CLI, out io.Writer, logger *slog.Logger) error {
	switch name {
	case config.CommandServe:
		return serve(ctx, cli.Config, out, logger)
	case config.CommandDemo:
		return demonstrate(ctx, cli, out, logger)
	case config.CommandDoctor:
		return doctor.Report(ctx, out, doctor.Config{Settings: cli.Config})
	case config.CommandTokenNew:
		_, err := fmt.Fprintln(out, credential.New(credential.Access))
		return err
	case config.CommandKeysNew:
		_, err := fmt.Fprintln(out, sealing.NewKey().Text())
		return err
	case config.CommandMigrateStatus, config.CommandMigrateUp, config.CommandTokenCreate, config.CommandAppCreate, config.CommandKeysRotate,
		config.CommandReplay:
		if name == config.CommandReplay {
			if err := made(cli.Config); err != nil {
				return err
			}
		}
		db, err := entdb.Open(ctx, entdb.Config{URL: cli.DatabaseURL, DataDir: cli.DataDir})
		if err != nil {
			return err
		}
		return errors.Join(onDatabase(ctx, name, cli, db, out), db.Close())
	}
	return fmt.Errorf("there is no command %q", name)
}

func serve(ctx context.Context, cfg config.Config, out io.Writer, logger *slog.Logger) error {
	a, err := New(ctx, cfg, logger)
	if err != nil {
		return err
	}
	a.Welcome(out)
	return errors.Join(a.Run(ctx), a.Close())
}

func onDatabase(ctx context.Context, name string, cli config.CLI, db *entdb.DB, out io.Writer) error {
	switch name {
	case config.CommandKeysRotate:
		return rotateKeys(ctx, cli.Config, db, out)
	case config.CommandMigrateUp:
		if err := migrate(ctx, db, cli.Config); err != nil {
			return err
		}
		return status(ctx, db, out)
	case config.CommandTokenCreate:
		if err := prepare(ctx, db, cli.Config); err != nil {
			return err
		}
		to := cli.Token.Create
		token, err := account.New(account.Config{Client: db.Client}).CreateToken(ctx, to.App, to.Agent, to.Name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, token)
		return err
	case config.CommandReplay:
		if err := current(ctx, db); err != nil {
			return err
		}
		return newReplayer(db, out).run(ctx, cli.Replay)
	case config.CommandAppCreate:
		if err := prepare(ctx, db, cli.Config); err != nil {
			return err
		}
		return createApp(ctx, cli.App.Create, db, out)
	}
	return status(ctx, db, out)
}

func createApp(ctx context.Context, from config.AppCreate, db *entdb.DB, out io.Writer) error {
	made, err := account.New(account.Config{Client: db.Client}).CreateApp(ctx, from.Name, from.OwnerName, from.OwnerEmail)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "App    %s\nOwner  %s\nToken  %s\n       It is the owner's, and shown once: keep it.\n",
		made.AppID, made.AgentID, made.Token)
	return err
}

func status(ctx context.Context, db *entdb.DB, out io.Writer) error {
	applied, pending, err := db.Status(ctx)
	if err != nil {
		return err
	}
	for _, m := range applied {
		_, _ = fmt.Fprintf(out, "applied  %s\n", m.Version)
	}
	for _, m := range pending {
		_, _ = fmt.Fprintf(out, "pending  %s\n", m.Version)
	}
	if len(pending) > 0 {
		_, _ = fmt.Fprintln(out, "run slotcast migrate up")
	}
	return nil
}
