package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Client sends GraphQL to a server. It is safe for concurrent use.
type Client struct {
	URL   string // of the server, without a path
	Token string // empty: none is sent
	HTTP  *http.Client
}

// NewClient returns a Client with connections of its own.
func NewClient(url, token string) *Client {
	return &Client{URL: url, Token: token, HTTP: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 16, ResponseHeaderTimeout: 20 * time.Second},
	}}
}

// Client returns a client of the server as it runs now.
func (p *Process) Client(token string) *Client { return NewClient(p.URL(), token) }

// Error is one entry of an answer's errors.
type Error struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code       string `json:"code"`
		Field      string `json:"field"`
		ErrorID    string `json:"errorId"`
		RetryAfter int    `json:"retryAfter"` // seconds
	} `json:"extensions"`
}

// Errors are an answer's errors.
type Errors []Error

func (e Errors) Error() string {
	var texts []string
	for _, one := range e {
		texts = append(texts, fmt.Sprintf("%s %s: %s", one.Extensions.Code, one.Extensions.Field, one.Message))
	}
	return strings.Join(texts, "; ")
}

// HasCode reports whether err is an answer whose first error has the code.
func HasCode(err error, code string) bool {
	list, ok := errors.AsType[Errors](err)
	return ok && len(list) > 0 && list[0].Extensions.Code == code
}

// Do runs an operation and decodes its data into out, which may be nil. The test
// fails where there is an error.
func (c *Client) Do(t testing.TB, query string, variables map[string]any, out any) {
	t.Helper()
	if err := c.Try(t.Context(), query, variables, out); err != nil {
		t.Fatalf("%s\nanswers: %v", query, err)
	}
}

// Try is like Do, and returns what is wrong: Errors, or what the network said.
func (c *Client) Try(ctx context.Context, query string, variables map[string]any, out any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	answer, err := c.Send(ctx, body, "application/json")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	return decode(text, out)
}

// Send posts a body as it is. The caller closes the answer's.
func (c *Client) Send(ctx context.Context, body []byte, accept string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return c.HTTP.Do(request)
}

// decode reads a GraphQL response.
func decode(text []byte, out any) error {
	var r struct {
		Data   json.RawMessage `json:"data"`
		Errors Errors          `json:"errors"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("no GraphQL response: %w: %.200s", err, text)
	}
	if len(r.Errors) > 0 {
		return r.Errors
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(r.Data, out)
}
