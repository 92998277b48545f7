package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Values are nil, bool, int64, float64, json.Number for numbers of a body that are
// no int64, string, []any and *object. They are shared and never changed.

// object is an object whose keys keep their order.
type object struct {
	keys   []string
	values map[string]any
}

func newObject() *object { return &object{values: map[string]any{}} }

func (o *object) get(key string) (any, bool) {
	v, ok := o.values[key]
	return v, ok
}

// set sets a key; one that is there keeps its place.
func (o *object) set(key string, v any) {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = v
}

// decode reads a body.
func decode(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, err := decodeNext(dec)
	if err == nil && dec.More() {
		err = fmt.Errorf("it goes on behind its end")
	}
	return v, err
}

func decodeNext(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil && v != "-0" {
			return i, nil
		}
	case json.Delim:
		if v == '{' {
			return decodeObject(dec)
		}
		list := []any{}
		for dec.More() {
			inner, err := decodeNext(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, inner)
		}
		_, err := dec.Token()
		return list, err
	}
	return token, nil
}

func decodeObject(dec *json.Decoder) (any, error) {
	o := newObject()
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := decodeNext(dec)
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		o.set(name, v)
	}
	_, err := dec.Token()
	return o, err
}

// kind names what a value is, for an error's words.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case string:
		return "a text"
	case []any:
		return "a list"
	case *object:
		return "an object"
	}
	return "a number"
}

// number returns a number as a float, and as an int where it is one.
func number(v any) (f float64, i int64, whole, ok bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), n, true, true
	case float64:
		return n, 0, false, true
	case json.Number:
		f, err := n.Float64()
		return f, 0, false, err == nil
	}
	return 0, 0, false, false
}

// readable refuses a number that JSON can write and its readers cannot take, as they
// read numbers as floats of 64 bits.
func readable(n json.Number) error {
	if _, err := n.Float64(); err != nil {
		return fmt.Errorf("the number %s is too great for those who read JSON", shown(n.String()))
	}
	return nil
}

// writer writes values as JSON, up to MaxOutput.
type writer struct {
	buf   bytes.Buffer
	texts *json.Encoder
}

func newWriter() *writer {
	w := &writer{}
	w.texts = json.NewEncoder(&w.buf)
	w.texts.SetEscapeHTML(false) // a body is never part of an HTML page
	return w
}

func (w *writer) bytes() []byte { return w.buf.Bytes() }

func (w *writer) full() error {
	if w.buf.Len() > MaxOutput {
		return fmt.Errorf("is longer than %d bytes", MaxOutput)
	}
	return nil
}

// text writes a value as it stands in a text.
func (w *writer) text(v any) error {
	switch s := v.(type) {
	case nil:
		return nil
	case string:
		if len(s) <= MaxOutput {
			w.buf.WriteString(strings.ToValidUTF8(s, "\uFFFD"))
			return w.full()
		}
		return fmt.Errorf("is longer than %d bytes", MaxOutput)
	}
	return w.value(v)
}

func (w *writer) value(v any) error {
	switch v := v.(type) {
	case string:
		if len(v) > MaxOutput {
			return fmt.Errorf("is longer than %d bytes", MaxOutput)
		}
		if err := w.encode(v); err != nil {
			return err
		}
	case []any:
		w.buf.WriteByte('[')
		for i, inner := range v {
			if i > 0 {
				w.buf.WriteByte(',')
			}
			if err := w.value(inner); err != nil {
				return err
			}
		}
		w.buf.WriteByte(']')
	case *object:
		w.buf.WriteByte('{')
		for i, key := range v.keys {
			if i > 0 {
				w.buf.WriteByte(',')
			}
			if err := w.value(key); err != nil {
				return err
			}
			w.buf.WriteByte(':')
			if err := w.value(v.values[key]); err != nil {
				return err
			}
		}
		w.buf.WriteByte('}')
	case json.Number: // of the body
		if err := readable(v); err != nil {
			return fmt.Errorf("holds a number that nobody can read: %w", err)
		}
		if err := w.encode(v); err != nil {
			return err
		}
	default:
		if err := w.encode(v); err != nil {
			return err
		}
	}
	return w.full()
}

func (w *writer) encode(v any) error {
	if err := w.texts.Encode(v); err != nil {
		return fmt.Errorf("cannot be written: %w", err)
	}
	w.buf.Truncate(w.buf.Len() - 1) // the line's end
	return nil
}
