package apptest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// EventStream subscribes by graphql-sse in its distinct connections mode. The
// stream ends with ctx.
func (c *Client) EventStream(ctx context.Context, query string, variables map[string]any) (*Stream, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	ctx, cut := context.WithCancel(ctx)
	answer, err := c.Send(ctx, body, "text/event-stream")
	if err != nil {
		cut()
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		defer cut()
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err == nil {
			err = decode(text, nil)
		}
		return nil, errors.Join(fmt.Errorf("the stream answers %s", answer.Status), err)
	}
	lines := bufio.NewReaderSize(answer.Body, 64<<10)
	return open(ctx, cut, func(context.Context) ([]byte, error) {
		event, err := nextEvent(lines)
		if err != nil {
			_ = answer.Body.Close()
		}
		return event, err
	}), nil
}

// nextEvent returns the data of the next event: io.EOF for the last one, and
// io.ErrUnexpectedEOF where the stream ends without it.
func nextEvent(lines *bufio.Reader) ([]byte, error) {
	kind := ""
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			kind = name
		}
		data, ok := strings.CutPrefix(line, "data:")
		switch {
		case ok && kind == "complete":
			return nil, io.EOF
		case ok:
			return []byte(data), nil
		}
	}
}
