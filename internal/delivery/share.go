package delivery

import (
	"fmt"
	"hash/fnv"
)

// nearest picks a shard's owner by rendezvous hashing: when a process comes or
// goes, only its own shards move.
func nearest(processes []string, shard int) string {
	var best string
	var top uint64
	for _, p := range processes {
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%s/%d", p, shard)
		if sum := mix(h.Sum64()); best == "" || sum > top {
			best, top = p, sum
		}
	}
	return best
}

// mix spreads FNV's weak upper bits (the finalizer of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
