package app

import (
	"time"

	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/live"
	"slotcast/internal/live/redischanges"
)

// recheck is how often dashboards count deliveries anew of which nobody has told.
func (a *App) recheck() time.Duration {
	if a.cfg.Embedded() {
		return 0 // nobody else changes any
	}
	return 10 * time.Minute
}

// share has this process know what others change of deliveries, and them what it
// does: through Redis where it is set, and by a look at the table.
func (a *App) share(log *eventlog.Log) error {
	if a.cfg.Embedded() {
		return nil // there are no others
	}
	look := live.PollConfig{Client: a.db.Client, Changes: a.changes, ShardOf: log.ShardOf, Logger: a.logger}
	if a.cfg.RedisURL != "" {
		client, err := redistail.NewClient(a.cfg.RedisURL)
		if err != nil {
			return err
		}
		a.closers = append(a.closers, client.Close)
		relay := redischanges.New(redischanges.Config{Client: client, Generation: log.Generation(), Changes: a.changes, Logger: a.logger})
		a.changes.Through(relay)
		a.sharing, look.Healthy = append(a.sharing, relay.Run), relay.Healthy
	}
	a.sharing = append(a.sharing, live.NewPoll(look).Run)
	return nil
}
