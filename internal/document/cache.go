package document

import (
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// cachedBytes is what all cached documents together may take up: a front
	// end's have 20 to 200 KB each by this account.
	cachedBytes = 24 << 20
	// tokenBytes is what a token comes to in memory at most, parsed and validated;
	// a usual one has a third of it.
	tokenBytes = 400
)

// cache keeps the documents that were used last, by their digest. It is
// bounded in bytes: a thousand of the largest documents are a gigabyte.
type cache struct {
	limit int

	mu   sync.Mutex
	used int
	lru  *simplelru.LRU[digest, *document]
}

func newCache(limit int) *cache {
	c := &cache{limit: limit}
	// it is full by bytes, never by number, so that the size is none
	c.lru, _ = simplelru.NewLRU(math.MaxInt32, func(_ digest, d *document) { c.used -= d.size })
	return c
}

// get returns nil for a document that is not there.
func (c *cache) get(name digest) *document {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, _ := c.lru.Get(name)
	return d
}

func (c *cache) add(name digest, d *document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lru.Contains(name) { // two requests have read it at once
		return
	}
	c.lru.Add(name, d)
	for c.used += d.size; c.used > c.limit; {
		if _, _, ok := c.lru.RemoveOldest(); !ok {
			return
		}
	}
}
