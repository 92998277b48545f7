package rest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
)

// repeated is a name that is there twice in an object of valid JSON, also in
// upper and lower case: readers differ in which one counts, so that what was
// checked may not be what is used.
func repeated(text []byte) (name string, ok bool) {
	type object struct {
		seen  map[string]bool // nil: a list
		value bool            // what comes next is the value of a name
	}
	var open []*object
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // any number is fine here
	for {
		token, err := dec.Token()
		if err != nil {
			return "", false
		}
		var in *object
		if len(open) > 0 {
			in = open[len(open)-1]
		}
		word, isText := token.(string)
		switch {
		case token == json.Delim('}') || token == json.Delim(']'):
			open = open[:len(open)-1]
			continue
		case in == nil || in.seen == nil:
		case in.value:
			in.value = false
		case isText:
			folded := fold(word)
			if in.seen[folded] {
				return word, true
			}
			in.seen[folded], in.value = true, true
		}
		switch token {
		case json.Delim('{'):
			open = append(open, &object{seen: map[string]bool{}})
		case json.Delim('['):
			open = append(open, &object{})
		}
	}
}

// fold makes equal what encoding/json takes for the same name.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		for {
			next := unicode.SimpleFold(r)
			if next <= r {
				return next
			}
			r = next
		}
	}, name)
}

// whole is the path to a list, where it leads to one of its entries.
func whole(path []string) []string {
	for len(path) > 0 {
		if _, err := strconv.Atoi(path[len(path)-1]); err != nil {
			break
		}
		path = path[:len(path)-1]
	}
	return path
}
