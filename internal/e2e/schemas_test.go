package e2e_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"slotcast/internal/app/apptest"
	"slotcast/internal/wire/wiretest"
)

// loader reads schemas over HTTP, as validators do.
type loader struct{ t *testing.T }

func (l loader) Load(url string) (any, error) {
	_, text := get(l.t, url)
	return jsonschema.UnmarshalJSON(strings.NewReader(text))
}

// TestServedSchemas follows the index to each schema and from there, reference
// by reference, to the others, and judges the example bodies by them.
func TestServedSchemas(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Settings{})
	_, text := get(t, p.URL()+"/schemas/")
	var index struct {
		Schemas []struct {
			URL       string
			EventType *string
			Version   int
		}
	}
	must(t, json.Unmarshal([]byte(text), &index))
	schemas := map[string]*jsonschema.Schema{}
	for _, s := range index.Schemas {
		compiler := jsonschema.NewCompiler()
		compiler.UseLoader(jsonschema.SchemeURLLoader{"http": loader{t}})
		schema, err := compiler.Compile(s.URL)
		must(t, err)
		if s.EventType != nil {
			schemas[*s.EventType] = schema
		}
	}
	var bodies []string
	for _, files := range []string{"*.json", "calendly/*.json", "calcom/*.json"} {
		some, err := filepath.Glob("../wire/testdata/" + files)
		must(t, err)
		bodies = append(bodies, some...)
	}
	for _, path := range bodies {
		text, err := os.ReadFile(path)
		must(t, err)
		body, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		must(t, err)
		eventType, err := wiretest.Word(text)
		must(t, err)
		for of, schema := range schemas {
			if err := schema.Validate(body); (err == nil) != (of == eventType) {
				t.Errorf("%s against the schema of %s: %v", path, of, err)
			}
		}
	}
	if len(schemas) != 15 || len(bodies) < 15 {
		t.Errorf("the index shows schemas of %d event types:\n%s", len(schemas), text)
	}
}
