package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// call is a request that the description allows.
type call struct {
	request *http.Request
	route   *route
	path    map[string]string
	query   url.Values // each parameter at most once
	body    []byte     // JSON; empty where there is none
	viewer  viewer.Viewer
	base    string // of URIs
}

// read takes a request apart and checks it against the description. Its errors
// are problems about one parameter each.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, at *route) (*call, error) {
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	c := &call{request: r, route: at, path: at.pathParameters(r), query: query, base: h.links.Base}
	c.viewer, _ = viewer.From(r.Context())
	if at.Operation.RequestBody != nil {
		if c.body, err = readBody(w, r); err != nil {
			return nil, err
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: c.path, QueryParams: query, Route: at.Route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		return nil, undescribed(err)
	}
	return c, nil
}

// parseQuery reads a query strictly: what cannot be read, and what is said
// twice, is refused. It never fails otherwise.
func parseQuery(raw string) (url.Values, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, invalid("query", "the query cannot be read: %v", err)
	}
	for name, values := range query {
		switch {
		case len(values) > 1:
			return nil, invalid(printable(name), "it is given %d times", len(values))
		case !utf8.ValidString(name) || !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0):
			return nil, invalid(printable(name), "it is not UTF-8 without NUL")
		}
	}
	return query, nil
}

// printable is a stranger's word that stands in an answer.
func printable(name string) string {
	const most = 100
	if len(name) > most {
		name = name[:most]
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// readBody reads JSON; none is fine here.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, invalid("body", "at most %d KiB are taken", maxBody>>10)
	}
	if err != nil {
		return nil, invalid("body", "it could not be read")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, invalid("body", "send the header Content-Type: application/json")
	}
	r.Header.Set("Content-Type", "application/json") // as the description writes it
	if !json.Valid(text) || !utf8.Valid(text) {
		return nil, invalid("body", "it is not JSON")
	}
	if name, ok := repeated(text); ok {
		return nil, invalid(printable(name), "it is there twice")
	}
	return text, nil
}

// undescribed says which parameter is not as it is described.
func undescribed(err error) *problem {
	var request *openapi3filter.RequestError
	if !errors.As(err, &request) {
		return invalid("", "%v", err)
	}
	parameter, reason := "body", request.Reason
	if request.Parameter != nil {
		parameter = request.Parameter.Name
	}
	if schema := new(openapi3.SchemaError); errors.As(err, &schema) {
		reason = schema.Reason
		if path := whole(schema.JSONPointer()); len(path) > 0 {
			parameter = strings.Join(path, ".")
		}
	}
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		reason = "it is required"
	case reason == "" && request.Err != nil:
		reason = request.Err.Error()
	}
	return invalid(printable(parameter), "%s", reason)
}

// decode reads the body, which is as described.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return invalid("body", "a name is written in upper and lower case other than described, and has another type")
	}
	return nil
}

// id is the id of the given kind in a path. One that cannot be one names nothing.
func (c *call) id(name string, kind typeid.Prefix) (string, error) {
	id := c.path[name]
	if typeid.Check(kind, id) != nil {
		return "", notFound()
	}
	return id, nil
}

// uri is the id in a parameter that names a resource of a collection by its URI;
// empty where the parameter is not there.
func (c *call) uri(parameter, collection string, kind typeid.Prefix) (string, error) {
	value, given := c.query.Get(parameter), c.query.Has(parameter)
	if !given {
		return "", nil
	}
	return c.idOf(parameter, value, collection, kind)
}

// idOf reads the URI of a resource of a collection.
func (c *call) idOf(parameter, uri, collection string, kind typeid.Prefix) (string, error) {
	id, ok := strings.CutPrefix(uri, c.base+"/"+collection+"/")
	if !ok || typeid.Check(kind, id) != nil {
		return "", invalid(parameter, "it is not the URI of a resource here, such as %s/%s/%s_…", c.base, collection, kind)
	}
	return id, nil
}

// instant is a time in the query; nil where it is not there.
func (c *call) instant(parameter string) (*time.Time, error) {
	if !c.query.Has(parameter) {
		return nil, nil
	}
	t, err := instantOf(parameter, c.query.Get(parameter))
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// instantOf reads a time.
func instantOf(parameter, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if t = t.UTC(); err != nil || !storable(t) {
		return t, invalid(parameter, "it is not a time such as 2027-01-15T10:00:00Z")
	}
	return t, nil
}

// count is how many entries a page has.
func (c *call) count() (int, error) {
	if !c.query.Has("count") {
		return defaultCount, nil
	}
	n, err := strconv.Atoi(c.query.Get("count"))
	if err != nil || n < 1 || n > maxCount {
		return 0, invalid("count", "it is a number from 1 to %d", maxCount)
	}
	return n, nil
}

// organization checks that a URI names the caller's app. Any other one is
// somebody else's, or nobody's.
func (c *call) organization(parameter, uri string) error {
	id, err := c.idOf(parameter, uri, "organizations", typeid.App)
	if err != nil {
		return err
	}
	return c.ours(id)
}

// ours refuses what is about another app.
func (c *call) ours(appID string) error {
	if appID != c.viewer.AppID {
		return forbidden(noPermission, "the token is not of this organization")
	}
	return nil
}
