package console

import (
	"path"
	"regexp"
	"slices"
)

// imports matches what a module loads before it runs; what it loads later, with
// import(), is loaded when it is needed.
var imports = regexp.MustCompile(`(?m)^(?:import|export) (?:[^;"()]* from )?"(\.{1,2}/[^"]+)";`)

// modules lists what a module loads before it runs, so that browsers fetch it all
// at once instead of step by step.
func (s *site) modules(first string) []string {
	var list []string
	seen := map[string]bool{first: true}
	for todo := []string{first}; len(todo) > 0; todo = todo[1:] {
		f, ok := s.files[todo[0]]
		if !ok {
			continue
		}
		for _, m := range imports.FindAllSubmatch(f.plain, -1) {
			name := path.Join(path.Dir(todo[0]), string(m[1]))
			if !seen[name] {
				seen[name] = true
				todo = append(todo, name)
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}
