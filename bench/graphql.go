package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const bookMeeting = `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id start status } } }`

// caller books over GraphQL as a front end would, on connections that stay open.
type caller struct {
	http  *http.Client
	url   string
	token string
	diary *fixture
}

// newCaller's owner calls close.
func newCaller(s *server, f *fixture, clients int) *caller {
	return &caller{http: keepAlive(clients), url: s.url + "/graphql", token: s.token, diary: f}
}

func (c *caller) close() { c.http.CloseIdleConnections() }

// keepAlive returns a client that keeps as many connections for each host.
func keepAlive(conns int) *http.Client {
	return &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: conns, DisableCompression: true},
	}
}

type attendeeInput struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type bookInput struct {
	EventTypeID string          `json:"eventTypeId"`
	Start       time.Time       `json:"start"`
	Attendees   []attendeeInput `json:"attendees"`
}

// book takes the next free slot.
func (c *caller) book(ctx context.Context) error { return c.ask(ctx, c.diary.next()) }

// sit takes the next free seat.
func (c *caller) sit(ctx context.Context) error { return c.ask(ctx, c.diary.nextSeat()) }

func (c *caller) ask(ctx context.Context, free opening) error {
	body, err := json.Marshal(map[string]any{"query": bookMeeting, "variables": map[string]any{"in": bookInput{
		EventTypeID: free.eventTypeID, Start: free.start, Attendees: []attendeeInput{{"Ana Ruiz", "ana@example.org"}},
	}}})
	if err != nil {
		return fmt.Errorf("encoding a booking: %w", err)
	}
	var answer struct {
		Data struct {
			BookMeeting struct{ Meeting struct{ ID, Status string } }
		}
		Errors []struct{ Message string }
	}
	if err := c.post(ctx, body, &answer); err != nil {
		return fmt.Errorf("booking: %w", err)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("booking: %s", answer.Errors[0].Message)
	}
	if m := answer.Data.BookMeeting.Meeting; m.ID == "" || m.Status != "ACTIVE" {
		return fmt.Errorf("booking: the answer has no active meeting")
	}
	return nil
}

func (c *caller) post(ctx context.Context, body []byte, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("decoding the answer, status %d: %w", res.StatusCode, err)
	}
	return nil
}
