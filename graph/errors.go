package graph

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
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
			return coded(out, e.Code, e.Message, e.Field)
		}
		if errors.Is(err, privacy.Deny) {
			if _, ok := viewer.From(ctx); !ok {
				return coded(out, apperr.Unauthenticated, "a token is needed", "")
			}
			return coded(out, apperr.Forbidden, "the token does not allow this", "")
		}
		var parsed *gqlerror.Error
		if errors.As(err, &parsed) {
			return document(out, parsed)
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

// document keeps the standard codes of parsing and validation. What has none
// comes from reading a variable: its path, behind the field of the operation,
// names the input field.
func document(out, parsed *gqlerror.Error) *gqlerror.Error {
	switch parsed.Extensions["code"] {
	case errcode.ParseFailed, errcode.ValidationFailed, string(apperr.LimitExceeded), string(apperr.BadUserInput):
		return out
	}
	return coded(out, apperr.BadUserInput, parsed.Message, inputField(parsed.Path))
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
	if ctx.Err() != nil {
		return coded(out, apperr.Internal, "the request was broken off", "")
	}
	id := errorID()
	logger.ErrorContext(ctx, "request_failed", "error_id", id, "path", out.Path.String(), "error", err)
	out = coded(out, apperr.Internal, "something went wrong in the server: its log has the cause under "+id, "")
	out.Extensions["errorId"] = id
	return out
}

// recovered turns a panic into an error for the presenter.
func recovered(_ context.Context, panicked any) error { return fmt.Errorf("panic: %v", panicked) }

func errorID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return "err_" + hex.EncodeToString(b)
}
