package live

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"slotcast/ent/privacy"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// retryEvery is between looks at what cannot be read.
const retryEvery = time.Second

// watcher returns the viewer where he may watch what needs a scope.
func watcher(ctx context.Context, scope domain.TokenScope) (viewer.Viewer, error) {
	v, ok := viewer.From(ctx)
	switch {
	case !ok:
		return v, apperr.New(apperr.Unauthenticated, "a token is needed")
	case v.Kind != viewer.Agent:
		return v, apperr.New(apperr.Forbidden, "this is for the agents of the app: their access tokens show it")
	case !v.Has(scope):
		return v, apperr.New(apperr.Forbidden, "the token lacks the scope %s", scope)
	}
	return v, nil
}

// within gives the database a bounded time to answer.
func within[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return ask(ctx)
}

// patiently asks until the database answers, or ctx ends: whoever begins to watch
// waits for it like those who do already. An error would be final to him. Coded
// errors, and those of the rules, are answers.
func patiently[T any](ctx context.Context, logger *slog.Logger, ask func(context.Context) (T, error)) (T, error) {
	for {
		answer, err := within(ctx, ask)
		if err == nil || ctx.Err() != nil || apperr.From(err) != nil || errors.Is(err, privacy.Deny) {
			return answer, err
		}
		logger.WarnContext(ctx, "subscription_not_begun", "error", err)
		if err := backoff.Wait(ctx, retryEvery); err != nil {
			return answer, err
		}
	}
}
