package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/graph/generated"
	"slotcast/internal/app/apptest"
)

// closed are the fields that are there and not for visitors, by type, with the
// way to one of that type. Every other field of these types is for them: one that
// is new has to be decided about, here and in the rules.
func closed() map[string]struct{ way, fields string } {
	return map[string]struct{ way, fields string }{
		"App":       {"viewer { app { %s } }", "createdAt updatedAt"},
		"Meeting":   {"viewer { meeting { %s } }", "bookedBy calendarEvent createByContact externalIds followUp markAsNoShow multipleBookingIdentifier notes reassignment reminders tracking"},
		"Attendee":  {"viewer { meeting { attendees { %s } } }", "createdAt multipleBookingIdentifier noShow routingFormSubmission tracking updatedAt"},
		"Agent":     {"viewer { meeting { agents { %s } } }", "createdAt email externalId role schedule status updatedAt"},
		"EventType": {"viewer { meeting { eventType { %s } } }", "active archivedAt bufferAfterMinutes bufferBeforeMinutes createdAt public reminders updatedAt"},
		"Payment":   {"viewer { meeting { payment { %s } } }", "attendees billingAddress billingName emailId externalPaymentId meetCreatedAt meeting method note"},
	}
}

// TestVisitorsSeeWhatIsOpen asks for every field of what visitors come across, at
// depth and through a fragment.
func TestVisitorsSeeWhatIsOpen(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	each(t, func(t *testing.T, s *server) {
		w := newWorld(t, s)
		for name, c := range closed() {
			shut := strings.Fields(c.fields)
			for _, f := range schema.Types[name].Fields {
				ask := f.Name
				if kind := schema.Types[f.Type.Name()].Kind; kind == ast.Object || kind == ast.Interface {
					ask += " { __typename }"
				}
				for _, query := range []string{
					"{ " + fmt.Sprintf(c.way, ask) + " }",
					"{ " + fmt.Sprintf(c.way, "... F") + " } fragment F on " + name + " { " + ask + " }",
				} {
					err := w.client("attendee").Try(t.Context(), query, nil, nil)
					refused := apptest.HasCode(err, "FORBIDDEN")
					if refused != slices.Contains(shut, f.Name) || err != nil && !refused {
						t.Errorf("%s: %v", query, err)
					}
				}
				shut = slices.DeleteFunc(shut, func(field string) bool { return field == f.Name })
			}
			if len(shut) > 0 {
				t.Errorf("%s has no %v", name, shut)
			}
		}
	})
}
