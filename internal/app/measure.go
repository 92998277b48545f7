package app

import (
	"context"
	"time"

	"slotcast/internal/config"
	"slotcast/internal/delivery"
	"slotcast/internal/metrics"
)

// measure makes the metrics of this server, with what its database knows.
func (a *App) measure() {
	a.metrics = metrics.New(config.Version)
	a.metrics.Pool(a.db.SQL)
	a.metrics.Watch(func(ctx context.Context) (metrics.Standing, error) {
		return delivery.Standing(ctx, a.db.Client, time.Now())
	}, a.logger)
}
