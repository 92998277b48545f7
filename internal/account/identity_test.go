package account_test

import (
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/idtoken/idtokentest"
	"slotcast/internal/sealing"
	"slotcast/internal/viewer"

	"strings"
)

// start is what the tests' clock shows first. It is ahead of the times that the
// database's rows get, as a clock that is not turned back has it.
var start = time.Now().UTC().Truncate(time.Second).Add(time.Minute)

// desk is where callers show what they have: an app with an agent, a clock that
// the test turns, and nothing remembered of the caller before.
type desk struct {
	*account.Service
	db     *entdb.DB
	client *ent.Client
	keys   *sealing.Ring
	rows   entdbtest.Rows
	passed atomic.Int64
}

func (d *desk) now() time.Time { return start.Add(time.Duration(d.passed.Load())) }

func (d *desk) turn(by time.Duration) { d.passed.Add(int64(by)) }

func newDesk(t *testing.T, db *entdb.DB) *desk {
	t.Helper()
	d := &desk{db: db, client: db.Client, keys: entdbtest.Keys(), rows: entdbtest.NewRows(t, db.Client)}
	d.Service = account.New(account.Config{Client: db.Client, Keys: d.keys, HTTP: idtokentest.Client(t), Now: d.now})
	if _, err := db.Client.IdentityProvider.Delete().Exec(viewer.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	return d
}

// desks runs a test on both databases.
func desks(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(t, newDesk(t, db)) })
}

// token gives one out to the agent.
func (d *desk) token(t *testing.T, text string, with func(*ent.AccessTokenCreate)) *ent.AccessToken {
	t.Helper()
	create := d.client.AccessToken.Create().SetAppID(d.rows["App"]).SetAgentID(d.rows["Agent"]).SetName("token").
		SetPrefix(credential.Prefix(text)).SetHash(credential.Hash(text))
	if with != nil {
		with(create)
	}
	return must(create.Save(viewer.System(t.Context())))(t)
}

func (d *desk) agent(t *testing.T, change func(*ent.AgentUpdateOne)) {
	t.Helper()
	update := d.client.Agent.UpdateOneID(d.rows["Agent"])
	change(update)
	must(update.Save(viewer.System(t.Context())))(t)
}

// identify looks anew.
func (d *desk) identify(t *testing.T, text string) (viewer.Viewer, error) {
	t.Helper()
	d.turn(time.Second)
	return d.Identify(t.Context(), text)
}

func (d *desk) refuses(t *testing.T, text, want string) {
	t.Helper()
	who, err := d.identify(t, text)
	if apperr.CodeOf(err) != apperr.Unauthenticated || !strings.Contains(err.Error(), want) || who != (viewer.Viewer{}) {
		t.Errorf("%+v, %v, want %q", who, err, want)
	}
	if err != nil && text != "" && strings.Contains(err.Error(), text) {
		t.Errorf("the token is in the message: %v", err)
	}
}

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		plain, ends, revoked := credential.New(credential.Access), credential.New(credential.Access), credential.New(credential.Access)
		until := start.Add(time.Hour)
		own := viewer.Viewer{AppID: d.rows["App"], AgentID: d.rows["Agent"], Role: domain.Owner}

		own.CredentialID = d.token(t, plain, nil).ID
		if who := must(d.identify(t, plain))(t); who != own {
			t.Errorf("plain: %+v", who)
		}
		scopes := []domain.TokenScope{domain.MeetingsWrite}
		row := d.token(t, ends, func(c *ent.AccessTokenCreate) { c.SetExpiresAt(until).SetScopes(scopes) })
		who := must(d.identify(t, ends))(t)
		if !who.Until.Equal(until) || who.CredentialID != row.ID || who.Scopes != viewer.ScopesOf(scopes) || who.Scopes == 0 {
			t.Errorf("that ends: %+v", who)
		}
		d.token(t, revoked, func(c *ent.AccessTokenCreate) { c.SetRevokedAt(start) })
		d.refuses(t, revoked, "revoked")
		d.refuses(t, credential.New(credential.Access), "never given out")

		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentInvited).SetRole(domain.Member) })
		if who := must(d.identify(t, plain))(t); who.Role != domain.Member {
			t.Errorf("of an agent with another role: %+v", who)
		}
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentDeactivated) })
		d.refuses(t, plain, "deactivated")
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentActive) })
		must(d.identify(t, ends))(t)
		d.turn(time.Hour)
		d.refuses(t, ends, "expired at "+until.Format(time.RFC3339))
	})
}

// A token is remembered for a second, and never beyond its end.
func TestIdentityIsRemembered(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		plain, ends := credential.New(credential.Access), credential.New(credential.Access)
		row := d.token(t, plain, nil)
		d.token(t, ends, func(c *ent.AccessTokenCreate) { c.SetExpiresAt(start.Add(500 * time.Millisecond)) })
		must(d.Identify(t.Context(), plain))(t)
		must(d.Identify(t.Context(), ends))(t)
		must(d.client.AccessToken.UpdateOne(row).SetRevokedAt(start).Save(viewer.System(t.Context())))(t)
		d.turn(500 * time.Millisecond)
		must(d.Identify(t.Context(), plain))(t)
		if _, err := d.Identify(t.Context(), ends); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("beyond its end: %v", err)
		}
		d.turn(500 * time.Millisecond)
		if _, err := d.Identify(t.Context(), plain); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("revoked a second ago: %v", err)
		}
	})
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		invitation := func(c *ent.AccessTokenCreate) {
			c.SetPurpose(domain.InvitationToken).SetExpiresAt(start.Add(time.Hour)).SetScopes([]domain.TokenScope{domain.AgentsRead})
		}
		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentInvited) })
		good := credential.New(credential.Invitation)
		row := d.token(t, good, invitation)
		want := viewer.Viewer{
			AppID: d.rows["App"], AgentID: d.rows["Agent"], Role: domain.Owner, Kind: viewer.Invited, CredentialID: row.ID,
		}
		who := must(d.identify(t, good))(t)
		if want.Until = who.Until; who != want || !who.Until.Equal(start.Add(time.Hour)) {
			t.Errorf("invited: %+v", who)
		}
		// each kind of token is for one purpose, whatever the rows say
		asAccess, asInvitation := credential.New(credential.Access), credential.New(credential.Invitation)
		d.token(t, asAccess, invitation)
		d.token(t, asInvitation, nil)
		d.refuses(t, asAccess, "never given out")
		d.refuses(t, asInvitation, "never given out")

		d.agent(t, func(u *ent.AgentUpdateOne) { u.SetStatus(domain.AgentDeactivated) })
		d.refuses(t, good, "deactivated")
		d.turn(time.Hour)
		d.refuses(t, good, "invitation expired")
		must(d.client.AccessToken.UpdateOne(row).SetRevokedAt(start).Save(viewer.System(t.Context())))(t)
		d.refuses(t, good, "accepted or withdrawn")
	})
}

func TestPublishableKeys(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		key := func(mayPay bool, origins ...string) (string, *ent.PublishableKey) {
			text := credential.New(credential.Publishable)
			create := d.client.PublishableKey.Create().SetAppID(d.rows["App"]).SetName("page").SetKey(text).SetAllowedOrigins(origins).SetMayPay(mayPay)
			return text, must(create.Save(viewer.System(t.Context())))(t)
		}
		some, row := key(true, "https://book.example.org", "http://localhost:3000")
		all, _ := key(false, "*")
		none, _ := key(false)
		if who := must(d.identify(t, some))(t); who != (viewer.Viewer{AppID: d.rows["App"], Kind: viewer.Page, CredentialID: row.ID, MayPay: true}) {
			t.Errorf("the page: %+v", who)
		}
		for _, tt := range []struct {
			key, origin string
			ok          bool
		}{
			{some, "https://book.example.org", true},
			{some, "http://localhost:3000", true},
			{some, "http://book.example.org", false},
			{some, "https://book.example.org.evil.io", false},
			{some, "https://book.example.org:443", false},
			{some, "https://evil.book.example.org", false},
			{some, "null", false},
			{some, "*", false},
			{some, "", false},
			{all, "https://anywhere.example", true},
			{all, "null", true},
			{all, "", true},
			{none, "https://book.example.org", false},
			{none, "", false},
		} {
			err := d.Admits(t.Context(), tt.key, tt.origin)
			if tt.ok && err != nil || !tt.ok && (apperr.CodeOf(err) != apperr.Forbidden || !strings.Contains(err.Error(), "allowedOrigins")) {
				t.Errorf("%.10s from %q: %v", tt.key, tt.origin, err)
			}
			if err != nil && strings.Contains(err.Error(), "example") {
				t.Errorf("the origins are in the message: %v", err)
			}
		}
		access := credential.New(credential.Access)
		d.token(t, access, nil)
		if err := d.Admits(t.Context(), access, "https://anywhere.example"); err != nil {
			t.Errorf("an access token: %v", err)
		}
		must(struct{}{}, d.client.PublishableKey.DeleteOne(row).Exec(viewer.System(t.Context())))(t)
		d.refuses(t, some, "deleted")
		if err := d.Admits(t.Context(), some, "https://book.example.org"); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("deleted: %v", err)
		}
	})
}

func TestManageTokens(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		token := credential.New(credential.Manage)
		for i := range 2 { // who booked two seats
			must(d.client.Attendee.Create().SetAppID(d.rows["App"]).SetMeetingID(d.rows["Meeting"]).SetPosition(i + 1).SetName("Ana").
				SetEmail("ana@example.org").SetTimeZone("UTC").SetStatus(domain.AttendeeActive).SetManageHash(credential.Hash(token)).
				SetCreatedAt(start.Add(time.Duration(i) * time.Millisecond)).Save(viewer.System(t.Context())))(t)
		}
		want := viewer.Viewer{AppID: d.rows["App"], Kind: viewer.Attendee, ManageHash: string(credential.Hash(token))}
		if who := must(d.identify(t, token))(t); who != want {
			t.Errorf("who booked: %+v", who)
		}
		d.refuses(t, credential.New(credential.Manage), "never given out")
	})
}

// A typing error is told apart from a token that nobody has, and both from a
// database that does not answer.
func TestNoTokens(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		token := credential.New(credential.Access)
		d.token(t, token, nil)
		typo := token[:39] + "0"
		if typo == token {
			typo = token[:39] + "1"
		}
		for given, want := range map[string]string{
			typo: "typing error", "": "36 characters", "x": "36 characters", token + "x": "36 characters",
			"a.b": "36 characters", "..": "malformed", "a.b.c": "malformed", "a.b.c.d": "36 characters",
		} {
			d.refuses(t, given, want)
		}
		if err := d.db.Close(); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []credential.Kind{credential.Access, credential.Invitation, credential.Publishable, credential.Manage} {
			if _, err := d.identify(t, credential.New(kind)); apperr.CodeOf(err) != apperr.Internal {
				t.Errorf("%s without a database: %v", kind, err)
			}
		}
	})
}

func FuzzIdentify(f *testing.F) {
	db := entdbtest.SQLite(f)
	s := account.New(account.Config{Client: db.Client, Keys: entdbtest.Keys()})
	first := must(s.FirstStart(f.Context(), ""))(f)
	for _, seed := range []string{
		first.Token, "", "slc_", "slcp_", "slci_", "slcm_", credential.New(credential.Publishable), credential.New(credential.Manage),
		credential.New(credential.Invitation), "a.b.c", "e30.e30.e30", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4IiwiYXVkIjoieSIsImV4cCI6MX0.", "slc_\x00", "\xff.\xff.\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		who, err := s.Identify(t.Context(), text)
		if text != first.Token && (apperr.CodeOf(err) != apperr.Unauthenticated || who != (viewer.Viewer{})) {
			t.Errorf("%q: %+v, %v", text, who, err)
		}
	})
}
