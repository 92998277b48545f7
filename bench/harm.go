package main

import (
	"context"
	"fmt"
	"time"
)

// wait lets time pass between two faults.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// kill ends one server after the other with SIGKILL, and starts another one in
// its place. It also replaces those that end by themselves.
func (c *chaos) kill(ctx context.Context) error {
	for c.counted.Kills < c.harm.kills {
		if err := wait(ctx, c.harm.pause); err != nil {
			return err
		}
		n := c.cluster.hold()
		if n == nil {
			continue
		}
		n.kill()
		c.cluster.drop(n)
		c.count(&c.counted.Kills)
		if c.counted.Kills == (c.harm.kills+1)/2 { // what hangs later is long in coming
			if err := c.receiver.change(Moods{FailOne: c.moods.FailOne, LateOne: c.moods.LateOne}); err != nil {
				return fmt.Errorf("calming the receiver: %w", err)
			}
		}
		if err := c.cluster.fill(ctx, chaosServers); err != nil {
			return fmt.Errorf("starting a server anew: %w", err)
		}
	}
	return nil
}

// plagueRedis empties Redis, and kills it and has it away for a while, in turns.
func (c *chaos) plagueRedis(ctx context.Context) error {
	for flushes, kills := 0, 0; flushes < c.harm.flushes || kills < c.harm.redisKills; {
		if err := wait(ctx, c.harm.calm); err != nil {
			return err
		}
		if flushes*(c.harm.redisKills+1) <= kills*c.harm.flushes && flushes < c.harm.flushes || kills == c.harm.redisKills {
			if err := c.redis.flush(ctx); err != nil {
				return fmt.Errorf("emptying Redis: %w", err)
			}
			flushes++
			c.count(&c.counted.Flushes)
			continue
		}
		c.redis.kill()
		kills++
		c.count(&c.counted.RedisKills)
		if err := wait(ctx, c.harm.down); err != nil {
			return err
		}
		if err := c.redis.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// plaguePostgres ends PostgreSQL as pg_ctl stop -m immediate does, and starts it
// again: it recovers as after a crash.
func (c *chaos) plaguePostgres(ctx context.Context) error {
	share := time.Duration(c.harm.kills) * c.harm.pause / time.Duration(c.harm.restarts+1)
	for range c.harm.restarts {
		if err := wait(ctx, share); err != nil {
			return err
		}
		if err := c.pg.restart(ctx); err != nil {
			return fmt.Errorf("restarting PostgreSQL: %w", err)
		}
		c.count(&c.counted.Restarts)
	}
	return nil
}

// leasesOf counts those that the server of a name holds.
const leasesOf = `SELECT count(*) FROM leases l JOIN chaos_processes p ON p.id = l.owner WHERE p.name = $1`

// freeze holds servers where they are until others have taken all of their
// shards, and lets them go on: they still believe that they own them.
func (c *chaos) freeze(ctx context.Context) error {
	for c.counted.Freezes < c.harm.freezes {
		if err := wait(ctx, c.harm.pause); err != nil {
			return err
		}
		n := c.cluster.hold()
		if n == nil {
			continue
		}
		froze, err := c.freezeOne(ctx, n)
		c.cluster.letGo(n)
		if err != nil {
			return err
		}
		if froze {
			c.count(&c.counted.Freezes)
		}
	}
	return nil
}

// freezeOne freezes an owner of shards; false: it owns none, or has gone.
func (c *chaos) freezeOne(ctx context.Context, n *node) (froze bool, err error) {
	held, err := c.value(ctx, leasesOf, n.name)
	if err != nil || held == 0 {
		return false, nil //nolint:nilerr // PostgreSQL is away just now
	}
	if err := n.freeze(); err != nil {
		return false, nil //nolint:nilerr // it has gone
	}
	lost, err := until(ctx, patience, func() (bool, error) {
		held, err := c.value(ctx, leasesOf, n.name)
		return err == nil && held == 0, nil
	})
	if thawed := n.thaw(); err == nil {
		err = thawed
	}
	if err == nil && !lost && ctx.Err() == nil {
		err = fmt.Errorf("nobody has taken the shards of a server that was frozen for %v", patience)
	}
	return err == nil, err
}
