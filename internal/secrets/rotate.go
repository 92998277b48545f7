package secrets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/sealing"
)

// Rotation seals all secrets anew, beside running servers.
//
// With a key file it makes a new key. The key goes into the file behind the
// current one, into the database's register, and only then to the front of the
// file: so there is never a registered key that is in no file, nor a text of a key
// that is not registered. Running servers take it up by themselves. Of the old
// keys, those that seal nothing any more are removed from register and file, in
// this order, but for the one that was current until now: a server may have
// sealed with it a moment ago. It goes with the next rotation. One rotation of a
// file at a time: its caller sees to that.
//
// With keys of the settings it seals with the first of them, and says which of
// the others can be taken out.
type Rotation struct {
	Client *ent.Client
	Keys   []sealing.Key // of the settings; none: those in File
	File   string
	// Settle is how long to wait until servers have seen that a file is new; 0
	// means twice sealing.Refresh.
	Settle   time.Duration
	Tell     func(line string)
	Progress func(done, total int)
}

// Run rotates. Its error says that something is left to do, or could not be
// opened; then it may be run again.
func (r Rotation) Run(ctx context.Context) error {
	if len(r.Keys) > 0 {
		return r.settings(ctx)
	}
	return r.file(ctx)
}

func (r Rotation) settings(ctx context.Context) error {
	ring, err := sealing.NewRing(r.Keys...)
	if err != nil {
		return err
	}
	if err := Register(ctx, r.Client, ring); err != nil {
		return err
	}
	if err := r.reseal(ctx, ring); err != nil {
		return err
	}
	gone, err := forget(ctx, r.Client, others(r.Keys))
	if err != nil {
		return err
	}
	for i, k := range r.Keys {
		switch {
		case k.ID() == ring.Current() && i > 0:
		case i == 0:
			r.Tell(fmt.Sprintf("key 1 of SLOTCAST_SECRET_KEYS (%s) is current: all secrets are sealed with it", k.ID()))
		case slices.Contains(gone, k.ID()):
			r.Tell(fmt.Sprintf("key %d (%s) seals nothing: take it out once key 1 is the first on every server", i+1, k.ID()))
		default:
			r.Tell(fmt.Sprintf("key %d (%s) was used meanwhile: put key 1 first on every server, then rotate again", i+1, k.ID()))
		}
	}
	return nil
}

func (r Rotation) file(ctx context.Context) error {
	old, err := sealing.ReadFile(r.File)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no key file %s yet: the first start of the server makes it", r.File)
	}
	if err != nil {
		return err
	}
	ring, err := sealing.NewRing(old...)
	if err != nil {
		return err
	}
	if err := Register(ctx, r.Client, ring); err != nil {
		return err
	}
	next := sealing.NewKey()
	if ring, err = r.introduce(ctx, next, old); err != nil {
		return err
	}
	r.Tell(fmt.Sprintf("key %s is new, and current from now on", next.ID()))
	if err := backoff.Wait(ctx, cmp.Or(r.Settle, 2*sealing.Refresh)); err != nil {
		return err
	}
	if err := r.reseal(ctx, ring); err != nil {
		return err
	}
	return r.remove(ctx, next, old)
}

// introduce makes a key the current one of the file.
func (r Rotation) introduce(ctx context.Context, next sealing.Key, old []sealing.Key) (*sealing.Ring, error) {
	if err := sealing.ReplaceFile(r.File, slices.Concat(old[:1], []sealing.Key{next}, old[1:])...); err != nil {
		return nil, err
	}
	all := append([]sealing.Key{next}, old...)
	ring, err := sealing.NewRing(all...)
	if err == nil {
		err = Register(ctx, r.Client, ring)
	}
	if err != nil {
		return nil, errors.Join(err, sealing.ReplaceFile(r.File, old...))
	}
	return ring, sealing.ReplaceFile(r.File, all...)
}

// remove takes old keys out that seal nothing any more.
func (r Rotation) remove(ctx context.Context, next sealing.Key, old []sealing.Key) error {
	gone, err := forget(ctx, r.Client, others(old))
	if err != nil {
		return err
	}
	kept := []sealing.Key{next}
	for _, k := range old {
		if !slices.Contains(gone, k.ID()) {
			kept = append(kept, k)
		}
	}
	if err := sealing.ReplaceFile(r.File, kept...); err != nil {
		return err
	}
	for _, id := range gone {
		r.Tell(fmt.Sprintf("key %s seals nothing and was removed from %s", id, r.File))
	}
	for _, k := range kept[1:] {
		r.Tell(fmt.Sprintf("key %s stays in %s until the next rotation, for servers that used it a moment ago", k.ID(), r.File))
	}
	return nil
}

// others names the keys behind the current one.
func others(list []sealing.Key) []string {
	var ids []string
	for _, k := range list[1:] {
		if id := k.ID(); id != list[0].ID() && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// reseal seals everything with the ring's current key.
func (r Rotation) reseal(ctx context.Context, ring *sealing.Ring) error {
	total, done := 0, 0
	for _, c := range columns() {
		n, err := c.count(ctx, r.Client, c.some(sealing.MarkOf(ring.Current())))
		if err != nil {
			return err
		}
		total += n
	}
	run := resealing{client: r.Client, ring: ring, tell: func(n int) {
		done += n
		r.Progress(done, max(done, total))
	}}
	if err := run.all(ctx); err != nil {
		return err
	}
	r.Tell(fmt.Sprintf("%d secrets were sealed anew", run.sealed))
	return run.unopened.error()
}
