package account

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Service keeps apps, agents and tokens. It is safe for concurrent use.
type Service struct{ client *ent.Client }

// New returns a Service.
func New(client *ent.Client) *Service { return &Service{client: client} }

// Identify returns who a token belongs to, as a viewer. UNAUTHENTICATED where
// nobody has it.
func (s *Service) Identify(ctx context.Context, token string) (viewer.Viewer, error) {
	if err := CheckToken(token); err != nil {
		return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "%v", err)
	}
	row, err := s.client.AccessToken.Query().
		Where(accesstoken.Hash(hashToken(token))).WithAgent().
		Only(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "the token was revoked or never given out")
	}
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("looking up the token: %w", err)
	}
	a := row.Edges.Agent
	return viewer.Viewer{AppID: a.AppID, AgentID: a.ID, Role: a.Role}, nil
}

// CreateToken makes a token for an agent of an app and returns it; it cannot be
// read again. NOT_FOUND where the app has no such agent. It is for the server's
// own command line.
func (s *Service) CreateToken(ctx context.Context, appID, agentID, name string) (string, error) {
	ctx = viewer.System(ctx)
	found, err := s.client.Agent.Query().Where(agent.ID(agentID), agent.AppID(appID)).Exist(ctx)
	if err != nil {
		return "", fmt.Errorf("looking up the agent: %w", err)
	}
	if !found {
		return "", apperr.Missing("agent of app "+appID, "agent", agentID)
	}
	token := NewToken()
	return token, s.keep(ctx, s.client, appID, agentID, name, token)
}

func (s *Service) keep(ctx context.Context, client *ent.Client, appID, agentID, name, token string) error {
	err := client.AccessToken.Create().
		SetAppID(appID).SetAgentID(agentID).SetName(name).
		SetPrefix(token[:len(tokenPrefix)+6]).SetHash(hashToken(token)).
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("keeping the token: %w", err)
	}
	return nil
}

// Start is what a first start made.
type Start struct {
	AppID, AgentID string
	EventTypeIDs   []string
	Token          string // the owner's
}

// FirstStart makes an app with its owner, two event types and a token, where
// the database has no app yet; otherwise it returns nil. An empty token means
// that one is made.
func (s *Service) FirstStart(ctx context.Context, token string) (*Start, error) {
	ctx = viewer.System(ctx)
	n, err := s.client.App.Query().Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("counting the apps: %w", err)
	}
	if n > 0 {
		return nil, nil
	}
	if token == "" {
		token = NewToken()
	} else if err := CheckToken(token); err != nil {
		return nil, fmt.Errorf("the owner's token cannot be used: %w", err)
	}
	tx, err := s.client.Tx(ctx)
	if err != nil {
		return nil, fmt.Errorf("beginning the first start: %w", err)
	}
	made, err := s.populate(ctx, tx.Client(), token)
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	return made, tx.Commit()
}

func (s *Service) populate(ctx context.Context, client *ent.Client, token string) (*Start, error) {
	app, err := client.App.Create().SetName("My company").Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("making the first app: %w", err)
	}
	owner, err := client.Agent.Create().SetAppID(app.ID).
		SetName("Jo Park").SetEmail("owner@example.org").SetTimeZone("UTC").SetRole(domain.Owner).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("making the owner: %w", err)
	}
	made := &Start{AppID: app.ID, AgentID: owner.ID, Token: token}
	for _, t := range []struct {
		name, slug string
		minutes    int
	}{{"Intro call", "intro-call", 30}, {"Deep dive", "deep-dive", 60}} {
		et, err := client.EventType.Create().SetAppID(app.ID).SetName(t.name).SetSlug(t.slug).
			SetType(domain.Solo).SetDurationMinutes(t.minutes).
			SetReminders([]domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}}).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("making the event type %s: %w", t.slug, err)
		}
		if err := client.Host.Create().SetAppID(app.ID).SetEventTypeID(et.ID).SetAgentID(owner.ID).Exec(ctx); err != nil {
			return nil, fmt.Errorf("adding the host of %s: %w", t.slug, err)
		}
		made.EventTypeIDs = append(made.EventTypeIDs, et.ID)
	}
	return made, s.keep(ctx, client, app.ID, owner.ID, "First start", token)
}
