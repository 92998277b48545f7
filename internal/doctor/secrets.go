package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"slotcast/internal/sealing"
	"slotcast/internal/secrets"
)

// secretKeys looks at where the keys come from, and leaves them to the check that
// tries them.
func secretKeys(_ context.Context, e *examination) {
	const put = "put the keys back from a backup, or from another server of the same database"
	if n := len(e.Settings.SecretKeys); n > 0 {
		keys, err := sealing.ParseKeys(e.Settings.SecretKeys)
		if err != nil {
			e.unusable("SLOTCAST_SECRET_KEYS: "+e.said(err), put)
			return
		}
		e.use(keys, number(n, "key")+" in SLOTCAST_SECRET_KEYS")
		return
	}
	file := e.Settings.KeyFile()
	keys, err := sealing.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.noKeys = "there is no key file " + file
		e.tell(OK, "no SLOTCAST_SECRET_KEYS and no file "+file+" yet: the first start makes it", "")
	case errors.Is(err, fs.ErrPermission):
		e.unusable(e.said(err), "run as the user that the server runs as, or give this one the file")
	case errors.Is(err, sealing.ErrExposed):
		e.unusable(e.said(err), "if others use this machine, run slotcast keys rotate behind that")
	case err != nil:
		e.unusable(e.said(err), put)
	default:
		e.use(keys, number(len(keys), "key")+" in "+file)
	}
	if err == nil && !e.Settings.Embedded() {
		e.tell(Warning, "the keys are in a file of this server, and several servers of a database need the same",
			"set SLOTCAST_SECRET_KEYS on all of them; with one server, keep a copy of the file")
	}
}

func (e *examination) unusable(facts, advice string) {
	e.noKeys = "the keys cannot be used"
	e.tell(Failure, facts, advice)
}

func (e *examination) use(keys []sealing.Key, where string) {
	ring, err := sealing.NewRing(keys...)
	if err != nil {
		e.unusable(e.said(err), "set other keys")
		return
	}
	e.keys = ring
	e.tell(OK, where+", current is "+ring.Current(), "")
}

// lookAtSecrets tries to open them all.
func lookAtSecrets(ctx context.Context, e *examination) {
	ctx, cancel := e.look(ctx)
	defer cancel()
	if e.keys == nil {
		known, err := secrets.Known(ctx, e.db.Client)
		switch {
		case err != nil:
			e.tell(Failure, e.said(err), "look at the database's log")
		case len(known) > 0:
			e.tell(Failure, fmt.Sprintf("secrets are sealed with key %s, and %s: serve refuses to start", strings.Join(known, ", "), e.noKeys),
				"set SLOTCAST_SECRET_KEYS, or copy the key file from another server or from a backup")
		default:
			e.tell(Skipped, "not looked at: "+e.noKeys, "")
		}
		return
	}
	seen, err := secrets.Look(ctx, e.db.Client, e.keys)
	for _, id := range seen.Known {
		if !e.keys.Has(id) {
			e.tell(Failure, fmt.Sprintf("secrets are sealed with key %s, which is not among the keys here: serve refuses to start", id),
				"add it to SLOTCAST_SECRET_KEYS behind the others, or copy the key file from the server that has it")
		}
	}
	if seen.Unopened > 0 {
		e.tell(Failure, fmt.Sprintf("%s cannot be opened, first the %s", number(seen.Unopened, "secret"), e.said(seen.First)),
			"find the key, or make these webhooks and identity providers anew")
	}
	if seen.Plain > 0 {
		e.tell(Warning, number(seen.Plain, "secret")+" of an earlier version can be read by whoever reads the database",
			"once no server of an earlier version runs, run slotcast keys rotate, or start slotcast with SLOTCAST_MIGRATE=auto")
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.tell(Warning, fmt.Sprintf("in %v only %s could be looked at", e.Patience, number(seen.Sealed+seen.Plain+seen.Unopened, "secret")),
			"run it again when the database has less to do")
	case err != nil:
		e.tell(Failure, e.said(err), "look at the database's log")
	case seen.Plain+seen.Unopened == 0:
		e.tell(OK, number(seen.Sealed, "sealed secret")+", all can be opened", "")
	}
}
