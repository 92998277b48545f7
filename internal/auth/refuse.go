package auth

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"slotcast/internal/apperr"
)

// refuse answers in the shape of a GraphQL error: with the status of the error's
// code, or 500 where the token could not be checked. The log has the cause of that
// under the error's id.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(apperr.CodeOf(err))
	if status == http.StatusInternalServerError {
		id := apperr.NewID()
		slog.ErrorContext(r.Context(), "token_unchecked", "error_id", id, "error", err)
		answerError(w, status, "the token could not be checked: try again", map[string]any{"code": apperr.Internal, "errorId": id})
		return
	}
	refuseWith(w, status, apperr.From(err))
}

// refuseWith is refuse with another status than that of the code.
func refuseWith(w http.ResponseWriter, status int, e *apperr.Error) {
	extensions := map[string]any{"code": e.Code}
	if e.Field != "" {
		extensions["field"] = e.Field
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="slotcast"`)
	}
	answerError(w, status, e.Message, extensions)
}

// statusOf is that of the codes which signing in has; any other is a fault.
func statusOf(code apperr.Code) int {
	switch code {
	case apperr.Unauthenticated:
		return http.StatusUnauthorized
	case apperr.Forbidden:
		return http.StatusForbidden
	case apperr.BadUserInput:
		return http.StatusBadRequest
	case apperr.Conflict:
		return http.StatusConflict
	default:
		return http.StatusInternalServerError
	}
}

func answerError(w http.ResponseWriter, status int, message string, extensions map[string]any) {
	answerJSON(w, status, map[string]any{"errors": []any{map[string]any{"message": message, "extensions": extensions}}})
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails if the client has gone
}
