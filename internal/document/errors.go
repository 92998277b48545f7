package document

import (
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
)

const maxMessage = 500 // bytes of an error's words, which quote the document

// coded is an error with a code of the contract; field may be empty.
func coded(code apperr.Code, message, field string) *gqlerror.Error {
	err := &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
	if field != "" {
		err.Extensions["field"] = field
	}
	return err
}

// over is the refusal of a document: what it has, and how much is taken.
func over(format string, actual any, limit int) *gqlerror.Error {
	return coded(apperr.LimitExceeded, apperr.New(apperr.LimitExceeded, format, actual, limit).Message, "")
}

// invalid is an error of validation, which has the standard code.
func invalid(format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	errcode.Set(err, errcode.ValidationFailed)
	return err
}

// short cuts what an error quotes.
func short(err *gqlerror.Error) *gqlerror.Error {
	if len(err.Message) <= maxMessage {
		return err
	}
	end := maxMessage
	for !utf8.RuneStart(err.Message[end]) {
		end--
	}
	err.Message = err.Message[:end] + " …"
	return err
}
