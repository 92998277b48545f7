// Package scalar holds the GraphQL scalars that are read otherwise than the
// generator would have it.
package scalar

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalString writes a String.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads a String from a text and from nothing else, as section
// 3.5.3 of the GraphQL specification has it: a number is a mistake.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%v is not a text", v)
	}
	return s, nil
}
