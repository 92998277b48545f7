package archtest

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path that our own imports begin with.
const module = "slotcast"

// Table says for each package which packages of ours it may import. Names are
// folders from the root, without "internal/"; "ent/..." stands for ent and all
// below it, "..." for everything.
//
// Test files and helper packages for tests (named …test) import what they like.
type Table map[string][]string

// Guarded are the packages that a pattern with dots does not cover: a row has to
// name them.
type Guarded []string

// Outside limits who may import something that is not ours.
type Outside struct {
	Path  string   // the import and all below it
	Only  []string // the packages that may, by the names of Table; if empty, all but Never
	Never []string // the packages that may not
	Why   string
}

// Imports returns an offence for each import that the table does not allow, and
// for each package without a row.
func Imports(packages []Package, table Table, guarded Guarded) []string {
	var offences []string
	for _, p := range packages {
		name := short(p.Dir)
		if strings.HasSuffix(name, "test") || name == "ent" { // of ent, only a comment is written by hand
			continue
		}
		allowed, ok := table[name]
		if !ok && slices.ContainsFunc(p.Files, func(f File) bool { return !f.Test() }) {
			offences = append(offences, fmt.Sprintf("%s: unknown package: add a row for it to the table in internal/archtest/law_test.go", p.Dir))
			continue
		}
		eachImport(p, func(where, imported string) {
			ours, ok := strings.CutPrefix(imported, module+"/")
			if ok && !allows(allowed, short(ours), guarded) {
				offences = append(offences, fmt.Sprintf("%s: %s may not import %s", where, name, short(ours)))
			}
		})
	}
	return offences
}

// Outsiders returns an offence for each import that one of the rules forbids.
func Outsiders(packages []Package, rules []Outside) []string {
	var offences []string
	for _, p := range packages {
		name := short(p.Dir)
		if strings.HasSuffix(name, "test") {
			continue
		}
		eachImport(p, func(where, imported string) {
			for _, rule := range rules {
				if imported != rule.Path && !strings.HasPrefix(imported, rule.Path+"/") {
					continue
				}
				if slices.Contains(rule.Never, name) || len(rule.Only) > 0 && !slices.Contains(rule.Only, name) {
					offences = append(offences, fmt.Sprintf("%s: %s may not import %s: %s", where, name, imported, rule.Why))
				}
			}
		})
	}
	return offences
}

// eachImport calls visit for the imports of the files that are no tests.
func eachImport(p Package, visit func(where, imported string)) {
	for _, file := range p.Files {
		if file.Test() {
			continue
		}
		for _, spec := range file.Syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err == nil { // the parser has accepted it
				visit(file.line(spec.Pos()), imported)
			}
		}
	}
}

// short is a package's name in the table.
func short(dir string) string {
	return strings.TrimPrefix(path.Clean(dir), "internal/")
}

func allows(allowed []string, name string, guarded Guarded) bool {
	if slices.Contains(allowed, name) {
		return true
	}
	return slices.ContainsFunc(allowed, func(pattern string) bool {
		if pattern == "..." {
			return true
		}
		tree, ok := strings.CutSuffix(pattern, "/...")
		return ok && !slices.Contains(guarded, name) && (name == tree || strings.HasPrefix(name, tree+"/"))
	})
}
