// Package apperr holds the errors that a caller of the API may see. Each has a
// code from a closed list, a message in words that says what to do next, and,
// for bad input, the field it is about. Any other error is internal: transports
// show it as INTERNAL with an id and write its cause to the log.
package apperr

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Code is the machine-readable kind of an error; the same in every transport.
type Code string

// The codes of the public contract.
const (
	Unauthenticated     Code = "UNAUTHENTICATED"
	Forbidden           Code = "FORBIDDEN"
	NotFound            Code = "NOT_FOUND"
	BadUserInput        Code = "BAD_USER_INPUT"
	Conflict            Code = "CONFLICT"
	SlotTaken           Code = "SLOT_TAKEN"
	IdempotencyConflict Code = "IDEMPOTENCY_CONFLICT"
	LimitExceeded       Code = "LIMIT_EXCEEDED"
	RateLimited         Code = "RATE_LIMITED"
	CursorExpired       Code = "CURSOR_EXPIRED"
	Internal            Code = "INTERNAL"
)

// Error is an error with a code. The zero Field means that it is about the
// whole request.
type Error struct {
	Code       Code
	Message    string
	Field      string
	RetryAfter time.Duration // of RATE_LIMITED: when to try again
}

func (e *Error) Error() string { return e.Message }

// New returns an error of the given code.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// BadInput returns a BAD_USER_INPUT error about one field of the input, named
// by its path there, for example "attendees.0.email".
func BadInput(field, format string, args ...any) *Error {
	e := New(BadUserInput, format, args...)
	e.Field = field
	return e
}

// Missing returns the NOT_FOUND error for an id that the viewer cannot see:
// the same whether it does not exist or belongs to somebody else.
func Missing(kind, field, id string) *Error {
	e := New(NotFound, "there is no %s %q", kind, id)
	e.Field = field
	return e
}

// NewID returns an id under which an INTERNAL error is shown and logged.
func NewID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return "err_" + hex.EncodeToString(b)
}

// From returns the coded error in err's chain, or nil.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// CodeOf returns the code of err: INTERNAL for one without a code, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e := From(err); e != nil {
		return e.Code
	}
	return Internal
}
