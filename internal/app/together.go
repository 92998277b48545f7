package app

import (
	"context"
	"errors"
)

// together runs the parts until ctx ends or one of them fails, then stops them one
// by one, the last first, and returns what went wrong.
func together(ctx context.Context, parts []func(context.Context) error) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	stops := make([]context.CancelFunc, len(parts))
	ended := make([]chan error, len(parts))
	for i, run := range parts {
		partCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
		stops[i], ended[i] = stop, make(chan error, 1)
		go func() {
			err := run(partCtx)
			if err != nil {
				fail(err)
			}
			ended[i] <- err
		}()
	}
	<-ctx.Done()
	var errs []error
	for i := len(parts) - 1; i >= 0; i-- {
		stops[i]()
		errs = append(errs, <-ended[i])
	}
	return errors.Join(errs...)
}
