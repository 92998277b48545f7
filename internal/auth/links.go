package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

const (
	linkFor  = 24 * time.Hour // how long a link may be used
	maxLinks = 16             // that are known at once
)

// links are the codes of sign-in links that were given out and not used yet, in
// this process alone. Of more than maxLinks the one that ends first is forgotten.
type links struct {
	now func() time.Time

	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time // by the code's hash
}

func newLinks(now func() time.Time) *links {
	return &links{now: now, until: map[[sha256.Size]byte]time.Time{}}
}

// fresh returns a fresh code, of 130 random bits.
func (l *links) fresh() string {
	code := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until[sha256.Sum256([]byte(code))] = l.now().Add(linkFor)
	for len(l.until) > maxLinks {
		l.forget()
	}
	return code
}

func (l *links) forget() {
	var first [sha256.Size]byte
	for hash, until := range l.until {
		if first == [sha256.Size]byte{} || until.Before(l.until[first]) {
			first = hash
		}
	}
	delete(l.until, first)
}

// take uses a code up, and reports whether it was good: of those who come with it
// at once, for one. giveBack undoes it, where nothing came of it.
func (l *links) take(code string) (giveBack func(), ok bool) {
	hash := sha256.Sum256([]byte(code))
	l.mu.Lock()
	defer l.mu.Unlock()
	until, known := l.until[hash]
	delete(l.until, hash)
	if !known || !l.now().Before(until) {
		return nil, false
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.until[hash] = until
	}, true
}
