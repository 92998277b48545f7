package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"slotcast/ent"
	"slotcast/internal/config"
	"slotcast/internal/entdb"
	"slotcast/internal/sealing"
	"slotcast/internal/secrets"
)

// secretKeys are those of the settings, or of a file in the data directory, which
// the first start makes. All servers of a database have the same, or refuse to
// start.
func secretKeys(ctx context.Context, client *ent.Client, cfg config.Config, logger *slog.Logger) (*sealing.Ring, error) {
	ring, err := openRing(ctx, client, cfg, logger)
	if err != nil {
		return nil, err
	}
	if err := secrets.Register(ctx, client, ring); err != nil {
		return nil, err
	}
	if cfg.MigrateMode != config.MigrateAuto {
		return ring, nil // older servers may still run, and could not read them
	}
	n, err := secrets.SealPlain(ctx, client, ring)
	if n > 0 {
		logger.InfoContext(ctx, "secrets_sealed", "secrets", n)
	}
	if err != nil {
		return nil, fmt.Errorf("sealing the secrets of an earlier version: %w", err)
	}
	return ring, nil
}

func openRing(ctx context.Context, client *ent.Client, cfg config.Config, logger *slog.Logger) (*sealing.Ring, error) {
	if len(cfg.SecretKeys) > 0 {
		keys, err := sealing.ParseKeys(cfg.SecretKeys)
		if err != nil {
			return nil, fmt.Errorf("SLOTCAST_SECRET_KEYS: %w", err)
		}
		return sealing.NewRing(keys...)
	}
	file := cfg.KeyFile()
	ring, err := sealing.Follow(func() ([]sealing.Key, error) { return sealing.ReadFile(file) })
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKeys(ctx, client, file); err != nil {
			return nil, err
		}
		ring, err = sealing.Follow(func() ([]sealing.Key, error) { return sealing.ReadFile(file) })
	}
	if err == nil && !cfg.Embedded() {
		logger.WarnContext(ctx, "secret_keys_in_file", "file", file,
			"advice", "several servers need the same keys: set SLOTCAST_SECRET_KEYS on all of them, or keep one server and a copy of the file")
	}
	return ring, err
}

// createKeys makes the key file, unless the database has secrets already: they
// would not open with a new key.
func createKeys(ctx context.Context, client *ent.Client, file string) error {
	known, err := secrets.Known(ctx, client)
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err == nil {
		return nil // another process made it just now
	}
	if len(known) > 0 {
		return fmt.Errorf("secrets in the database are sealed with key %s, and there is no key file %s: "+
			"set SLOTCAST_SECRET_KEYS, or copy the file from the data directory of another server or from a backup", strings.Join(known, ", "), file)
	}
	if err := sealing.CreateFile(file, sealing.NewKey()); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// rotateKeys seals all secrets anew, beside running servers.
func rotateKeys(ctx context.Context, cfg config.Config, db *entdb.DB, out io.Writer) (err error) {
	if err := prepare(ctx, db, cfg); err != nil {
		return err
	}
	p := newProgress(out, "secrets sealed anew")
	r := secrets.Rotation{Client: db.Client, File: cfg.KeyFile(), Tell: p.line, Progress: p.show}
	if len(cfg.SecretKeys) > 0 {
		if r.Keys, err = sealing.ParseKeys(cfg.SecretKeys); err != nil {
			return fmt.Errorf("SLOTCAST_SECRET_KEYS: %w", err)
		}
		return r.Run(ctx)
	}
	unlock, err := lockFile(r.File + ".lock")
	if errors.Is(err, errLocked) {
		return fmt.Errorf("the keys in %s are being rotated by another slotcast: wait for it", r.File)
	}
	if err != nil {
		return err
	}
	return errors.Join(r.Run(ctx), unlock())
}
