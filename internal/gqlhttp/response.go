package gqlhttp

import (
	"encoding/json"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// refusal answers a request that never became a GraphQL operation.
type refusal struct {
	status int
	header [2]string // one more header, name and value
	err    *gqlerror.Error
}

func (r *refusal) write(w http.ResponseWriter, media string) {
	if r.header[0] != "" {
		w.Header().Set(r.header[0], r.header[1])
	}
	writeResponse(w, media, r.status, &graphql.Response{Errors: gqlerror.List{r.err}})
}

// writeResponse ignores write errors: they mean that nobody is listening.
func writeResponse(w http.ResponseWriter, media string, status int, resp *graphql.Response) {
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Add("Vary", "Accept")
	w.WriteHeader(status)
	_, _ = w.Write(appendResponse(nil, resp))
}

// statusOf is the HTTP status of a well-formed request's answer. Clients that
// ask for application/json read any other status than 200 as an intermediary's.
func statusOf(media string, resp *graphql.Response) int {
	if media == mediaJSON || !failed(resp) {
		return http.StatusOK
	}
	switch resp.Errors[0].Extensions["code"] {
	case "UNAUTHENTICATED":
		return http.StatusUnauthorized
	case codeForbidden:
		return http.StatusForbidden
	case "RATE_LIMITED":
		return http.StatusTooManyRequests
	case codeInternal:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// failed reports whether the operation gave errors and no data entry at all:
// it could not start, or it broke. Data that is null counts as data.
func failed(resp *graphql.Response) bool {
	return len(resp.Data) == 0 && len(resp.Errors) > 0
}

// appendResponse appends the response's JSON. Unlike json.Marshal it leaves
// out the data entry of a failed operation, as the specification demands, and
// does not validate the data again, which the executor has just written.
func appendResponse(dst []byte, resp *graphql.Response) []byte {
	dst = append(dst, '{')
	if len(resp.Errors) > 0 {
		dst = append(dst, `"errors":`...)
		dst = appendErrors(dst, resp.Errors)
	}
	if !failed(resp) {
		if len(resp.Errors) > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `"data":`...)
		if len(resp.Data) == 0 {
			dst = append(dst, "null"...)
		}
		dst = append(dst, resp.Data...)
	}
	if len(resp.Extensions) > 0 {
		if extensions, err := json.Marshal(resp.Extensions); err == nil {
			dst = append(dst, `,"extensions":`...)
			dst = append(dst, extensions...)
		}
	}
	return append(dst, '}')
}

// appendErrors appends the JSON array of errors. An error whose extensions
// cannot be written loses them, but for its code.
func appendErrors(dst []byte, errs gqlerror.List) []byte {
	dst = append(dst, '[')
	for i, err := range errs {
		if i > 0 {
			dst = append(dst, ',')
		}
		encoded, encodeErr := json.Marshal(err)
		if encodeErr != nil {
			bare := gqlerror.Error{Message: err.Message, Path: err.Path, Locations: err.Locations}
			if code, ok := err.Extensions["code"].(string); ok {
				bare.Extensions = map[string]any{"code": code}
			}
			encoded, _ = json.Marshal(&bare)
		}
		dst = append(dst, encoded...)
	}
	return append(dst, ']')
}
