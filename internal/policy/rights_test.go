package policy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

type statements struct{}

// TestRights: viewers whose rights are equal read by the same statements, whatever
// else they differ in. So they can share what one of them has read.
func TestRights(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		client := ent.NewClient(ent.Driver(dialect.DebugWithContext(db.Driver, func(ctx context.Context, said ...any) {
			if list, ok := ctx.Value(statements{}).(*[]string); ok {
				*list = append(*list, fmt.Sprint(said...))
			}
		})))
		for _, role := range roles {
			one, _ := viewer.From(f.caller(t, role))
			two := one
			two.CredentialID, two.Until, two.MayPay = "tok_other", time.Now().Add(time.Hour), true
			if one.Leads() {
				two.AgentID = "agt_another"
			}
			if one.Rights() != two.Rights() {
				t.Fatalf("%s: rights %q and %q", role, one.Rights(), two.Rights())
			}
			for name := range tenants() {
				said, failed := reads(t, client, name, one)
				again, failedToo := reads(t, client, name, two)
				if said != again || (failed == nil) != (failedToo == nil) {
					t.Errorf("%s reads %s by\n%s, %v\nand with the same rights by\n%s, %v", role, name, said, failed, again, failedToo)
				}
				if failed == nil && said == "[]" {
					t.Errorf("%s reads %s without a statement", role, name)
				}
			}
		}
		member, _ := viewer.From(f.caller(t, "self"))
		other, _ := viewer.From(f.caller(t, "other"))
		a, _ := reads(t, client, "Meeting", member)
		if b, _ := reads(t, client, "Meeting", other); a == b || member.Rights() == other.Rights() || member.Role != domain.Member {
			t.Errorf("two members read meetings by %s", a)
		}
	})
}

func reads(t *testing.T, client *ent.Client, name string, v viewer.Viewer) (said string, err error) {
	t.Helper()
	var list []string
	ctx := context.WithValue(viewer.With(t.Context(), v), statements{}, &list)
	_, err = call(chain(of(client, name), "Query"), "All", ctx)
	return fmt.Sprint(list), err
}
