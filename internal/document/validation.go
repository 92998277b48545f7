package document

import (
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const maxErrors = 20 // of validation: a document with more is no mistake in writing

// validation checks documents against the schema. gqlgen's own goes on to the
// last of any number of mistakes, and with suggestions switched off it still
// makes them for arguments, types and enum values.
type validation struct {
	schema *ast.Schema
	rules  []validator.Rule
}

// newValidation validates without the names that a client may have meant where
// it may not ask for the schema.
func newValidation(schema *ast.Schema, suggest bool) validation {
	set := rules.NewDefaultRules()
	if !suggest {
		for with, without := range map[string]validator.Rule{
			rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		} {
			set.RemoveRule(with)
			set.AddRule(without.Name, without.RuleFunc)
		}
	}
	v := validation{schema: schema}
	for name, rule := range set.GetInner() {
		v.rules = append(v.rules, validator.Rule{Name: name, RuleFunc: rule})
	}
	slices.SortFunc(v.rules, func(a, b validator.Rule) int { return strings.Compare(a.Name, b.Name) })
	return v
}

// enough ends a walk through the document.
type enough struct{}

// errors validates a document, and looks no further than maxErrors.
func (v validation) errors(doc *ast.QueryDocument) (found gqlerror.List) {
	defer func() {
		if cause := recover(); cause != nil && cause != (enough{}) {
			panic(cause)
		}
	}()
	observers := &validator.Events{}
	for _, rule := range v.rules {
		rule.RuleFunc(observers, func(options ...validator.ErrorOption) {
			err := &gqlerror.Error{Rule: rule.Name}
			for _, set := range options {
				set(err)
			}
			errcode.Set(err, errcode.ValidationFailed)
			if found = append(found, short(err)); len(found) == maxErrors {
				panic(enough{})
			}
		})
	}
	validator.Walk(v.schema, doc, observers)
	return found
}
