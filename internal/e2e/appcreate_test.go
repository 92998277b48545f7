package e2e_test

import (
	"regexp"
	"testing"

	"slotcast/internal/app/apptest"
)

// TestAppCreate: the new app's owner sees his app and nothing of the first one.
func TestAppCreate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		p := apptest.Start(t, s)
		first := newOwner(t, p, s)
		r := apptest.Run(t, s, "app", "create", "--name", "Acme", "--owner-name", "Ana Ruiz", "--owner-email", "ana@example.org")
		ids := regexp.MustCompile(`^App +(app_\w+)\nOwner +(agt_\w+)\nToken +(slc_\w+)\n`).FindStringSubmatch(r.Stdout)
		if r.Code != 0 || ids == nil {
			t.Fatalf("app create: %+v", r)
		}
		var is struct {
			Viewer struct {
				App   struct{ ID, Name string }
				Agent struct{ ID, Name, Email string }
				Role  string
			}
			Agents, EventTypes struct{ TotalCount int }
			AuditEntries       struct{ TotalCount int }
		}
		p.Client(ids[3]).Do(t, `{
			viewer { app { id name } agent { id name email } role }
			agents { totalCount } eventTypes { totalCount } auditEntries(where: {actorType: SYSTEM}) { totalCount }
		}`, nil, &is)
		if is.Viewer.App.ID != ids[1] || is.Viewer.App.Name != "Acme" || is.Viewer.Agent.ID != ids[2] ||
			is.Viewer.Agent.Name != "Ana Ruiz" || is.Viewer.Agent.Email != "ana@example.org" || is.Viewer.Role != "OWNER" {
			t.Errorf("viewer: %+v", is.Viewer)
		}
		if is.Viewer.App.ID == first.AppID || is.Agents.TotalCount != 1 || is.EventTypes.TotalCount != 0 || is.AuditEntries.TotalCount != 2 {
			t.Errorf("the app holds %+v", is)
		}
		refused(t, apptest.Run(t, s, "app", "create", "--name", "Acme", "--owner-name", "Ana", "--owner-email", "ana"), 1, "e-mail")
		refused(t, apptest.Run(t, s, "app", "create", "--name", "Acme"), 2, "--owner-name")
	})
}
