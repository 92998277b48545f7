package scalar

import (
	"errors"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalMap writes a Map.
func MarshalMap(m map[string]any) graphql.Marshaler { return graphql.MarshalMap(m) }

// UnmarshalMap reads a Map.
func UnmarshalMap(v any) (map[string]any, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("a JSON object is needed")
	}
	return m, nil
}
