package wire_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/wire"
	"slotcast/internal/wire/wiretest"
)

// TestGoldenFilesAreValid: the schemas themselves are checked too, against the
// schema of schemas, when they are compiled.
func TestGoldenFilesAreValid(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range formats() {
		for name, text := range goldenFiles(t, f) {
			t.Run(f.dir+"/"+name, func(t *testing.T) {
				t.Parallel()
				wiretest.Valid(t, text)
			})
			seen[parse(t, text)[f.word].(string)] = true
		}
	}
	for _, s := range wire.Schemas() {
		if s.EventType != "" && !seen[s.EventType] {
			t.Errorf("no golden file has the event type of %s", s.Name)
		}
	}
}

// TestSchemasAreNamed: the names are those of the files, say what the schemas
// are for, and are what the schemas call themselves.
func TestSchemasAreNamed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("schemas/*")
	if err != nil {
		t.Fatal(err)
	}
	native := map[string]bool{}
	for _, word := range []string{"BOOK", "CANCEL", "RESCHEDULE", "NO_SHOW", "ROUTING_FORM_SUBMITTED"} {
		native[word] = true
	}
	var names []string
	for _, s := range wire.Schemas() {
		names = append(names, filepath.Join("schemas", s.Name))
		text := parse(t, []byte(s.Text))
		if text["$id"] != s.Name || text["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: $id %v, $schema %v", s.Name, text["$id"], text["$schema"])
		}
		word := strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(s.EventType))
		switch _, isNative := native[s.EventType]; {
		case isNative || s.EventType == "":
		case strings.Contains(s.EventType, "."):
			word = "calendly-" + word
		default:
			word = "calcom-" + word
		}
		if s.EventType != "" && s.Name != word+".v1.json" || s.Version != 1 {
			t.Errorf("%s is for %q, version %d", s.Name, s.EventType, s.Version)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(files, names); diff != "" {
		t.Errorf("files (-) and schemas (+):\n%s", diff)
	}
}

func parse(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
