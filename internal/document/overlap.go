package document

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// overlaps counts the comparisons that validation makes to find fields that
// cannot be merged: every two fields with the same place in the answer, and
// every two fragments that are spread in the same place. The sets are those of
// one place; what they hold is counted by check before, so this ends.
func (s *survey) overlaps(sets []ast.SelectionSet) (pairs int) {
	below := map[string][]ast.SelectionSet{}
	var names []string
	spreads := 0
	var gather func(set ast.SelectionSet, direct bool)
	gather = func(set ast.SelectionSet, direct bool) {
		for _, selection := range set {
			s.visits++
			switch it := selection.(type) {
			case *ast.Field:
				if below[it.Alias] == nil {
					names = append(names, it.Alias)
				}
				below[it.Alias] = append(below[it.Alias], it.SelectionSet)
			case *ast.InlineFragment:
				gather(it.SelectionSet, direct)
			case *ast.FragmentSpread:
				if direct { // those within fragments are compared once by their names
					spreads++
				}
				if f := s.fragments[it.Name]; f != nil {
					gather(f.SelectionSet, false)
				}
			}
		}
	}
	for _, set := range sets {
		gather(set, true)
	}
	pairs = choose2(spreads)
	for _, name := range names {
		same := below[name]
		pairs += choose2(len(same)) + s.overlaps(same)
	}
	return pairs
}

func choose2(n int) int { return n * (n - 1) / 2 }
