package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/ent/privacy"
	"slotcast/internal/apperr"
	"slotcast/internal/viewer"
)

// presenter turns errors into what clients see: a coded one as it is, one about
// the document or its variables with the field, and any other as INTERNAL with
// an id under which the log has its cause.
func presenter(logger *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		out := graphql.DefaultErrorPresenter(ctx, err)
		if e := apperr.From(err); e != nil {
			return refusal(out, e)
		}
		if errors.Is(err, privacy.Deny) {
			if _, ok := viewer.From(ctx); !ok {
				return coded(out, apperr.Unauthenticated, "a token is needed", "")
			}
			return coded(out, apperr.Forbidden, "the token does not allow this", "")
		}
		if out.Extensions["code"] != nil {
			return aboutDocument(out)
		}
		if aboutArgument(ctx, out) {
			return coded(out, apperr.BadUserInput, out.Message, inputField(out.Path))
		}
		return internal(ctx, logger, out, err)
	}
}

func coded(out *gqlerror.Error, code apperr.Code, message, field string) *gqlerror.Error {
	out.Message = message
	out.Extensions = map[string]any{"code": code}
	if field != "" {
		out.Extensions["field"] = field
	}
	return out
}

// refusal is a coded error, with the seconds to wait where it is a matter of time.
func refusal(out *gqlerror.Error, e *apperr.Error) *gqlerror.Error {
	out = coded(out, e.Code, e.Message, e.Field)
	if e.RetryAfter > 0 {
		out.Extensions["retryAfter"] = int((e.RetryAfter + time.Second - 1) / time.Second)
	}
	return out
}

// aboutDocument keeps the standard codes of parsing and validation, but for a
// variable's value: its path, behind the variable's name, is the field.
func aboutDocument(out *gqlerror.Error) *gqlerror.Error {
	if len(out.Path) < 2 || out.Path[0] != ast.PathName("variable") {
		return out
	}
	field := inputField(out.Path[1:])
	if field == "" {
		field = inputField(out.Path)
	}
	out.Path = nil // it is none of the response
	message := out.Message
	if strings.HasPrefix(message, "cannot use ") && strings.HasSuffix(message, " as Int") { // also of 0.5, as of a string
		message = "a whole number is needed, without fractions"
	}
	return coded(out, apperr.BadUserInput, message, field)
}

// aboutArgument tells a value that an argument cannot have from an error behind
// a resolver. Both come wrapped; the path of the former goes on into the input.
func aboutArgument(ctx context.Context, out *gqlerror.Error) bool {
	field := graphql.GetFieldContext(ctx)
	return field != nil && len(out.Path) > len(field.Path())
}

// inputField writes the path behind the operation's field, and without the
// argument called input: attendees.0.email.
func inputField(path ast.Path) string {
	var parts []string
	for i, p := range path {
		if i == 0 {
			continue
		}
		if name, ok := p.(ast.PathName); ok && i == 1 && name == "input" {
			continue
		}
		parts = append(parts, fmt.Sprint(p))
	}
	return strings.Join(parts, ".")
}

func internal(ctx context.Context, logger *slog.Logger, out *gqlerror.Error, err error) *gqlerror.Error {
	if late := apperr.From(context.Cause(ctx)); late != nil {
		return coded(out, late.Code, late.Message, "")
	}
	if ctx.Err() != nil {
		return coded(out, apperr.Internal, "the request was broken off", "")
	}
	id := apperr.NewID()
	logger.ErrorContext(ctx, "request_failed", "error_id", id, "path", out.Path.String(), "error", err)
	out = coded(out, apperr.Internal, "something went wrong in the server: its log has the cause under "+id, "")
	out.Extensions["errorId"] = id
	return out
}

// recovered turns a panic into an error for the presenter, with its stack for
// the log.
func recovered(_ context.Context, panicked any) error {
	return fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
}
