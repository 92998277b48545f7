package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"slotcast/ent"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// Start is what a new app begins with.
type Start struct {
	AppID, AgentID string
	EventTypeIDs   []string // of a first start
	Token          string   // the owner's
}

// CreateApp makes an app with its owner and a token, which cannot be read again.
// BAD_USER_INPUT with the field. It is for the server's own command line.
func (s *Service) CreateApp(ctx context.Context, name, ownerName, ownerEmail string) (*Start, error) {
	err := input.First(input.Name("name", name, maxName), input.Name("ownerName", ownerName, maxName),
		input.Email("ownerEmail", ownerEmail))
	if err != nil {
		return nil, err
	}
	ctx = viewer.System(ctx)
	var made *Start
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		made, err = found(ctx, tx, name, ownerOf(ownerName, ownerEmail), credential.New(credential.Access))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("making the app: %w", err)
	}
	return made, nil
}

// FirstStart makes an app with its owner, two event types and a token, where
// the database has no app yet; otherwise it returns nil. Of several processes
// that start at once one makes them. An empty token means that one is made.
func (s *Service) FirstStart(ctx context.Context, ownerToken string) (*Start, error) {
	ctx = viewer.System(ctx)
	if some, err := populated(ctx, s.client); some || err != nil {
		return nil, err
	}
	if ownerToken == "" {
		ownerToken = credential.New(credential.Access)
	}
	if kind, err := credential.Parse(ownerToken); err != nil || kind != credential.Access {
		return nil, fmt.Errorf("the owner's token cannot be used: %w; slotcast token new prints one", cmp.Or(err, errors.New("it is not an access token")))
	}
	var made *Start
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		made, err = populate(ctx, tx, ownerToken)
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
func populate(ctx context.Context, tx *ent.Tx, ownerToken string) (*Start, error) {
	// the one row that is always there: its lock lasts until the transaction ends
	if err := tx.Shard.UpdateOneID(0).AddHead(0).Exec(ctx); err != nil {
		return nil, fmt.Errorf("locking out other first starts: %w", err)
	}
	if some, err := populated(ctx, tx.Client()); some || err != nil {
		return nil, err
	}
	made, err := found(ctx, tx, "My company", ownerOf("Jo Park", "owner@example.org"), ownerToken)
	if err != nil {
		return nil, err
	}
	for _, t := range []struct {
		name, slug string
		minutes    int
	}{{"Intro call", "intro-call", 30}, {"Deep dive", "deep-dive", 60}} {
		et, err := tx.EventType.Create().SetAppID(made.AppID).SetName(t.name).SetSlug(t.slug).
			SetType(domain.Solo).SetDurationMinutes(t.minutes).
			SetReminders([]domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}}).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("making the event type %s: %w", t.slug, err)
		}
		if err := tx.Host.Create().SetAppID(made.AppID).SetEventTypeID(et.ID).SetAgentID(made.AgentID).Exec(ctx); err != nil {
			return nil, fmt.Errorf("adding the host of %s: %w", t.slug, err)
		}
		made.EventTypeIDs = append(made.EventTypeIDs, et.ID)
	}
	return made, nil
}

func ownerOf(name, email string) AgentInput {
	return AgentInput{Name: name, Email: email, TimeZone: "UTC", Role: domain.Owner}
}

// found makes an app with its owner and a token for him. It runs as the server.
func found(ctx context.Context, tx *ent.Tx, name string, owner AgentInput, token string) (*Start, error) {
	app, err := tx.App.Create().SetName(name).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("making the app: %w", err)
	}
	a, err := addAgent(ctx, tx, app.ID, owner, domain.AgentActive)
	if err != nil {
		return nil, err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		AppID: app.ID, Action: domain.AuditAgentCreated, TargetID: a.ID, Changes: owner.changed(&AgentInput{}).Made(),
	})
	if err != nil {
		return nil, err
	}
	g := grant{name: "First start", agentID: a.ID, purpose: domain.PersonalToken, text: token}
	if _, err := g.keep(ctx, tx, a); err != nil {
		return nil, err
	}
	return &Start{AppID: app.ID, AgentID: a.ID, Token: token}, nil
}
