package scalar

import (
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalTime writes a Time.
func MarshalTime(t time.Time) graphql.Marshaler { return graphql.MarshalTime(t) }

// UnmarshalTime reads a Time, which is RFC 3339 and nothing else.
func UnmarshalTime(v any) (time.Time, error) {
	text, _ := v.(string)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("a time in RFC 3339 is needed, such as 2027-01-15T10:00:00Z")
	}
	return t, nil
}
