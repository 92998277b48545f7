package document_test

import (
	"strings"
	"testing"

	"slotcast/internal/document"
)

// A list that nobody has thought of keeps the server from starting, and so does
// a length that is of nothing.
func TestEveryListHasALength(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(c *document.Config)
		words  string
	}{
		"none":                  {func(*document.Config) {}, ""},
		"two lists without one": {func(c *document.Config) { delete(c.Lengths, "Meeting.attendees"); delete(c.Lengths, "Meeting.agents") }, "how long these lists are: [Meeting.agents Meeting.attendees]"},
		"none at all":           {func(c *document.Config) { c.Lengths = nil }, "EventType.agents"},
		"of no type":            {func(c *document.Config) { c.Lengths["Meting.agents"] = document.Length{Rows: 1} }, "of no list, object or leaf that is looked up, or have no rows or bounds: [Meting.agents]"},
		"of no field":           {func(c *document.Config) { c.Lengths["Meeting.agent"] = document.Length{Rows: 1} }, "[Meeting.agent]"},
		"of a leaf":             {func(c *document.Config) { c.Lengths["Meeting.start"] = document.Length{Rows: 1} }, "[Meeting.start]"},
		"of a leaf's rows":      {func(c *document.Config) { c.Lengths["Meeting.start"] = document.Length{Rows: 2, Lookup: true} }, "[Meeting.start]"},
		"of a leaf by the day": {func(c *document.Config) {
			c.Lengths["Meeting.start"] = document.Length{Rows: 1, PerDay: [2]string{"a", "b"}, Most: 1, Lookup: true}
		}, "[Meeting.start]"},
		"of a leaf that is looked up": {func(c *document.Config) { c.Lengths["Meeting.start"] = document.Length{Rows: 1, Lookup: true} }, ""},
		"of a page":                   {func(c *document.Config) { c.Lengths["Query.meetings"] = document.Length{Rows: 1} }, "[Query.meetings]"},
		"without rows":                {func(c *document.Config) { c.Lengths["Meeting.agents"] = document.Length{} }, "[Meeting.agents]"},
		"without a bound":             {func(c *document.Config) { c.Lengths["Query.nodes"] = document.Length{Rows: 1, PerElement: "ids"} }, "[Query.nodes]"},
		"pages of no edges":           {func(c *document.Config) { c.DefaultPage = 0 }, "pages of 0 edges"},
	} {
		c := config()
		test.change(&c)
		_, err := document.New(c)
		if (err != nil) != (test.words != "") || err != nil && !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %q", name, err, test.words)
		}
	}
}
