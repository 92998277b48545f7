package account_test

import (
	"context"
	"strings"
	"testing"

	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// entdbEach runs a test on every database, with members.
func entdbEach(t *testing.T, test func(t *testing.T, m *members)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(t, newMembers(t, db)) })
}

// command is a call that is right in itself, on what is not there.
type command struct {
	scope  domain.TokenScope
	do     func(ctx context.Context) error
	member string // what a MEMBER is told
	owner  string // what an OWNER is told
}

func (m *members) commands() map[string]command {
	none := func(kind string) string { return kind + "_none" }
	agents, access := domain.AgentsWrite, domain.AccessWrite
	return map[string]command{
		"createAgent": {agents, func(ctx context.Context) error {
			_, err := m.CreateAgent(ctx, agentInput("New"))
			return err
		}, "FORBIDDEN", ""},
		"updateAgent": {agents, func(ctx context.Context) error {
			_, err := m.UpdateAgent(ctx, none("agt"), account.AgentChanges{Name: pointer("X")})
			return err
		}, "FORBIDDEN", "NOT_FOUND id"},
		"inviteAgent": {agents, func(ctx context.Context) error {
			_, err := m.InviteAgent(ctx, account.InviteInput{Email: "i@example.org", TimeZone: "UTC", Role: domain.Member})
			return err
		}, "FORBIDDEN", ""},
		"deactivateAgent": {agents, func(ctx context.Context) error {
			_, err := m.DeactivateAgent(ctx, none("agt"))
			return err
		}, "FORBIDDEN", "NOT_FOUND id"},
		"reactivateAgent": {agents, func(ctx context.Context) error {
			_, err := m.ReactivateAgent(ctx, none("agt"))
			return err
		}, "FORBIDDEN", "NOT_FOUND id"},
		"createAccessToken": {access, func(ctx context.Context) error {
			_, _, err := m.CreateAccessToken(ctx, account.TokenInput{Name: "x", AgentID: pointer(none("agt"))})
			return err
		}, "FORBIDDEN agentId", "NOT_FOUND agentId"},
		"revokeAccessToken": {access, func(ctx context.Context) error {
			return m.RevokeAccessToken(ctx, none("tok"))
		}, "NOT_FOUND id", "NOT_FOUND id"},
		"createPublishableKey": {access, func(ctx context.Context) error {
			_, err := m.CreatePublishableKey(ctx, keyInput())
			return err
		}, "FORBIDDEN", ""},
		"updatePublishableKey": {access, func(ctx context.Context) error {
			_, err := m.UpdatePublishableKey(ctx, none("pbk"), account.KeyChanges{Name: pointer("X")})
			return err
		}, "FORBIDDEN", "NOT_FOUND id"},
		"deletePublishableKey": {access, func(ctx context.Context) error {
			return m.DeletePublishableKey(ctx, none("pbk"))
		}, "FORBIDDEN", "NOT_FOUND id"},
		"createIdentityProvider": {access, func(ctx context.Context) error {
			_, err := m.CreateIdentityProvider(ctx, providerInput())
			return err
		}, "FORBIDDEN", ""},
		"updateIdentityProvider": {access, func(ctx context.Context) error {
			_, err := m.UpdateIdentityProvider(ctx, none("idp"), account.ProviderChanges{Name: pointer("X")})
			return err
		}, "FORBIDDEN", "NOT_FOUND id"},
		"deleteIdentityProvider": {access, func(ctx context.Context) error {
			return m.DeleteIdentityProvider(ctx, none("idp"))
		}, "FORBIDDEN", "NOT_FOUND id"},
	}
}

func lacks(t *testing.T, what string, err error, scope domain.TokenScope) {
	t.Helper()
	if apperr.CodeOf(err) != apperr.Forbidden || !strings.Contains(err.Error(), string(scope)) {
		t.Errorf("%s: %v, want one about %s", what, err, scope)
	}
}
