package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/coder/websocket"
)

// WebSocket subscribes by graphql-transport-ws. The stream ends with ctx.
func (c *Client) WebSocket(ctx context.Context, query string, variables map[string]any) (*Stream, error) {
	conn, err := c.socket(ctx)
	if err != nil {
		return nil, err
	}
	payload := map[string]any{"query": query, "variables": variables}
	if err := write(ctx, conn, map[string]any{"type": "subscribe", "id": "1", "payload": payload}); err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cut := func() {
		cancel()
		_ = conn.CloseNow()
	}
	return open(ctx, cut, func(ctx context.Context) ([]byte, error) { return receive(ctx, conn) }), nil
}

// socket opens a WebSocket up to the server's acknowledgement.
func (c *Client) socket(ctx context.Context) (*websocket.Conn, error) {
	url := "ws" + strings.TrimPrefix(c.URL, "http") + "/graphql"
	conn, answer, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPClient: c.HTTP, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, err
	}
	if answer.Body != nil {
		_ = answer.Body.Close()
	}
	conn.SetReadLimit(1 << 20)
	hello := map[string]any{"type": "connection_init"}
	if c.Token != "" {
		hello["payload"] = map[string]any{"Authorization": "Bearer " + c.Token}
	}
	if err = write(ctx, conn, hello); err == nil {
		var m socketMessage
		if m, err = read(ctx, conn); err == nil && m.Type != "connection_ack" {
			err = fmt.Errorf("%s instead of connection_ack", m.Type)
		}
	}
	if err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	return conn, nil
}

type socketMessage struct {
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// receive returns the next response to the subscription.
func receive(ctx context.Context, conn *websocket.Conn) ([]byte, error) {
	for {
		m, err := read(ctx, conn)
		if err != nil {
			return nil, err
		}
		switch m.Type {
		case "next":
			return m.Payload, nil
		case "error":
			return []byte(`{"errors":` + string(m.Payload) + `}`), nil
		case "complete":
			return nil, io.EOF
		case "ping":
			if err := write(ctx, conn, map[string]any{"type": "pong"}); err != nil {
				return nil, err
			}
		}
	}
}

func read(ctx context.Context, conn *websocket.Conn) (socketMessage, error) {
	var m socketMessage
	_, text, err := conn.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

func write(ctx context.Context, conn *websocket.Conn, message map[string]any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text)
}
