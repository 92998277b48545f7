package account

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

const (
	maxTokens   = 100 // of an agent, in use
	maxLifetime = 10  // years
)

// TokenInput describes a new access token; see the GraphQL input
// CreateAccessTokenInput.
type TokenInput struct {
	Name      string
	AgentID   *string             // nil: the viewer
	Scopes    []domain.TokenScope // none: all that the viewer's own token is for
	ExpiresAt *time.Time          // nil: never, or with the viewer's own token
}

// CreateAccessToken makes a token and returns it with its text, which cannot be
// read again. Its agent is in its edges. Its errors: FORBIDDEN with the field
// for more than the viewer has himself, BAD_USER_INPUT with the field, NOT_FOUND
// for the agent, CONFLICT for one who does not take part, LIMIT_EXCEEDED.
func (s *Service) CreateAccessToken(ctx context.Context, in TokenInput) (*ent.AccessToken, string, error) {
	v, err := s.caller(ctx, domain.AccessWrite)
	if err != nil {
		return nil, "", err
	}
	g := grant{name: in.Name, agentID: v.AgentID, purpose: domain.PersonalToken, text: credential.New(credential.Access)}
	if in.AgentID != nil {
		g.agentID = *in.AgentID
	}
	if !v.Leads() && g.agentID != v.AgentID {
		return nil, "", forbidden("agentId", "a MEMBER may make tokens for himself only: ask an OWNER or ADMIN")
	}
	if err := input.First(input.Name("name", in.Name, maxName), input.Text("agentId", g.agentID, maxID)); err != nil {
		return nil, "", err
	}
	if g.scopes, err = grantedScopes(v, in.Scopes); err != nil {
		return nil, "", err
	}
	if g.expiresAt, err = grantedUntil(v, in.ExpiresAt, now()); err != nil {
		return nil, "", err
	}
	var made *ent.AccessToken
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		made, err = giveToken(viewer.ForApp(ctx), tx, v, g)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return made, g.text, nil
}

func giveToken(ctx context.Context, tx *ent.Tx, v viewer.Viewer, g grant) (*ent.AccessToken, error) {
	rows, err := lockAgents(ctx, tx, g.agentID, false)
	if apperr.CodeOf(err) == apperr.NotFound {
		return nil, apperr.Missing("agent", "agentId", g.agentID)
	}
	if err != nil {
		return nil, err
	}
	if err := mayChange(v, rows.agent, "agentId"); err != nil {
		return nil, err
	}
	if err := takesPart(rows.agent); err != nil {
		return nil, err
	}
	n, err := tx.AccessToken.Query().Where(accesstoken.AgentID(g.agentID), live(now())).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("counting the tokens: %w", err)
	}
	if n >= maxTokens {
		return nil, apperr.New(apperr.LimitExceeded, "an agent has at most %d tokens: revoke some", maxTokens)
	}
	return g.keep(ctx, tx, rows.agent)
}

// takesPart refuses an agent who has not joined, or has been sent away.
func takesPart(a *ent.Agent) error {
	switch a.Status {
	case domain.AgentDeactivated:
		return apperr.New(apperr.Conflict, "the agent is deactivated: reactivate it first")
	case domain.AgentInvited:
		return apperr.New(apperr.Conflict, "the agent has not joined yet: accepting the invitation gives a token")
	case domain.AgentActive:
	}
	return nil
}

// RevokeAccessToken ends a token, at once in this process. It ends invitations,
// too. Its errors: NOT_FOUND, FORBIDDEN for a token of an agent whose role is
// above the viewer's, CONFLICT where it was revoked before.
func (s *Service) RevokeAccessToken(ctx context.Context, id string) error {
	v, err := s.caller(ctx, domain.AccessWrite)
	if err != nil {
		return err
	}
	if err := input.Text("id", id, maxID); err != nil {
		return err
	}
	var revoked *ent.AccessToken
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		revoked, err = tx.AccessToken.Query().Where(accesstoken.ID(id)).Only(ctx)
		if ent.IsNotFound(err) {
			return apperr.Missing("access token", "id", id)
		}
		if err != nil {
			return fmt.Errorf("reading access token %s: %w", id, err)
		}
		return revoke(viewer.ForApp(ctx), tx, v, revoked)
	})
	if err != nil {
		return err
	}
	s.forget(revoked.Hash)
	return nil
}

func revoke(ctx context.Context, tx *ent.Tx, v viewer.Viewer, t *ent.AccessToken) error {
	if t.AgentID != v.AgentID { // one's own may always be ended
		a, err := tx.Agent.Query().Where(agent.ID(t.AgentID)).Only(ctx)
		if err != nil {
			return fmt.Errorf("reading the token's agent: %w", err)
		}
		if err := mayChange(v, a, "id"); err != nil {
			return err
		}
	}
	at := now()
	n, err := tx.AccessToken.Update().Where(accesstoken.ID(t.ID), accesstoken.RevokedAtIsNil()).SetRevokedAt(at).Save(ctx)
	if err != nil {
		return fmt.Errorf("revoking access token %s: %w", t.ID, err)
	}
	if n == 0 {
		return apperr.New(apperr.Conflict, "the token was revoked before, or used up")
	}
	return audit.Record(ctx, tx, audit.Entry{
		Action: domain.AuditAccessTokenRevoked, TargetID: t.ID,
		Changes: audit.Changes{}.Move("revokedAt", nil, at),
	})
}

// CreateToken makes a token for an agent of an app and returns it; it cannot be
// read again. NOT_FOUND where the app has no such agent, CONFLICT where the
// agent does not take part. It is for the server's own command line.
func (s *Service) CreateToken(ctx context.Context, appID, agentID, name string) (string, error) {
	ctx = viewer.System(ctx)
	if err := input.First(input.Name("name", name, maxName), input.Text("app", appID, maxID), input.Text("agent", agentID, maxID)); err != nil {
		return "", err
	}
	g := grant{name: name, agentID: agentID, purpose: domain.PersonalToken, text: credential.New(credential.Access)}
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		a, err := tx.Agent.Query().Where(agent.ID(agentID), agent.AppID(appID), lock).Only(ctx)
		if ent.IsNotFound(err) {
			return apperr.Missing("agent of app "+appID, "agent", agentID)
		}
		if err != nil {
			return fmt.Errorf("looking up the agent: %w", err)
		}
		if err := takesPart(a); err != nil {
			return err
		}
		_, err = g.keep(ctx, tx, a)
		return err
	})
	if err != nil {
		return "", err
	}
	return g.text, nil
}

// forget makes this process look a token up anew when it comes next.
func (s *Service) forget(hash []byte) { s.known.Remove(string(hash)) }

func (s *Service) forgetAll(tokens []*ent.AccessToken) {
	for _, t := range tokens {
		s.forget(t.Hash)
	}
}
