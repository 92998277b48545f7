package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// reader reads the JSON document of a template.
type reader struct {
	*compiler
	dec   *json.Decoder
	depth int
}

// readDocument makes a node of a template's text: nil, bool, json.Number and text
// as they are, []any, *object, and *text for texts with expressions.
func (c *compiler) readDocument() (any, error) {
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(c.text), &whole); err != nil {
		return nil, c.notJSON(err)
	}
	r := &reader{compiler: c, dec: json.NewDecoder(strings.NewReader(c.text))}
	r.dec.UseNumber()
	return r.value()
}

func (c *compiler) notJSON(err error) error {
	at, words := len(c.text), err.Error()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && syntax.Offset > 0 && syntax.Offset <= int64(len(c.text)) {
		at = int(syntax.Offset) - 1
	}
	words = "the template is not JSON: " + words
	if from := max(at-1, 0); strings.Contains(c.text[from:min(at+2, len(c.text))], "{{") {
		words += `; expressions stand in quotes: "{{ … }}"`
	}
	return errorAt(c.text, at, words)
}

// value reads the next value. The text is known to be JSON.
func (r *reader) value() (any, error) {
	at := r.next()
	token, err := r.dec.Token()
	if err != nil {
		return nil, errorAt(r.text, at, "the template is not JSON: "+err.Error())
	}
	switch v := token.(type) {
	case json.Delim:
		if r.depth++; r.depth > maxDepth {
			return nil, errorAt(r.text, at, fmt.Sprintf("the template is nested deeper than %d levels", maxDepth))
		}
		defer func() { r.depth-- }()
		if v == '[' {
			return r.list()
		}
		return r.object()
	case string:
		return r.compileText(v, at)
	case json.Number:
		if err := readable(v); err != nil {
			return nil, errorAt(r.text, at, err.Error())
		}
	}
	return token, nil // null, a bool, a number
}

func (r *reader) list() (any, error) {
	list := []any{}
	for r.dec.More() {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := r.dec.Token()
	return list, err
}

func (r *reader) object() (any, error) {
	o := newObject()
	for r.dec.More() {
		at := r.next()
		token, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		switch _, twice := o.get(key); {
		case twice:
			return nil, errorAt(r.text, at, fmt.Sprintf("the key %s is there twice", shown(key)))
		case strings.Contains(key, opening):
			return nil, errorAt(r.text, at, "keys cannot hold expressions, only values can")
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		o.set(key, v)
	}
	_, err := r.dec.Token()
	return o, err
}

// next is where the next token begins.
func (r *reader) next() int {
	at := int(r.dec.InputOffset())
	rest := []byte(r.text[at:])
	return at + len(rest) - len(bytes.TrimLeft(rest, " \t\r\n,:"))
}
