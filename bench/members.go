package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// members are the servers that share one database. A server that is held is
// left alone by others.
type members struct {
	rig    *rig
	names  serial
	exits  int // servers that ended although nobody had ended them
	mu     sync.Mutex
	nodes  []*node
	inHand map[*node]bool
}

// close kills all.
func (m *members) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.nodes {
		n.kill()
	}
	m.nodes = nil
}

// fill starts servers until there are n that live.
func (m *members) fill(ctx context.Context, n int) error {
	m.mu.Lock()
	m.nodes = slices.DeleteFunc(m.nodes, func(n *node) bool {
		if !n.gone() {
			return false
		}
		m.exits++
		return true
	})
	missing := n - len(m.nodes)
	m.mu.Unlock()
	for range missing {
		if err := m.add(ctx); err != nil {
			return err
		}
	}
	return nil
}

// add starts one server. Where the database is away just now it tries again.
func (m *members) add(ctx context.Context) error {
	limit := time.Now().Add(patience)
	for {
		n, err := m.rig.serve(ctx, m.names.next())
		if err == nil {
			m.mu.Lock()
			m.nodes = append(m.nodes, n)
			m.mu.Unlock()
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if time.Now().After(limit) {
			return err
		}
	}
}

// hold chooses a server for the caller alone, who drops it or lets it go; nil
// where all are held.
func (m *members) hold() *node {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.inHand == nil {
		m.inHand = map[*node]bool{}
	}
	for _, i := range rand.Perm(len(m.nodes)) { //nolint:gosec // any of them
		if n := m.nodes[i]; !m.inHand[n] {
			m.inHand[n] = true
			return n
		}
	}
	return nil
}

func (m *members) letGo(n *node) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.inHand, n)
}

// drop forgets a server that its holder has ended.
func (m *members) drop(n *node) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.inHand, n)
	m.nodes = slices.DeleteFunc(m.nodes, func(other *node) bool { return other == n })
}

// any returns the URL of a server, which may be dead or frozen just now.
func (m *members) any() (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.nodes) == 0 {
		return "", errors.New("there is no server just now")
	}
	return m.nodes[rand.IntN(len(m.nodes))].url, nil //nolint:gosec // any of them
}

// gone reports whether the server has ended.
func (n *node) gone() bool {
	select {
	case <-n.ended:
		return true
	default:
		return false
	}
}
