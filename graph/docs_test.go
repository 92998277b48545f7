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
	text, err := os.ReadFile("../docs/replays.md")
	must(t, err)
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	examples := regexp.MustCompile("(?s)```graphql\n(.*?)```").FindAllSubmatch(text, -1)
	if len(examples) < 5 {
		t.Errorf("only %d examples were found", len(examples))
	}
	for _, example := range examples {
		if _, err := gqlparser.LoadQueryWithRules(schema, string(example[1]), rules.NewDefaultRules()); err != nil {
			t.Errorf("%v in\n%s", err, example[1])
		}
	}
}
