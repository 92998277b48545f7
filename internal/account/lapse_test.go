package account_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/idtoken/idtokentest"
	"slotcast/internal/viewer"
)

// hold signs in and stays.
func (d *desk) hold(t *testing.T, text, origin string) account.Held {
	t.Helper()
	return account.Held{Viewer: must(d.identify(t, text))(t), Origin: origin, Since: d.now()}
}

// lapsed writes down who has to go: x, and who may stay: a dot.
func (d *desk) lapsed(t *testing.T, held ...account.Held) string {
	t.Helper()
	var b strings.Builder
	for _, gone := range must(d.Lapsed(t.Context(), held))(t) {
		b.WriteString(map[bool]string{true: "x", false: "."}[gone])
	}
	return b.String()
}

func TestLapsed(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		ctx := viewer.System(t.Context())
		access, invitation, page, manage := credential.New(credential.Access), credential.New(credential.Invitation),
			credential.New(credential.Publishable), credential.New(credential.Manage)
		token := d.token(t, access, nil)
		invited := d.token(t, invitation, func(c *ent.AccessTokenCreate) { c.SetPurpose(domain.InvitationToken) })
		key := must(d.client.PublishableKey.Create().SetAppID(d.rows["App"]).SetName("page").SetKey(page).
			SetAllowedOrigins([]string{"https://a.example"}).Save(ctx))(t)
		must(d.client.Attendee.Create().SetAppID(d.rows["App"]).SetMeetingID(d.rows["Meeting"]).SetPosition(1).SetName("Ana").SetEmail("a@example.org").
			SetTimeZone("UTC").SetStatus(domain.AttendeeActive).SetManageHash(credential.Hash(manage)).Save(ctx))(t)
		p := d.provider(t, d.rows["App"], secret, func(c *ent.IdentityProviderCreate) { c.SetCreatedAt(start).SetUpdatedAt(start) })
		jwt := idtokentest.Secret(secret).Sign(t, d.says(nil))
		d.turn(time.Minute)
		all := func() []account.Held {
			t.Helper()
			return []account.Held{
				d.hold(t, access, ""), d.hold(t, invitation, ""), d.hold(t, page, "https://a.example"), d.hold(t, manage, ""), d.hold(t, jwt, ""),
			}
		}
		held := all()
		for _, step := range []struct {
			name   string
			change func() error
			want   string
			again  bool // they sign in anew
		}{
			{"nothing", func() error { return nil }, ".....", false},
			{"renamed", func() error { return d.client.Agent.UpdateOneID(d.rows["Agent"]).SetName("x").Exec(ctx) }, ".....", false},
			{"used", func() error { _, err := d.RecordUses(ctx); return err }, ".....", false},
			{"another role", func() error { return d.client.Agent.UpdateOneID(d.rows["Agent"]).SetRole(domain.Admin).Exec(ctx) }, "xx..x", true},
			{"may pay no more", func() error { return key.Update().SetMayPay(false).Exec(ctx) }, "..x..", true},
			{"the page's origin", func() error { return key.Update().SetAllowedOrigins([]string{"https://b.example"}).Exec(ctx) }, "..x..", false},
			{"back", func() error { return key.Update().SetAllowedOrigins([]string{"*"}).Exec(ctx) }, ".....", false},
			{"another provider", func() error { return p.Update().SetRoleClaim("role").SetUpdatedAt(d.now().Add(time.Second)).Exec(ctx) }, "....x", false},
			{"deactivated", func() error {
				return d.client.Agent.UpdateOneID(d.rows["Agent"]).SetStatus(domain.AgentDeactivated).Exec(ctx)
			}, "xx..x", false},
			{"reactivated", func() error {
				return d.client.Agent.UpdateOneID(d.rows["Agent"]).SetStatus(domain.AgentActive).Exec(ctx)
			}, "....x", false},
			{"no provider", func() error { return d.client.IdentityProvider.DeleteOne(p).Exec(ctx) }, "....x", false},
			{"no key", func() error { return d.client.PublishableKey.DeleteOne(key).Exec(ctx) }, "..x.x", false},
			{"accepted", func() error { return invited.Update().SetRevokedAt(start).Exec(ctx) }, ".xx.x", false},
			{"revoked", func() error { return token.Update().SetRevokedAt(start).Exec(ctx) }, "xxx.x", false},
		} {
			must(struct{}{}, step.change())(t)
			if got := d.lapsed(t, held...); got != step.want {
				t.Errorf("%s: %s, want %s", step.name, got, step.want)
			}
			if step.again {
				held = all()
			}
		}
	})
}

// With a claim for the role, the row's does not count, for it is not used.
func TestLapsedWithARoleClaim(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		d.provider(t, d.rows["App"], secret, func(c *ent.IdentityProviderCreate) { c.SetRoleClaim("role") })
		held := d.hold(t, idtokentest.Secret(secret).Sign(t, d.says(claims{"role": "MEMBER"})), "")
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetRole(domain.Admin) })
		if got := d.lapsed(t, held); got != "." {
			t.Errorf("another role: %s", got)
		}
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentInvited) })
		if got := d.lapsed(t, held); got != "x" {
			t.Errorf("not active: %s", got)
		}
	})
}

// Any number is looked up, in parts.
func TestLapsedOfMany(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		ctx := viewer.System(t.Context())
		var held []account.Held
		var rows []*ent.AccessTokenCreate
		for i := range 1203 {
			id := fmt.Sprintf("tok_%d", i)
			rows = append(rows, d.client.AccessToken.Create().SetID(id).SetAppID(d.rows["App"]).SetAgentID(d.rows["Agent"]).
				SetName("x").SetPrefix("slc_").SetHash([]byte(id)))
			held = append(held, account.Held{Viewer: viewer.Viewer{AppID: d.rows["App"], AgentID: d.rows["Agent"], Role: domain.Owner, CredentialID: id}})
		}
		must(struct{}{}, d.client.AccessToken.CreateBulk(rows...).Exec(ctx))(t)
		must(d.client.AccessToken.UpdateOneID("tok_700").SetRevokedAt(start).Save(ctx))(t)
		for i, gone := range must(d.Lapsed(t.Context(), held))(t) {
			if gone != (i == 700) {
				t.Errorf("token %d is gone: %v", i, gone)
			}
		}
		if n := must(d.RecordUses(t.Context()))(t); n != 1202 {
			t.Errorf("%d were used", n)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.Lapsed(ended, held); err == nil {
			t.Error("no error")
		}
	})
}
