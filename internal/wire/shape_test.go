package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shape says for each place of the bodies of a format, such as
// "meetData.notes[].by", which kinds of JSON values it may have, and which keys,
// in which order, an object.
type shape struct {
	of    format
	kinds map[string][]string
	keys  map[string][]string
}

func newShape(of format) shape {
	return shape{of: of, kinds: map[string][]string{}, keys: map[string][]string{}}
}

// goldenShape unites the golden files of meetings, or that of forms, and adds what
// may be null in them.
func goldenShape(t *testing.T, of format, forms bool) shape {
	t.Helper()
	s := newShape(of)
	for name, text := range goldenFiles(t, of) {
		if forms != (name == "routing-form") {
			continue
		}
		if err := s.read(text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, place := range of.nullable {
		for _, kind := range []string{"string", "null"} {
			if !slices.Contains(s.kinds[place], kind) && (kind == "null" || !slices.Contains(s.kinds[place], "object")) {
				s.kinds[place] = append(s.kinds[place], kind)
			}
		}
	}
	return s
}

// read notes the shape of a body. Objects with free keys have none, and neither
// have objects that are empty. Of those that have more keys in one body than in
// the other, the more count.
func (s shape) read(text []byte) error {
	if !json.Valid(text) {
		return errors.New("not valid JSON")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	return s.value(d, "")
}

func (s shape) value(d *json.Decoder, place string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	kind := fmt.Sprintf("%T", token)
	switch token {
	case nil:
		kind = "null"
	case json.Delim('{'):
		kind = "object"
		err = s.object(d, place)
	case json.Delim('['):
		kind = "array"
		for d.More() && err == nil {
			err = s.value(d, place+"[]")
		}
		_, _ = d.Token()
	}
	if !slices.Contains(s.kinds[place], kind) && !s.of.free(place) {
		s.kinds[place] = append(s.kinds[place], kind)
	}
	return err
}

func (s shape) object(d *json.Decoder, place string) error {
	var keys []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		keys = append(keys, key.(string))
		if err := s.value(d, strings.TrimPrefix(place+"."+key.(string), ".")); err != nil {
			return err
		}
	}
	if len(keys) > len(s.keys[place]) && !s.of.free(place+".") {
		s.keys[place] = keys
	}
	_, err := d.Token()
	return err
}
