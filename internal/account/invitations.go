package account

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// invitationLasts is how long an invitation can be accepted.
const invitationLasts = 7 * 24 * time.Hour

// InviteInput says whom to invite; see the GraphQL input InviteAgentInput.
type InviteInput struct {
	Email    string
	Name     *string // nil: the part of the address before the @
	TimeZone string  // an IANA name
	Role     domain.Role
}

// Invitation is what the person invited is given.
type Invitation struct {
	Agent     *ent.Agent
	Token     string // accepts it; cannot be read again
	ExpiresAt time.Time
}

// InviteAgent makes an agent who has yet to join. One who was invited before
// stays as he is and gets a new invitation; the old one ends. An invitation is
// for no more than the token of who invites. Its errors: those of CreateAgent,
// and CONFLICT for one who is deactivated.
func (s *Service) InviteAgent(ctx context.Context, in InviteInput) (*Invitation, error) {
	v, err := s.leader(ctx, domain.AgentsWrite, "invite agents")
	if err != nil {
		return nil, err
	}
	a := AgentInput{Name: localPart(in.Email), Email: in.Email, TimeZone: in.TimeZone, Role: in.Role}
	if in.Name != nil {
		a.Name = *in.Name
	}
	if err := cmp.Or(input.Email("email", a.Email), a.check(), mayGive(v, a.Role)); err != nil {
		return nil, err
	}
	var made *Invitation
	var ended []*ent.AccessToken
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		ctx := viewer.ForApp(ctx)
		if err := lockApp(ctx, tx, v.AppID); err != nil {
			return err
		}
		before, err := addressOf(ctx, tx, v.AppID, a.Email, "")
		if err != nil {
			return err
		}
		if before == nil {
			if err := identityFree(ctx, tx, v.AppID, "", &a); err != nil {
				return err
			}
			made, err = newcomer(ctx, tx, v, a)
			return err
		}
		made, ended, err = inviteAgain(ctx, tx, v, before.ID, a.Email)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.forgetAll(ended)
	return made, nil
}

func newcomer(ctx context.Context, tx *ent.Tx, v viewer.Viewer, in AgentInput) (*Invitation, error) {
	a, err := addAgent(ctx, tx, v.AppID, in, domain.AgentInvited)
	if err != nil {
		return nil, err
	}
	return invite(ctx, tx, v, a, in.changed(&AgentInput{}).Made())
}

func inviteAgain(ctx context.Context, tx *ent.Tx, v viewer.Viewer, id, email string) (*Invitation, []*ent.AccessToken, error) {
	rows, err := lockAgents(ctx, tx, id, false)
	if err != nil {
		return nil, nil, err
	}
	switch rows.agent.Status {
	case domain.AgentActive:
		return nil, nil, addressTaken(email)
	case domain.AgentDeactivated:
		return nil, nil, apperr.New(apperr.Conflict, "the agent with the address %s is deactivated: reactivate %s", email, id)
	case domain.AgentInvited:
	}
	if err := mayChange(v, rows.agent, "email"); err != nil {
		return nil, nil, err
	}
	ended, err := endTokens(ctx, tx, id, accesstoken.PurposeEQ(domain.InvitationToken))
	if err != nil {
		return nil, nil, err
	}
	made, err := invite(ctx, tx, v, rows.agent, audit.Changes{})
	return made, ended, err
}

func invite(ctx context.Context, tx *ent.Tx, v viewer.Viewer, a *ent.Agent, changes audit.Changes) (*Invitation, error) {
	until := now().Add(invitationLasts)
	g := grant{
		name: "Invitation", agentID: a.ID, purpose: domain.InvitationToken, text: credential.New(credential.Invitation),
		scopes: v.Scopes.List(), expiresAt: &until,
	}
	if _, err := g.keep(ctx, tx, a); err != nil {
		return nil, err
	}
	err := audit.Record(ctx, tx, audit.Entry{
		Action: domain.AuditAgentInvited, TargetID: a.ID, Changes: changes.Set("expiresAt", until),
	})
	return &Invitation{Agent: a, Token: g.text, ExpiresAt: until}, err
}

// AcceptInput is what the person invited may say of himself; nil leaves it as
// the invitation has it.
type AcceptInput struct {
	Name     *string
	TimeZone *string
}

// AcceptInvitation exchanges the viewer's invitation for an access token, once,
// and returns that with its text. Its errors: FORBIDDEN without an invitation,
// BAD_USER_INPUT with the field, CONFLICT where the invitation has ended.
func (s *Service) AcceptInvitation(ctx context.Context, in AcceptInput) (*ent.AccessToken, string, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil, "", apperr.New(apperr.Unauthenticated, "a token is needed")
	}
	if v.Kind != viewer.Invited {
		return nil, "", apperr.New(apperr.Forbidden, "send the invitation (slci_…) as the token of this request")
	}
	var made *ent.AccessToken
	var used []byte
	g := grant{name: "Invitation accepted", agentID: v.AgentID, purpose: domain.PersonalToken, text: credential.New(credential.Access)}
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		ctx := viewer.ForApp(ctx)
		rows, err := lockAgents(ctx, tx, v.AgentID, false)
		if err != nil {
			return err
		}
		invitation, err := claim(ctx, tx, v)
		if err != nil {
			return err
		}
		if rows.agent.Status != domain.AgentInvited {
			return invitationOver()
		}
		joined, err := join(ctx, tx, rows.agent, in)
		if err != nil {
			return err
		}
		used, g.scopes = invitation.Hash, invitation.Scopes
		made, err = g.keep(ctx, tx, joined)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	s.forget(used)
	return made, g.text, nil
}

// claim uses the viewer's invitation up: of two at once, one has it.
func claim(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (*ent.AccessToken, error) {
	mine := accesstoken.And(accesstoken.ID(v.CredentialID), accesstoken.AgentID(v.AgentID),
		accesstoken.PurposeEQ(domain.InvitationToken))
	at := now()
	n, err := tx.AccessToken.Update().Where(mine, live(at)).SetRevokedAt(at).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("claiming the invitation: %w", err)
	}
	if n == 0 {
		return nil, invitationOver()
	}
	t, err := tx.AccessToken.Query().Where(mine).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the invitation: %w", err)
	}
	return t, nil
}

func invitationOver() error {
	return apperr.New(apperr.Conflict, "the invitation was accepted, replaced or withdrawn: ask for a new one")
}

// join makes an agent one who takes part, as he describes himself.
func join(ctx context.Context, tx *ent.Tx, a *ent.Agent, in AcceptInput) (*ent.Agent, error) {
	was, to := kept(a), kept(a)
	AgentChanges{Name: in.Name, TimeZone: in.TimeZone}.onto(to)
	if err := to.check(); err != nil {
		return nil, err
	}
	err := tx.Agent.UpdateOneID(a.ID).SetName(to.Name).SetTimeZone(to.TimeZone).SetStatus(domain.AgentActive).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("letting agent %s join: %w", a.ID, err)
	}
	err = audit.Record(ctx, tx, audit.Entry{
		Action: domain.AuditAgentJoined, TargetID: a.ID,
		Changes: to.changed(was).Move("status", a.Status, domain.AgentActive),
	})
	if err != nil {
		return nil, err
	}
	return readAgent(ctx, tx, a.ID)
}

// localPart is what stands before the @.
func localPart(email string) string {
	name, _, _ := strings.Cut(email, "@")
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	return name
}
