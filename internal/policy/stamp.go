package policy

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/internal/viewer"
)

// Stamp is the hook that gives a new row the viewer's app. A row for another
// app is refused; the server itself must name the app.
func Stamp(next ent.Mutator) ent.Mutator {
	type tenant interface {
		AppID() (string, bool)
		SetAppID(string)
	}
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		row, ok := m.(tenant)
		if !ok {
			return nil, fmt.Errorf("policy: %s has no app to stamp", m.Type())
		}
		if !m.Op().Is(ent.OpCreate) {
			return next.Mutate(ctx, m)
		}
		v, _ := viewer.From(ctx)
		if v.IsSystem() {
			return next.Mutate(ctx, m)
		}
		if app, set := row.AppID(); set && app != v.AppID {
			return nil, privacy.Denyf("a %s of app %q by a viewer of app %q", m.Type(), app, v.AppID)
		}
		row.SetAppID(v.AppID)
		return next.Mutate(ctx, m)
	})
}
