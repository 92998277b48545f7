package viewer_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// TestRights changes each field of a viewer: his rights change with it, but for those
// fields that no rule about reading looks at (see package policy's TestRights). One
// that is new has to be decided about, here and there.
func TestRights(t *testing.T) {
	t.Parallel()
	other := map[string]any{
		"AppID": "app_b", "AgentID": "agt_b", "Role": domain.Admin, "Kind": viewer.Invited, "Scopes": viewer.Scopes(8),
		"CredentialID": "tok_b", "Until": time.Unix(1, 0), "ManageHash": "b", "MayPay": true,
	}
	left := []string{"CredentialID", "Until", "MayPay"}
	for _, role := range []domain.Role{domain.Owner, domain.Admin, domain.Member} {
		of := viewer.Viewer{AppID: "app_a", AgentID: "agt_a", Role: role, CredentialID: "tok_a", ManageHash: "a"}
		for i := range reflect.TypeFor[viewer.Viewer]().NumField() {
			field := reflect.TypeFor[viewer.Viewer]().Field(i)
			if !field.IsExported() {
				continue
			}
			changed := of
			to := other[field.Name]
			if field.Name == "Role" && role == domain.Admin {
				to = domain.Owner
			}
			if to == nil {
				t.Errorf("%s is new: is it part of the rights?", field.Name)
				continue
			}
			reflect.ValueOf(&changed).Elem().Field(i).Set(reflect.ValueOf(to))
			same := slices.Contains(left, field.Name) || field.Name == "AgentID" && of.Leads()
			if (changed.Rights() == of.Rights()) != same {
				t.Errorf("%s with another %s: %q and %q", role, field.Name, of.Rights(), changed.Rights())
			}
		}
	}
}

// The server and whoever runs as the app have rights of their own.
func TestRightsOfTheServer(t *testing.T) {
	t.Parallel()
	ctx := viewer.With(t.Context(), viewer.Viewer{AppID: "app_a", AgentID: "agt_a", Role: domain.Owner})
	self, _ := viewer.From(ctx)
	app, _ := viewer.From(viewer.ForApp(ctx))
	system, _ := viewer.From(viewer.System(t.Context()))
	if self.Rights() == app.Rights() || app.Rights() == system.Rights() || system.Rights() == (viewer.Viewer{}).Rights() {
		t.Errorf("%q, %q, %q", self.Rights(), app.Rights(), system.Rights())
	}
}
