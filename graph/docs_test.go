package graph_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"slotcast/graph/generated"
)

// TestExamplesAreValid: what stands in the documentation can be asked.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for page, least := range map[string]int{"replays.md": 5, "graphql.md": 2, "live.md": 1} {
		text, err := os.ReadFile("../docs/" + page)
		must(t, err)
		examples := regexp.MustCompile("(?s)```graphql\n(.*?)```").FindAllSubmatch(text, -1)
		if len(examples) < least {
			t.Errorf("%s: only %d examples were found", page, len(examples))
		}
		for _, example := range examples {
			if _, err := gqlparser.LoadQueryWithRules(schema, string(example[1]), rules.NewDefaultRules()); err != nil {
				t.Errorf("%s: %v in\n%s", page, err, example[1])
			}
		}
	}
}
