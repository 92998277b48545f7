// Package viewer says on whose behalf code runs. The HTTP layer puts a Viewer
// into the context of each request, background workers run as System, and the
// privacy rules of the entities read it from there. A context without a viewer
// sees nothing and changes nothing.
package viewer

import (
	"context"

	"slotcast/internal/domain"
)

// Viewer is who asks: an agent of one app, or the server itself.
type Viewer struct {
	AppID   string // the tenant; every row seen or written belongs to it
	AgentID string // the agent whose token is in use
	Role    domain.Role

	system bool
}

type key struct{}

// With returns a context that runs on behalf of v. It never grants System.
func With(ctx context.Context, v Viewer) context.Context {
	v.system = false
	return context.WithValue(ctx, key{}, v)
}

// System returns a context that runs as the server itself, across all apps:
// for start-up, delivery and maintenance, never for a request.
func System(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, Viewer{system: true})
}

// From returns the context's viewer; ok is false where there is none.
func From(ctx context.Context) (v Viewer, ok bool) {
	v, ok = ctx.Value(key{}).(Viewer)
	return v, ok
}

// IsSystem reports whether v is the server itself.
func (v Viewer) IsSystem() bool { return v.system }
