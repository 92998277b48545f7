// Package viewer says on whose behalf code runs. The HTTP layer puts a Viewer
// into the context of each request, background workers run as System, and the
// privacy rules of the entities read it from there. A context without a viewer
// sees nothing and changes nothing.
//
// What a viewer may see and do by himself, the rules know. Some commands need
// more than that: whoever books looks at the agents' other meetings. A service
// that has decided that the viewer may do what he asks runs it [ForApp]: the
// rules then keep it inside the app, and nothing else.
package viewer

import (
	"context"
	"fmt"
	"time"

	"slotcast/internal/domain"
)

// Kind says what sort of credential a viewer came with.
type Kind uint8

// The kinds of viewers. The zero value is an agent of the app.
const (
	Agent    Kind = iota // an access token, or a token of the app's identity provider
	Page                 // a publishable key: a booking page, used by anybody
	Attendee             // a manage token: whoever booked, and nobody else
	Invited              // an invitation: may accept it
)

// Viewer is who asks: an agent of one app, a visitor, or the server itself.
type Viewer struct {
	AppID   string // the tenant; every row seen or written belongs to it
	AgentID string // the agent whose token is in use; empty for visitors
	Role    domain.Role
	Kind    Kind
	Scopes  Scopes // what the token is for; zero: all that the role allows

	CredentialID string    // the row of the token, key or identity provider
	Until        time.Time // when the credential ends; zero: never by itself
	ManageHash   string    // of an Attendee: what the seats booked together have in common
	MayPay       bool      // of a Page: whether it may report payments

	system, app bool
}

type key struct{}

// With returns a context that runs on behalf of v. It never grants System, nor
// more than v may by himself.
func With(ctx context.Context, v Viewer) context.Context {
	v.system, v.app = false, false
	return context.WithValue(ctx, key{}, v)
}

// System returns a context that runs as the server itself, across all apps:
// for start-up, delivery and maintenance, never for a request.
func System(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, Viewer{system: true})
}

// ForApp returns a context that reaches all rows of the viewer's app, and no
// others. It is for services that have decided that he may do what he asks.
func ForApp(ctx context.Context) context.Context { return mark(ctx, true) }

// AsCaller takes [ForApp] back: what the viewer sees by himself.
func AsCaller(ctx context.Context) context.Context { return mark(ctx, false) }

func mark(ctx context.Context, app bool) context.Context {
	v, ok := From(ctx)
	if !ok || v.system || v.app == app {
		return ctx
	}
	v.app = app
	return context.WithValue(ctx, key{}, v)
}

// From returns the context's viewer; ok is false where there is none.
func From(ctx context.Context) (v Viewer, ok bool) {
	v, ok = ctx.Value(key{}).(Viewer)
	return v, ok
}

// IsSystem reports whether v is the server itself.
func (v Viewer) IsSystem() bool { return v.system }

// IsApp reports whether v reaches all rows of its app; see [ForApp].
func (v Viewer) IsApp() bool { return v.app }

// Leads reports whether v is an OWNER or ADMIN, to whom all of the app is open
// that the token is for.
func (v Viewer) Leads() bool {
	return v.Kind == Agent && (v.Role == domain.Owner || v.Role == domain.Admin)
}

// Has reports whether v is an agent whose token is for a scope.
func (v Viewer) Has(s domain.TokenScope) bool { return v.Kind == Agent && v.Scopes.Has(s) }

// Rights returns a text that is equal for viewers who see the same. Those who
// lead an app see all of it that their tokens are for; anybody else sees what is
// his own.
func (v Viewer) Rights() string {
	who := v.AgentID
	if v.Leads() {
		who = ""
	}
	return fmt.Sprint(v.AppID, " ", v.Kind, " ", v.Role, " ", who, " ", v.ManageHash, " ", v.Scopes, " ", v.system, v.app)
}
