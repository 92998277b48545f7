package idtoken

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	refreshAfter = 10 * time.Minute
	// patience is between two fetches of one URL that its keys' age does not ask
	// for; retryAfter is the same while there are no keys at all.
	patience   = 30 * time.Second
	retryAfter = 5 * time.Second

	fetchTimeout = 5 * time.Second
	maxKeySet    = 256 << 10 // bytes
	maxKeys      = 100
)

// wanted is what a token needs a key for.
type wanted struct {
	id        string // empty: it does not say
	algorithm jose.SignatureAlgorithm
}

// keySet is what is known of the keys at one URL.
type keySet struct {
	mu      sync.Mutex
	keys    []jose.JSONWebKey // the last good ones; nil before
	fetched time.Time         // when they came
	tried   time.Time         // when a fetch last began
	err     error             // of the last fetch
	flight  chan struct{}     // closed when the running fetch ends; nil: none runs
}

// keys returns the public keys that may have signed a token.
func (v *Verifier) keys(ctx context.Context, url string, w wanted) ([]any, error) {
	set, ok := v.sets.Get(url)
	if !ok {
		fresh := &keySet{}
		var known bool
		if set, known, _ = v.sets.PeekOrAdd(url, fresh); !known {
			set = fresh
		}
	}
	found, flight := v.look(ctx, set, url, w)
	if len(found) == 0 && flight != nil {
		select {
		case <-flight:
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the identity provider's keys: %w", context.Cause(ctx))
		}
		found = set.find(w)
	}
	if len(found) > 0 {
		return found, nil
	}
	if err := set.failure(); err != nil {
		return nil, fmt.Errorf("fetching the identity provider's keys: %w", err)
	}
	return nil, refused("the JSON Web Token is signed with a key that its identity provider does not publish for this")
}

// look returns the keys that fit and the fetch that runs, if any. It begins one
// where it is time to.
func (v *Verifier) look(ctx context.Context, set *keySet, url string, w wanted) (found []any, flight <-chan struct{}) {
	set.mu.Lock()
	defer set.mu.Unlock()
	found = set.fitting(w)
	now := v.now()
	due := set.keys == nil && now.Sub(set.tried) >= retryAfter ||
		set.keys != nil && now.Sub(set.tried) >= patience && (len(found) == 0 || now.Sub(set.fetched) >= refreshAfter)
	if !due || set.flight != nil {
		return found, set.flight
	}
	set.tried, set.flight = now, make(chan struct{})
	if !v.work.start(func() { v.fetch(context.WithoutCancel(ctx), set, url) }) {
		set.flight, set.err = nil, errors.New("the server is stopping")
		return found, nil
	}
	return found, set.flight
}

// fetch brings the keys up to date, or keeps those that are there.
func (v *Verifier) fetch(ctx context.Context, set *keySet, url string) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	keys, err := v.download(ctx, url)
	set.mu.Lock()
	defer set.mu.Unlock()
	if set.err = err; err == nil {
		set.keys, set.fetched = keys, v.now()
	}
	close(set.flight)
	set.flight = nil
}

// download turns a panic over what came into an error: nobody else would catch
// it in this goroutine.
func (v *Verifier) download(ctx context.Context, url string) (keys []jose.JSONWebKey, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			keys, err = nil, fmt.Errorf("reading the JSON Web Key Set: %v", cause)
		}
	}()
	if v.http == nil {
		return nil, errors.New("no client to fetch them with")
	}
	body, err := v.http.Get(ctx, url, maxKeySet)
	if err != nil {
		return nil, err
	}
	return parseKeys(body)
}

// parseKeys reads a JSON Web Key Set (RFC 7517, 5). Keys of kinds that are not
// used here are passed over, as are secrets.
func parseKeys(body []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("the answer is no JSON Web Key Set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the JSON Web Key Set has more than %d keys", maxKeys)
	}
	keys := make([]jose.JSONWebKey, 0, len(set.Keys))
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) != nil || key.Use != "" && key.Use != "sig" {
			continue
		}
		if key.Valid() && key.IsPublic() {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the JSON Web Key Set has no public key that is used here")
	}
	return keys, nil
}

func (s *keySet) find(w wanted) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fitting(w)
}

// fitting is find for those who have the lock.
func (s *keySet) fitting(w wanted) []any {
	var found []any
	for _, key := range s.keys {
		named := w.id == "" || w.id == key.KeyID
		if named && (key.Algorithm == "" || key.Algorithm == string(w.algorithm)) && fits(key.Key, w.algorithm) {
			found = append(found, key.Key)
		}
	}
	return found
}

func (s *keySet) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// work is goroutines that can be waited for.
type work struct {
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// start runs f in a goroutine, unless the work is closed.
func (w *work) start(f func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.wg.Go(f)
	}
	return !w.closed
}

func (w *work) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wg.Wait()
}
