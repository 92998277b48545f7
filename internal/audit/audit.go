// Package audit writes down who changed what, when and from where. An entry is
// made in the transaction of the change that it tells of, so there is none
// without the other. Entries are never changed; owners read them.
package audit

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Changes are fields, by the names that the API has for them, each with what it
// was and what it became. Secrets have no place in it: that one was changed is
// said with [Hidden].
type Changes map[string]any

// Hidden stands for a value that nobody may read.
const Hidden = "(hidden)"

// Set notes that a field has become a value.
func (c Changes) Set(field string, to any) Changes {
	c[field] = map[string]any{"to": to}
	return c
}

// Move notes that a field has changed.
func (c Changes) Move(field string, from, to any) Changes {
	c[field] = map[string]any{"from": from, "to": to}
	return c
}

// Diff notes that a field has changed, where it has.
func (c Changes) Diff(field string, from, to any) Changes {
	if !reflect.DeepEqual(from, to) {
		c.Move(field, from, to)
	}
	return c
}

// Made leaves out what the fields were: of something new, nothing.
func (c Changes) Made() Changes {
	for _, change := range c {
		delete(change.(map[string]any), "from")
	}
	return c
}

// The most that is kept of where a request came from, in bytes.
const (
	maxAddress   = 64
	maxUserAgent = 500
)

// Entry is what happened. The app is named by the server only: an agent's own is
// known.
type Entry struct {
	AppID    string
	Action   domain.AuditAction
	TargetID string
	Changes  Changes
}

// Record writes an entry on behalf of the context's viewer.
func Record(ctx context.Context, tx *ent.Tx, e Entry) error {
	v, _ := viewer.From(ctx)
	create := tx.AuditEntry.Create().
		SetAction(e.Action).SetTargetID(e.TargetID).SetActorType(domain.ActorSystem).SetChanges(e.Changes)
	if e.Changes == nil {
		create.SetChanges(Changes{})
	}
	if v.IsSystem() {
		create.SetAppID(e.AppID)
	} else {
		create.SetActorType(domain.ActorAgent).SetActorID(v.AgentID)
	}
	if v.CredentialID != "" {
		create.SetCredentialID(v.CredentialID)
	}
	from := viewer.OriginOf(ctx)
	if address := cut(from.Address, maxAddress); address != "" {
		create.SetAddress(address)
	}
	if agent := cut(from.UserAgent, maxUserAgent); agent != "" {
		create.SetUserAgent(agent)
	}
	if err := create.Exec(viewer.ForApp(ctx)); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	return nil
}

// cut makes a text that anybody may have sent one that can be kept: UTF-8
// without NUL, and not too long.
func cut(s string, limit int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}
