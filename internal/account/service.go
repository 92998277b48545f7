package account

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/apperr"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Service keeps apps, agents and tokens. It is safe for concurrent use.
type Service struct {
	client *ent.Client
	known  *identities
}

// New returns a Service.
func New(client *ent.Client) *Service { return &Service{client: client, known: newIdentities()} }

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
	if err := s.keep(ctx, s.client, appID, agentID, name, token); err != nil {
		return "", err
	}
	return token, nil
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
// the database has no app yet; otherwise it returns nil. Of several processes
// that start at once one makes them. An empty token means that one is made.
func (s *Service) FirstStart(ctx context.Context, token string) (*Start, error) {
	ctx = viewer.System(ctx)
	if some, err := populated(ctx, s.client); some || err != nil {
		return nil, err
	}
	if token == "" {
		token = NewToken()
	} else if err := CheckToken(token); err != nil {
		return nil, fmt.Errorf("the owner's token cannot be used: %w", err)
	}
	var made *Start
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		made, err = s.populate(ctx, tx.Client(), token)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("making the first app: %w", err)
	}
	return made, nil
}

func populated(ctx context.Context, client *ent.Client) (bool, error) {
	some, err := client.App.Query().Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("looking for apps: %w", err)
	}
	return some, nil
}

// populate returns nil where another process was faster.
func (s *Service) populate(ctx context.Context, client *ent.Client, token string) (*Start, error) {
	// the one row that is always there: its lock lasts until the transaction ends
	if err := client.Shard.UpdateOneID(0).AddHead(0).Exec(ctx); err != nil {
		return nil, fmt.Errorf("locking out other first starts: %w", err)
	}
	if some, err := populated(ctx, client); some || err != nil {
		return nil, err
	}
	app, err := client.App.Create().SetName("My company").Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("making the app: %w", err)
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
