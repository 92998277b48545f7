package gqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// message is what a client sends.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Payload json.RawMessage `json:"payload"`
}

// handle acts on one message. An error ends the socket.
func (s *socket) handle(kind websocket.MessageType, data []byte) error {
	var m message
	if kind != websocket.MessageText || decodeJSON(data, &m) != nil {
		return badMessage("Invalid message received")
	}
	switch m.Type {
	case "connection_init":
		return s.initialise(m.Payload)
	case "ping":
		return s.pong(m.Payload)
	case "pong":
		if !isObjectOrNull(m.Payload) {
			return badMessage("The payload of pong must be an object")
		}
		return nil
	case "subscribe":
		return s.subscribe(m)
	case "complete":
		if m.ID == "" {
			return badMessage("complete needs an id")
		}
		s.subs.complete(m.ID)
		return nil
	}
	return badMessage("Unknown message type")
}

func (s *socket) initialise(payload json.RawMessage) error {
	if s.initialised {
		return &closure{closeTooManyInits, "Too many initialisation requests"}
	}
	s.initialised = true
	var object map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &object) != nil {
		return badMessage("The payload of connection_init must be an object")
	}
	ctx, err := s.authenticate(object)
	if err != nil {
		return err
	}
	s.authed = ctx
	// A context that ends before its socket is an authentication that ran out,
	// or was taken back.
	context.AfterFunc(ctx, func() { s.cancel(refusing(context.Cause(ctx))) })
	s.acked.Store(true)
	s.heard()
	s.send(s.ctx, []byte(`{"type":"connection_ack"}`))
	return nil
}

func (s *socket) authenticate(payload map[string]any) (ctx context.Context, err error) {
	if s.t.cfg.Authenticate == nil {
		return s.ctx, nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			panicked(s.ctx, s.exec, cause)
			err = &closure{websocket.StatusInternalError, "Internal error"}
		}
	}()
	ctx, err = s.t.cfg.Authenticate(s.ctx, payload)
	switch {
	case errors.Is(err, ErrUnavailable):
		return nil, &closure{websocket.StatusTryAgainLater, "Try again later"}
	case errors.Is(err, ErrTooMany):
		return nil, &closure{websocket.StatusTryAgainLater, brief(err.Error(), "Too many connections")}
	case errors.Is(err, ErrForbidden):
		return nil, errForbidden
	case err != nil:
		return nil, &closure{closeUnauthorized, brief(err.Error(), errUnauthorized.reason)}
	}
	return ctx, nil
}

// refusing tells who is not let in any more from who is not known.
func refusing(err error) error {
	if errors.Is(err, ErrForbidden) {
		return errForbidden
	}
	return errUnauthorized
}

func (s *socket) pong(payload json.RawMessage) error {
	if !isObjectOrNull(payload) {
		return badMessage("The payload of ping must be an object")
	}
	s.send(s.ctx, pongMessage(payload))
	return nil
}

func (s *socket) subscribe(m message) error {
	if s.authed == nil {
		return errUnauthorized
	}
	if m.ID == "" {
		return badMessage("subscribe needs an id")
	}
	start := graphql.Now()
	params, bad := decodeParams(m.Payload)
	if bad != nil {
		return badMessage("The payload of subscribe is malformed: " + bad.Message)
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	sub := s.subs.new(graphql.StartOperationTrace(s.authed), s, m.ID)
	err := s.subs.start(sub, func() { s.operate(sub, params) })
	switch {
	case errors.Is(err, errIDInUse):
		reason := brief("Subscriber for "+m.ID+" already exists", "Subscriber already exists")
		return &closure{closeSubscriberInUse, reason}
	case errors.Is(err, errTooMany):
		tooMany := coded(codeLimitExceeded,
			fmt.Sprintf("%d operations are running on this socket, and no more may: complete some, or open another", s.t.cfg.MaxSubscriptions))
		s.send(s.ctx, errorMessage(quoted(m.ID), appendErrors(nil, gqlerror.List{tooMany})))
	}
	return nil
}

// brief is a reason that fits a close frame.
func brief(reason, otherwise string) string {
	if len(reason) > maxCloseReason {
		return otherwise
	}
	return reason
}

func badMessage(reason string) error { return &closure{closeBadRequest, reason} }

// isObjectOrNull judges a JSON value that is known to be well-formed.
func isObjectOrNull(value json.RawMessage) bool {
	return len(value) == 0 || value[0] == '{' || value[0] == 'n'
}

func pingMessage() []byte { return []byte(`{"type":"ping"}`) }

func pongMessage(payload json.RawMessage) []byte {
	if len(payload) == 0 {
		return []byte(`{"type":"pong"}`)
	}
	data := append([]byte(`{"type":"pong","payload":`), payload...)
	return append(data, '}')
}

// nextOpening is what a next message begins with, up to its payload.
func nextOpening(jsonID []byte) []byte { return openMessage("next", jsonID, 0) }

// errorMessage tells of a list of errors, in JSON.
func errorMessage(jsonID, errs []byte) []byte {
	return append(append(openMessage("error", jsonID, len(errs)), errs...), '}')
}

func completeMessage(jsonID []byte) []byte {
	data := append([]byte(`{"type":"complete","id":`), jsonID...)
	return append(data, '}')
}

// openMessage leaves off where the payload goes, with room for size bytes.
func openMessage(kind string, jsonID []byte, size int) []byte {
	data := make([]byte, 0, size+len(jsonID)+36)
	data = append(data, `{"type":"`+kind+`","id":`...)
	data = append(data, jsonID...)
	return append(data, `,"payload":`...)
}
