package rest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/internal/apperr"
)

// problem is an error in the facade's form. Title and message are of a closed
// list.
type problem struct {
	status int

	Title   string   `json:"title"`
	Message string   `json:"message"`
	Details []detail `json:"details,omitempty"`

	hook *hookProblem // the same for clients of the Cal.com-shaped hooks
}

// detail explains a problem.
type detail struct {
	Parameter string `json:"parameter,omitempty"` // what of the request it is about
	Message   string `json:"message"`
}

// Error makes a problem something that a handler can return.
func (p *problem) Error() string { return p.Message }

const (
	noPermission       = "You do not have permission"
	noAccess           = "You do not have permission to access this resource."
	cancelNotAllowed   = "You are not allowed to cancel this event"
	cancelPast         = "Event in the past"
	cancelAlready      = "Event is already canceled"
	hookExists         = "Hook with this url already exists"
	parametersInvalid  = "The supplied parameters are invalid."
	tokenInvalid       = "The access token is invalid"
	resourceNotFound   = "The server could not find the requested resource."
	somethingWentWrong = "The server could not answer: its log has the cause under the id in the details."
)

// invalid is about one parameter: of the path, the query or the body.
func invalid(parameter, format string, args ...any) *problem {
	return &problem{
		status: http.StatusBadRequest, Title: "Invalid Argument", Message: parametersInvalid,
		Details: []detail{{parameter, fmt.Sprintf(format, args...)}},
	}
}

// forbidden has one of the messages above; the reason, if any, goes to the details.
func forbidden(message, reason string) *problem {
	p := &problem{status: http.StatusForbidden, Title: "Permission Denied", Message: message}
	if reason != "" {
		p.Details = []detail{{Message: reason}}
	}
	return p
}

func notFound() *problem {
	return &problem{status: http.StatusNotFound, Title: "Resource Not Found", Message: resourceNotFound}
}

func alreadyExists() *problem {
	return &problem{status: http.StatusConflict, Title: "Already Exists", Message: hookExists}
}

// Refuse answers a request that is not let in.
func (h *Handler) Refuse(w http.ResponseWriter, r *http.Request, err error) { h.fail(w, r, err) }

// fail answers with an error.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := h.problem(r.Context(), r, err)
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="slotcast"`)
	}
	if e := apperr.From(err); p.status == http.StatusTooManyRequests && e != nil && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	if strings.HasPrefix(r.URL.Path, "/v2/") {
		p.hook = &hookProblem{Code: strings.ReplaceAll(p.Title, " ", ""), Message: p.Message, Details: p.Details}
	}
	write(w, p.status, p)
}

// problem gives an error its form. One that nobody may see becomes a 500, with
// an id under which the log has its cause.
func (h *Handler) problem(ctx context.Context, r *http.Request, err error) *problem {
	var p *problem
	switch e := apperr.From(err); {
	case errors.As(err, &p):
		copied := *p
		return &copied
	case e != nil && e.Code != apperr.Internal:
		return coded(e)
	case errors.Is(err, privacy.Deny):
		return forbidden(noPermission, "")
	case ent.IsNotFound(err):
		return notFound()
	}
	id := apperr.NewID()
	h.logger.ErrorContext(ctx, "request_failed", "error_id", id, "method", r.Method, "path", r.URL.Path, "error", err)
	return &problem{
		status: http.StatusInternalServerError, Title: "Internal Server Error", Message: somethingWentWrong,
		Details: []detail{{Message: id}},
	}
}

// coded gives the services' errors the form of the facade.
func coded(e *apperr.Error) *problem {
	details := []detail{{e.Field, e.Message}}
	switch e.Code {
	case apperr.Unauthenticated:
		return &problem{status: http.StatusUnauthorized, Title: "Unauthenticated", Message: tokenInvalid}
	case apperr.Forbidden:
		return &problem{status: http.StatusForbidden, Title: "Permission Denied", Message: noPermission, Details: details}
	case apperr.NotFound:
		return notFound()
	case apperr.RateLimited:
		return &problem{status: http.StatusTooManyRequests, Title: "Too Many Requests", Message: e.Message}
	case apperr.BadUserInput, apperr.Conflict, apperr.SlotTaken, apperr.IdempotencyConflict, apperr.LimitExceeded, apperr.CursorExpired, apperr.Internal:
	}
	return &problem{status: http.StatusBadRequest, Title: "Invalid Argument", Message: parametersInvalid, Details: details}
}
