package sealing

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Refresh is how old a Ring's view of the file that it follows may be when it
// seals, or meets a key that it does not know.
const Refresh = time.Second

// Ring seals with its first key and opens with all of them.
type Ring struct {
	keys atomic.Pointer[keys]

	load func() ([]Key, error) // nil: the keys stay what they are
	mu   sync.Mutex
	read time.Time // when load was called last
}

// keys are never changed, only replaced.
type keys struct {
	byID  map[string]cipher.AEAD
	first string
}

// NewRing returns a Ring whose keys stay what they are, the one to seal with
// first. At least one is needed.
func NewRing(list ...Key) (*Ring, error) {
	r := &Ring{}
	if err := r.use(list); err != nil {
		return nil, err
	}
	return r, nil
}

// Follow returns a Ring of the keys that load returns. It asks again, at most
// once in the time Refresh, before it seals, so that it never uses for long a key
// that was replaced, and when a text was sealed with a key that it does not know.
// Keys that are gone still open while it lives. While load fails it goes on with
// the keys that it has.
func Follow(load func() ([]Key, error)) (*Ring, error) {
	list, err := load()
	if err != nil {
		return nil, err
	}
	r := &Ring{load: load, read: time.Now()}
	if err := r.use(list); err != nil {
		return nil, err
	}
	return r, nil
}

// use makes the first of the keys the current one.
func (r *Ring) use(list []Key) error {
	if len(list) == 0 {
		return errors.New("a sealing key is needed")
	}
	next := &keys{byID: map[string]cipher.AEAD{}, first: list[0].ID()}
	if now := r.keys.Load(); now != nil {
		maps.Copy(next.byID, now.byID)
	}
	for _, k := range list {
		if next.byID[k.ID()] != nil {
			continue
		}
		aead, err := newAEAD(k)
		if err != nil {
			return err
		}
		next.byID[k.ID()] = aead
	}
	r.keys.Store(next)
	return nil
}

// fresh returns the keys after a look at where they come from, if the last one
// was some time ago. With an error come those that are known.
func (r *Ring) fresh() (*keys, error) {
	if r.load == nil {
		return r.keys.Load(), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.read) < Refresh {
		return r.keys.Load(), nil
	}
	r.read = time.Now()
	list, err := r.load()
	if err == nil {
		err = r.use(list)
	}
	return r.keys.Load(), err
}

// Current returns the name of the key to seal with.
func (r *Ring) Current() string { return r.keys.Load().first }

// Has reports whether texts of the named key can be opened.
func (r *Ring) Has(id string) bool { return r.keys.Load().byID[id] != nil }

// Seal hides a text that belongs to a row. An empty text stays empty: there is
// nothing to hide. The result is longer: 24 characters, and four thirds of the
// text and 28 bytes.
func (r *Ring) Seal(text, row string) (string, error) {
	if text == "" {
		return "", nil
	}
	k, _ := r.fresh() // without its source it seals with a key that it knows
	return seal(k.byID[k.first], k.first, text, row), nil
}

// Open returns what was sealed for a row. A text that never was comes back as it
// is: rows of versions that did not seal yet have such. Its errors hold nothing
// of the text.
func (r *Ring) Open(sealed, row string) (string, error) {
	id, encoded, ok := cut(sealed)
	if !ok {
		return sealed, nil
	}
	k, err := r.keys.Load(), error(nil)
	if k.byID[id] == nil {
		k, err = r.fresh()
	}
	aead := k.byID[id]
	if aead == nil {
		missing := fmt.Errorf("it was sealed with key %s, which this server does not have: "+
			"add that key behind the others, in SLOTCAST_SECRET_KEYS or in the key file", id)
		return "", errors.Join(missing, err)
	}
	return open(aead, encoded, row)
}
