// Package wiretest checks bodies against the JSON Schemas that the server
// publishes, wherever a test receives one.
package wiretest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"slotcast/internal/wire"
)

// TB is the part of testing.TB that Valid needs; a property test's T has it too.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Valid fails the test unless a body, of whatever format, is valid against the
// schema of its event type. It may be called from any goroutine while the test runs.
func Valid(t TB, body []byte) {
	t.Helper()
	if err := Check(body); err != nil {
		t.Errorf("%v\nin %s", err, body)
	}
}

// Check is Valid outside of tests: it says in what a body is not valid.
func Check(body []byte) error {
	all, err := schemas()
	if err != nil {
		return err
	}
	word, err := Word(body)
	if err != nil {
		return err
	}
	schema, ok := all[word]
	if !ok {
		return fmt.Errorf("there is no schema for the event type %q", word)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body)) // keeps numbers exact
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// Word is the event type that a body names, in the way of its format.
func Word(body []byte) (string, error) {
	var head struct {
		Native   string `json:"eventType"`
		Calendly string `json:"event"`
		Calcom   string `json:"triggerEvent"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return "", fmt.Errorf("no body of a webhook: %w", err)
	}
	return cmp.Or(head.Native, head.Calendly, head.Calcom), nil
}

// schemas are compiled once, by eventType: of several versions the last.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	const at = "https://slotcast.invalid/schemas/" // nothing is fetched from there
	compiler := jsonschema.NewCompiler()
	for _, s := range wire.Schemas() {
		text, err := jsonschema.UnmarshalJSON(strings.NewReader(s.Text))
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", s.Name, err)
		}
		if err := compiler.AddResource(at+s.Name, text); err != nil {
			return nil, fmt.Errorf("adding %s: %w", s.Name, err)
		}
	}
	latest := map[string]wire.Schema{}
	for _, s := range wire.Schemas() {
		if s.EventType != "" && s.Version > latest[s.EventType].Version {
			latest[s.EventType] = s
		}
	}
	out := map[string]*jsonschema.Schema{}
	for eventType, s := range latest {
		schema, err := compiler.Compile(at + s.Name)
		if err != nil {
			return nil, fmt.Errorf("compiling %s: %w", s.Name, err)
		}
		out[eventType] = schema
	}
	return out, nil
})
