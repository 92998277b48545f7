package gqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// defaultMaxBodyBytes bounds a POST's body where a Config says nothing.
const defaultMaxBodyBytes = 1 << 20

// maxValues is how many JSON values a request may hold: 1 MiB of zeros in a list
// would be 40 MB when decoded.
const maxValues = 30_000

// The contract's codes that transports use.
const (
	codeBadUserInput  = "BAD_USER_INPUT"
	codeForbidden     = "FORBIDDEN"
	codeLimitExceeded = "LIMIT_EXCEEDED"
	codeInternal      = "INTERNAL"
)

// coded makes an error of the transport's own.
func coded(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// readRequest takes the GraphQL parameters out of a POST's body or a GET's
// URL. What is no well-formed GraphQL request comes back as a refusal.
func readRequest(w http.ResponseWriter, r *http.Request, maxBody int64) (*graphql.RawParams, *refusal) {
	start := graphql.Now()
	var params *graphql.RawParams
	var refused *refusal
	switch r.Method {
	case http.MethodPost:
		params, refused = readPOST(w, r, maxBody)
	case http.MethodGet:
		params, refused = readGET(r)
	default:
		return nil, methodNotAllowed("GET, POST", "GraphQL is served over GET and POST")
	}
	if refused != nil {
		return nil, refused
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	return params, nil
}

// readPOST accepts application/json alone: no form or plain text that a
// foreign page could send without a preflight request.
func readPOST(w http.ResponseWriter, r *http.Request, maxBody int64) (*graphql.RawParams, *refusal) {
	media, attrs, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !isUTF8(attrs["charset"]) {
		return nil, &refusal{
			status: http.StatusUnsupportedMediaType,
			header: [2]string{"Accept", mediaJSON},
			err:    coded(codeBadUserInput, "send the request as application/json in UTF-8"),
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &refusal{
			status: http.StatusRequestEntityTooLarge,
			err:    coded(codeLimitExceeded, "the request body is too large"),
		}
	}
	if err != nil {
		return nil, badRequest(coded(codeBadUserInput, "the request body could not be read to its end"))
	}
	params, bad := decodeParams(body)
	if bad != nil {
		return nil, badRequest(bad)
	}
	return params, nil
}

func readGET(r *http.Request) (*graphql.RawParams, *refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest(coded(codeBadUserInput, "the URL's query is malformed"))
	}
	params := &graphql.RawParams{Query: query.Get("query"), OperationName: query.Get("operationName")}
	if v := query.Get("variables"); v != "" && decodeJSON([]byte(v), &params.Variables) != nil {
		return nil, badRequest(badField("variables"))
	}
	if v := query.Get("extensions"); v != "" && decodeJSON([]byte(v), &params.Extensions) != nil {
		return nil, badRequest(badField("extensions"))
	}
	params.Extensions = persist(params.Extensions, query.Get("documentId"))
	if !query.Has("query") && !isPersisted(params.Extensions) {
		return nil, badRequest(badField("query"))
	}
	return params, nil
}

// decodeParams reads {query, documentId, operationName, variables, extensions},
// the form that a POST's body and a subscribe message share. Its errors never quote
// the data.
func decodeParams(data []byte) (*graphql.RawParams, *gqlerror.Error) {
	var in struct {
		Query         *string        `json:"query"`
		DocumentID    string         `json:"documentId"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
		Extensions    map[string]any `json:"extensions"`
	}
	if err := decodeJSON(data, &in); err != nil {
		if errors.Is(err, errTooManyValues) {
			return nil, coded(codeLimitExceeded, "the request "+err.Error())
		}
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			field, _, _ := strings.Cut(wrong.Field, ".")
			return nil, badField(field)
		}
		return nil, coded(codeBadUserInput, "the request is not one JSON object in UTF-8")
	}
	params := &graphql.RawParams{
		OperationName: in.OperationName,
		Variables:     in.Variables,
		Extensions:    persist(in.Extensions, in.DocumentID),
	}
	switch {
	case in.Query != nil:
		params.Query = *in.Query
	case !isPersisted(params.Extensions):
		return nil, badField("query")
	}
	return params, nil
}

// isPersisted reports whether the request names its document by hash instead
// of sending it: only then may query be left out.
func isPersisted(extensions map[string]any) bool {
	return extensions["persistedQuery"] != nil
}

// persist puts a document's id, which is sha256:<hash> or the hash alone, where
// the protocol of persisted queries has it.
func persist(extensions map[string]any, documentID string) map[string]any {
	if documentID == "" {
		return extensions
	}
	extensions = maps.Clone(extensions)
	if extensions == nil {
		extensions = map[string]any{}
	}
	extensions["persistedQuery"] = map[string]any{
		"version": 1, "sha256Hash": strings.TrimPrefix(documentID, "sha256:"),
	}
	return extensions
}

// decodeJSON decodes exactly one JSON value. Numbers keep their digits, as
// gqlgen's input coercion wants them.
func decodeJSON(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	if n := countValues(data); n > maxValues {
		return fmt.Errorf("%w: %d, at most %d are taken", errTooManyValues, n, maxValues)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

var errTooManyValues = errors.New("holds too many values")

// countValues counts what separates and opens the values of a JSON text.
func countValues(data []byte) (n int) {
	quoted := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted:
			if c == ',' || c == '[' || c == '{' {
				n++
			}
		case c == '\\':
			i++ // what is escaped
		}
	}
	return n
}

func badField(field string) *gqlerror.Error {
	want := "a string"
	if field == "variables" || field == "extensions" {
		want = "a JSON object"
	}
	err := coded(codeBadUserInput, field+" must be "+want)
	err.Extensions["field"] = field
	return err
}

func badRequest(err *gqlerror.Error) *refusal {
	return &refusal{status: http.StatusBadRequest, err: err}
}

func methodNotAllowed(allow, message string) *refusal {
	return &refusal{
		status: http.StatusMethodNotAllowed,
		header: [2]string{"Allow", allow},
		err:    coded(codeBadUserInput, message),
	}
}
