package rest_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCurrentUser(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for _, p := range []*person{f.owner, f.admin, f.member} {
			got := f.call(p, http.MethodGet, "/users/me", nil)
			if got.status != http.StatusOK || got.resource()["uri"] != f.links.User(p.ID) ||
				got.resource()["current_organization"] != f.links.Organization(f.app.ID) {
				f.t.Errorf("%s is %d %s", p.Name, got.status, got.text)
			}
			again := f.call(p, http.MethodGet, got.resource()["uri"].(string), nil)
			if diff := cmp.Diff(got.body, again.body); diff != "" {
				f.t.Errorf("calling the URI (-me +uri):\n%s", diff)
			}
		}
	})
}

func TestNobody(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		got := f.call(nil, http.MethodGet, "/users/me", nil)
		want := map[string]any{"title": "Unauthenticated", "message": "The access token is invalid"}
		if diff := cmp.Diff(want, got.body); got.status != http.StatusUnauthorized || diff != "" {
			f.t.Errorf("%d (-want +got):\n%s", got.status, diff)
		}
	})
}
