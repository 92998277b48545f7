package document

import "github.com/vektah/gqlparser/v2/ast"

// stream refuses what is not one stream at the root of a subscription. Validation
// takes two aliases of one field for one; and what is skipped there leaves none,
// which only shows when it is executed.
func (s *survey) stream(root ast.SelectionSet) {
	names, conditional := map[string]bool{}, false
	var gather func(set ast.SelectionSet)
	gather = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch it := selection.(type) {
			case *ast.Field:
				names[it.Alias] = true
				conditional = conditional || mayLack(it.Directives)
			case *ast.InlineFragment:
				conditional = conditional || mayLack(it.Directives)
				gather(it.SelectionSet)
			case *ast.FragmentSpread:
				conditional = conditional || mayLack(it.Directives)
				if f := s.fragments[it.Name]; f != nil {
					gather(f.SelectionSet)
				}
			}
		}
	}
	gather(root)
	switch {
	case len(names) > 1:
		s.refuse(invalid("A subscription must select only one top level field."))
	case conditional:
		s.refuse(invalid("The top level field of a subscription takes no @skip and no @include: subscribe when it is wanted."))
	}
}

func mayLack(directives ast.DirectiveList) bool {
	return directives.ForName("skip") != nil || directives.ForName("include") != nil
}
