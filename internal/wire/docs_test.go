package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"slotcast/internal/wire"
)

// TestDocumented: the page on webhooks names every kind of body and its schema,
// and its examples are golden files.
func TestDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range wire.Schemas() {
		for _, name := range []string{s.Name, s.EventType} {
			if !bytes.Contains(page, []byte(strings.TrimPrefix(name, "invitee_no_show"))) {
				t.Errorf("%s is not in it", name)
			}
		}
	}
	golden := map[string]bool{}
	for _, f := range formats() {
		for _, text := range goldenFiles(t, f) {
			golden[compacted(t, text)] = true
		}
	}
	examples := strings.Split(string(page), "```json\n")[1:]
	for _, example := range examples {
		example, _, _ = strings.Cut(example, "```")
		if !golden[compacted(t, []byte(example))] {
			t.Errorf("no golden file is as this example:\n%s", example)
		}
	}
	if len(examples) < len(formats()) {
		t.Errorf("it has only %d examples", len(examples))
	}
}

func compacted(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return b.String()
}
