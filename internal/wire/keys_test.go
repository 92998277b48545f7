package wire_test

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/wire"
)

// TestSchemasHaveTheBodysKeys compares the schemas with the structs, place by
// place: a field of the one that the other lacks is found without any body
// that has it.
func TestSchemasHaveTheBodysKeys(t *testing.T) {
	t.Parallel()
	files := schemaFiles{}
	for _, s := range wire.Schemas() {
		files[s.Name] = parse(t, []byte(s.Text))
	}
	for _, s := range wire.Schemas() {
		if s.EventType != "" {
			files.compare(t, s.EventType, wire.BodyType(s.EventType), subschema{s.Name, files[s.Name]})
		}
	}
}

type schemaFiles map[string]map[string]any

// subschema is a part of a file, to which its references are relative.
type subschema struct {
	file string
	text map[string]any
}

func (f schemaFiles) compare(t *testing.T, place string, of reflect.Type, s subschema) {
	t.Helper()
	if s.text["type"] == "null" { // a key that is kept for others
		return
	}
	switch of.Kind() {
	case reflect.Pointer:
		f.compare(t, place, of.Elem(), s)
	case reflect.Slice:
		for _, list := range f.with(t, "items", s) {
			f.compare(t, place+"[]", of.Elem(), subschema{list.file, list.text["items"].(map[string]any)})
		}
	case reflect.Struct:
		fields := fieldsOf(of)
		if len(fields) == 0 { // always {}
			if len(f.with(t, "additionalProperties", s)) > 0 || len(f.with(t, "maxProperties", s)) != 1 {
				t.Errorf("%s: the schema takes more than {}", place)
			}
			return
		}
		objects := f.with(t, "additionalProperties", s)
		if len(objects) != 1 || objects[0].text["additionalProperties"] != false {
			t.Fatalf("%s: %d closed objects, want 1", place, len(objects))
		}
		f.compareObject(t, place, fields, objects[0])
	default: // values, and maps, whose keys are no fields
	}
}

// key is how a field is encoded.
type key struct {
	of        reflect.Type
	omitEmpty bool
}

func fieldsOf(of reflect.Type) map[string]key {
	fields := map[string]key{}
	for _, field := range reflect.VisibleFields(of) {
		if !field.Anonymous {
			name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			fields[name] = key{field.Type, option == "omitempty"}
		}
	}
	return fields
}

func (f schemaFiles) compareObject(t *testing.T, place string, fields map[string]key, object subschema) {
	t.Helper()
	want := slices.Sorted(maps.Keys(fields))
	properties := object.text["properties"].(map[string]any)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(properties))); diff != "" {
		t.Errorf("%s: fields (-) and properties (+):\n%s", place, diff)
	}
	var required []string
	for _, key := range object.text["required"].([]any) {
		required = append(required, key.(string))
	}
	slices.Sort(required)
	want = slices.DeleteFunc(want, func(name string) bool { return fields[name].omitEmpty })
	if diff := cmp.Diff(want, required); diff != "" {
		t.Errorf("%s: fields (-) and required properties (+):\n%s", place, diff)
	}
	for name, field := range fields {
		if property, ok := properties[name].(map[string]any); ok {
			f.compare(t, place+"."+name, field.of, subschema{object.file, property})
		}
	}
}

// with returns the schemas that have a keyword, among the one given, what it
// refers to and its alternatives.
func (f schemaFiles) with(t *testing.T, keyword string, s subschema) []subschema {
	t.Helper()
	var found []subschema
	if _, ok := s.text[keyword]; ok {
		found = append(found, s)
	}
	if ref, ok := s.text["$ref"].(string); ok {
		found = append(found, f.with(t, keyword, f.follow(t, s.file, ref))...)
	}
	for _, word := range []string{"oneOf", "anyOf"} {
		alternatives, _ := s.text[word].([]any)
		for _, a := range alternatives {
			found = append(found, f.with(t, keyword, subschema{s.file, a.(map[string]any)})...)
		}
	}
	return found
}

func (f schemaFiles) follow(t *testing.T, from, ref string) subschema {
	t.Helper()
	file, pointer, _ := strings.Cut(ref, "#")
	if file == "" {
		file = from
	}
	text, ok := f[path.Base(file)]
	for _, key := range strings.FieldsFunc(pointer, func(r rune) bool { return r == '/' }) {
		text, ok = text[key].(map[string]any)
	}
	if !ok {
		t.Fatalf("%s refers to %s, which is not there", from, ref)
	}
	return subschema{file, text}
}
