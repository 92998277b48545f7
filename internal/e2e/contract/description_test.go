package contract_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is /openapi.json as a client's validator reads it: JSON Schema of
// 2020-12, formats asserted.
type description struct {
	document any
	schemas  *jsonschema.Compiler
	paths    *http.ServeMux
	known    map[string]bool

	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
}

func describe(o *office) *description {
	o.t.Helper()
	a := o.get(nil, "/openapi.json").want(http.StatusOK)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(a.raw))
	o.must(err)
	d := &description{
		document: document, schemas: jsonschema.NewCompiler(), paths: http.NewServeMux(),
		known: map[string]bool{}, compiled: map[string]*jsonschema.Schema{},
	}
	d.schemas.DefaultDraft(jsonschema.Draft2020)
	d.schemas.AssertFormat()
	o.must(d.schemas.AddResource("openapi.json", document))
	if version := a.text("openapi"); !strings.HasPrefix(version, "3.1.") {
		o.t.Errorf("the description is of OpenAPI %s", version)
	}
	paths, _ := a.at("paths").(object)
	for path, item := range paths {
		for method := range item.(object) {
			pattern := strings.ToUpper(method) + " " + path
			d.paths.Handle(pattern, http.NotFoundHandler())
			d.known[pattern] = true
		}
	}
	return d
}

// check holds an answer against what is described for a path. Where nothing is
// described the answer must say so.
func (d *description) check(method, path string, a *answer) error {
	u, err := url.Parse(path)
	if err != nil {
		return err
	}
	_, pattern := d.paths.Handler(&http.Request{Method: method, URL: u})
	if !d.known[pattern] {
		if a.status != http.StatusNotFound && u.Path != "/openapi.json" {
			return errors.New("the operation is not described")
		}
		return nil
	}
	method, path, _ = strings.Cut(pattern, " ")
	pointer := fmt.Sprintf("/paths/%s/%s/responses/%d", strings.ReplaceAll(path, "/", "~1"), strings.ToLower(method), a.status)
	response, pointer := d.follow(pointer)
	if response == nil {
		return fmt.Errorf("the status is not described")
	}
	if response["content"] == nil {
		if a.raw != "" {
			return errors.New("no body is described")
		}
		return nil
	}
	if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return fmt.Errorf("the content type is %q", kind)
	}
	pointer += "/content/application~1json/schema"
	d.mu.Lock()
	defer d.mu.Unlock()
	schema := d.compiled[pointer]
	if schema == nil {
		var err error
		if schema, err = d.schemas.Compile("openapi.json#" + pointer); err != nil {
			return err
		}
		d.compiled[pointer] = schema
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(a.raw)))
	if err != nil {
		return err
	}
	return schema.Validate(body)
}

// follow is the object at a pointer, or at the one that it refers to.
func (d *description) follow(pointer string) (object, string) {
	v := d.document
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		step = strings.ReplaceAll(step, "~1", "/")
		switch holder := v.(type) {
		case object:
			v = holder[step]
		case []any:
			i, _ := strconv.Atoi(step)
			v = holder[i]
		}
	}
	found, _ := v.(object)
	if ref, ok := found["$ref"].(string); ok {
		return d.follow(strings.TrimPrefix(ref, "#"))
	}
	return found, pointer
}
