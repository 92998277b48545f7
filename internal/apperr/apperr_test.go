package apperr_test

import (
	"errors"
	"fmt"
	"testing"

	"slotcast/internal/apperr"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err         error
		code        apperr.Code
		field, text string
	}{
		{apperr.New(apperr.Conflict, "it is %s", "gone"), apperr.Conflict, "", "it is gone"},
		{apperr.BadInput("attendees.0.email", "%d", 1), apperr.BadUserInput, "attendees.0.email", "1"},
		{apperr.Missing("agent", "id", "%s"), apperr.NotFound, "id", `there is no agent "%s"`},
		{fmt.Errorf("booking: %w", apperr.New(apperr.SlotTaken, "taken")), apperr.SlotTaken, "", "taken"},
		{errors.Join(errors.New("x"), apperr.New(apperr.Forbidden, "no")), apperr.Forbidden, "", "no"},
	} {
		e := apperr.From(tt.err)
		if e == nil || apperr.CodeOf(tt.err) != tt.code || e.Field != tt.field || e.Error() != tt.text {
			t.Errorf("%v: %+v, want %+v", tt.err, e, tt)
		}
	}
	if apperr.CodeOf(errors.New("x")) != apperr.Internal || apperr.From(errors.New("x")) != nil {
		t.Error("an error without a code is internal")
	}
	if apperr.CodeOf(nil) != "" || apperr.From(nil) != nil {
		t.Error("no error has a code")
	}
}
