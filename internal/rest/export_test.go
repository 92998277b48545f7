package rest

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// MaxPageToken is the longest token that the description allows.
const MaxPageToken = 2000

// Query is what a list reads in its query.
type Query struct {
	Values       url.Values
	Count        int
	Organization string
	Min          *time.Time
	Token        string // read, and written again
	Next         string // the URL of a page
}

func lists(base, raw string) (*call, error) {
	query, err := parseQuery(raw)
	if err != nil {
		return nil, err
	}
	operation := &openapi3.Operation{Parameters: openapi3.Parameters{{Value: openapi3.NewQueryParameter("organization")}}}
	return &call{
		request: &http.Request{URL: &url.URL{Path: "/x/y"}}, route: &route{Route: &routers.Route{Operation: operation}},
		query: query, viewer: viewer.Viewer{AppID: "app"}, base: base,
	}, nil
}

func ordered(column string) order { return order{column, true, typeid.Webhook} }

// ReadQuery reads a query as a list does that is sorted by a column.
func ReadQuery(base, column, raw string) (q Query, err error) {
	c, err := lists(base, raw)
	if err != nil {
		return q, err
	}
	q.Values = c.query
	if q.Count, err = c.count(); err != nil {
		return q, err
	}
	if q.Organization, err = c.uri("organization", "organizations", typeid.App); err != nil {
		return q, err
	}
	if q.Min, err = c.instant("min"); err != nil {
		return q, err
	}
	at, err := c.token(ordered(column))
	if err != nil {
		return q, err
	}
	if at != nil {
		q.Token = at.encode()
	}
	q.Next = c.pageURL("next")
	return q, nil
}

// PageToken is the token behind a row, in the list of a query.
func PageToken(raw, column string, value any, id string) string {
	c, err := lists("", raw)
	if err != nil {
		panic(err)
	}
	return ordered(column).token(c.list(), value, id, false).encode()
}

// Refused takes a refusal apart; ok is false for other errors.
func Refused(err error) (status int, parameter, message string, ok bool) {
	var p *problem
	if !errors.As(err, &p) || len(p.Details) != 1 {
		return 0, "", "", false
	}
	return p.status, p.Details[0].Parameter, p.Details[0].Message, true
}

// Repeated is a name that is there twice in an object of valid JSON.
func Repeated(text []byte) (string, bool) { return repeated(text) }
