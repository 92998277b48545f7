package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// subprotocol is what all speak here.
const subprotocol = "graphql-transport-ws"

// sock is one subscriber's socket. Its fields behind line are guarded by the
// watchers' lock.
type sock struct {
	line
	document string
	last     int    // the newest event's number; 0: none has come
	cursor   []byte // of the newest event, if cursors are kept
	rest     []byte // the beginning of a frame whose end has not come
	gone     bool
}

// subscription is how a socket begins.
type subscription struct {
	url, token, document string
	after                string // a cursor to resume behind; empty: from now on
	receive              int    // size of the receive buffer; 0: the system's choice
}

// connect opens a WebSocket and subscribes. What has come behind the
// acknowledgement is returned with it.
func (s subscription) connect(ctx context.Context) (_ *net.TCPConn, rest []byte, err error) {
	u, err := url.Parse(s.url)
	if err != nil {
		return nil, nil, fmt.Errorf("the address: %w", err)
	}
	dialed, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting: %w", err)
	}
	conn, ok := dialed.(*net.TCPConn)
	if !ok {
		return nil, nil, errors.New("connecting: not TCP")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, conn.Close())
		}
	}()
	if s.receive > 0 {
		if err := conn.SetReadBuffer(s.receive); err != nil {
			return nil, nil, fmt.Errorf("making the receive buffer small: %w", err)
		}
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, nil, err
	}
	rest, err = s.begin(conn, u)
	if err != nil {
		return nil, nil, err
	}
	return conn, rest, conn.SetDeadline(time.Time{})
}

// begin shakes hands, as HTTP, WebSocket and the subprotocol want it, and
// subscribes.
func (s subscription) begin(conn net.Conn, u *url.URL) (rest []byte, err error) {
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2xvdGNhc3QgYmVuY2htYQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
		u.RequestURI(), u.Host, subprotocol)
	if err != nil {
		return nil, fmt.Errorf("asking for a WebSocket: %w", err)
	}
	in := bufio.NewReaderSize(conn, 2<<10)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		return nil, fmt.Errorf("asking for a WebSocket: %w", err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("asking for a WebSocket: the answer is %s", res.Status)
	}
	if err := send(conn, map[string]any{
		"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + s.token},
	}); err != nil {
		return nil, err
	}
	if rest, err = awaitAck(in); err != nil {
		return nil, err
	}
	variables := map[string]any{}
	if s.after != "" {
		variables["after"] = s.after
	}
	return rest, send(conn, map[string]any{
		"id": "1", "type": "subscribe", "payload": map[string]any{"query": s.document, "variables": variables},
	})
}

func send(conn net.Conn, message map[string]any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	if _, err := conn.Write(clientFrame(opText, text)); err != nil {
		return fmt.Errorf("sending a message: %w", err)
	}
	return nil
}

// awaitAck reads up to the connection_ack, and what else is in the buffer.
func awaitAck(in *bufio.Reader) (rest []byte, err error) {
	var all []byte
	for {
		b, err := in.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("waiting for connection_ack: %w", err)
		}
		all = append(all, b)
		_, payload, _, err := cutFrame(all)
		switch {
		case err != nil:
			return nil, fmt.Errorf("waiting for connection_ack: %w", err)
		case bytes.Contains(payload, []byte(`"connection_ack"`)):
			rest, err = in.Peek(in.Buffered())
			return bytes.Clone(rest), err
		case payload != nil:
			return nil, fmt.Errorf("instead of connection_ack came %q", payload)
		}
	}
}

// What is looked for in a message. The documents ask for these fields first.
const (
	sequenceMark = `"sequence":`
	cursorMark   = `"cursor":"`
)

// markWithin is how far into a message the marks are, at most.
const markWithin = 200

// numbered returns an event's number, and its cursor; 0: the message is no event.
func numbered(payload []byte) (number int, cursor []byte) {
	head := payload[:min(len(payload), markWithin)]
	_, behind, found := bytes.Cut(head, []byte(sequenceMark))
	if !found {
		return 0, nil
	}
	end := 0
	for end < len(behind) && behind[end] >= '0' && behind[end] <= '9' {
		end++
	}
	number, _ = strconv.Atoi(string(behind[:end])) // digits alone
	if _, cursor, found = bytes.Cut(behind[end:], []byte(cursorMark)); found {
		cursor, _, _ = bytes.Cut(cursor, []byte(`"`))
	}
	return number, cursor
}
