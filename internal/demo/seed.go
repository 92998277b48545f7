package demo

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"slotcast/internal/account"
)

// Company is what Seed has made.
type Company struct {
	*company
	Owner, Member Person
	Hooks         []Hook
	Meetings      int
}

// Person is somebody to sign in as.
type Person struct{ Name, AgentID, Token string }

// Hook is a webhook, by the name that its target was asked with.
type Hook struct{ Name, ID, Secret string }

func (c *Config) complete() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Told == nil {
		c.Told = func(int, int) {}
	}
	c.Logger = cmp.Or(c.Logger, slog.Default())
}

// Seed fills the app. It is called once, before the server runs: what it makes is
// history by then, but for what is sent again of the last days.
func Seed(ctx context.Context, cfg Config) (*Company, error) {
	cfg.complete()
	c, err := found(ctx, &cfg)
	if err != nil {
		return nil, err
	}
	now := cfg.Now().UTC().Truncate(time.Microsecond)
	p, err := newPast(ctx, &cfg, c, now)
	if err != nil {
		return nil, err
	}
	if err := p.happen(ctx, cfg.Told); err != nil {
		return nil, fmt.Errorf("making the last weeks: %w", err)
	}
	out := &Company{company: c, Owner: Person{OwnerName, cfg.App.AgentID, cfg.App.Token}}
	if out.Meetings, err = p.count(ctx); err != nil {
		return nil, err
	}
	if out.Hooks, err = c.subscribe(ctx, &cfg, now); err != nil {
		return nil, err
	}
	member := c.agents[grace]
	_, token, err := cfg.Accounts.CreateAccessToken(c.as(ctx, grace), account.TokenInput{Name: "To look around"})
	if err != nil {
		return nil, fmt.Errorf("making a token for %s: %w", member.Name, err)
	}
	out.Member = Person{member.Name, member.ID, token}
	return out, nil
}
