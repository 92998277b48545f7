package rest

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/oasdiff/yaml"

	"slotcast/internal/wire"
)

// described are the parts of the description, one for each topic.
//
//go:embed openapi/*.yaml
var described embed.FS

// spec is the description of the API.
type spec struct {
	text   []byte // as it is served
	routes []*route
}

// route is where an operation is.
type route struct {
	*routers.Route
	id string // the operationId
}

// load puts the parts of the description together. The document names the server
// by its public URL.
func load(l wire.Links) (*spec, error) {
	whole, err := merged()
	if err != nil {
		return nil, fmt.Errorf("reading the description of the REST API: %w", err)
	}
	whole["servers"] = []any{map[string]any{"url": l.Base}}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, fmt.Errorf("encoding the description of the REST API: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("loading the description of the REST API: %w", err)
	}
	s := &spec{text: text}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for method, op := range item.Operations() {
			s.routes = append(s.routes, &route{
				&routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}, op.OperationID,
			})
		}
	}
	return s, nil
}

// merged is one document of all parts: each adds to the paths and components of
// the others, and none says what another has said.
func merged() (map[string]any, error) {
	files, err := fs.Glob(described, "openapi/*.yaml")
	if err != nil {
		return nil, err
	}
	whole := map[string]any{}
	for _, name := range files {
		text, err := described.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var part map[string]any
		if err := yaml.Unmarshal(text, &part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := merge(whole, part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return whole, nil
}

func merge(into, from map[string]any) error {
	for key, v := range from {
		inner, isMap := v.(map[string]any)
		before, there := into[key].(map[string]any)
		switch {
		case into[key] == nil:
			into[key] = v
		case !isMap || !there:
			return fmt.Errorf("%q is said twice", key)
		default:
			if err := merge(before, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// serve answers with the description.
func (s *spec) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, _ = w.Write(s.text)
}

// pathParameters are the values in a request's path, by their names.
func (r *route) pathParameters(request *http.Request) map[string]string {
	values := map[string]string{}
	for step := range strings.SplitSeq(r.Path, "/") {
		if name, ok := strings.CutPrefix(step, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			values[name] = request.PathValue(name)
		}
	}
	return values
}
