package contract_test

import (
	"fmt"
	"net/http"

	"slotcast/internal/app/apptest"
)

// marked notes a no-show as soon as the meeting has begun.
func (o *office) marked(invitee string) (a answer) {
	o.t.Helper()
	apptest.Until(o.t, func() error {
		if a = o.post(o.member, "/invitee_no_shows", object{"invitee": invitee}); a.status == http.StatusCreated {
			return nil
		}
		return fmt.Errorf("%d %s", a.status, a.raw)
	})
	return a
}
