// Package archtest keeps the repository the way its documentation draws it:
// which package may import which, who may write through ent, how long a file
// may grow, and that the README's map equals the tree. The rules that a linter
// has (.golangci.yml) are not repeated here.
//
// Each check takes what it judges and returns one sentence per offence, so that
// it can be tried on small invented trees too. The law itself, the table of
// allowed imports, stands in law_test.go. The package reads source text and
// compiles nothing.
package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Package is a folder of hand-written Go source. Generated files, files that
// only `go run` compiles (go:build ignore) and nested modules are left out; a
// folder with nothing else is no Package.
type Package struct {
	Dir   string // slash-separated from the repository's root, which is "."
	Files []File
}

// File is a parsed Go file.
type File struct {
	Path   string
	Syntax *ast.File

	fset *token.FileSet
}

// Test says whether only `go test` compiles the file.
func (f File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// line names a place in the file for a message.
func (f File) line(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.Path, f.fset.Position(pos).Line)
}

// Load parses the hand-written Go packages below root, sorted by folder.
func Load(root fs.FS) ([]Package, error) {
	byDir := map[string][]File{}
	err := walk(root, func(name string, text []byte) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parsing: %w", err)
		}
		if !ignored(syntax) {
			dir := path.Dir(name)
			byDir[dir] = append(byDir[dir], File{Path: name, Syntax: syntax, fset: fset})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var packages []Package
	for dir, files := range byDir {
		packages = append(packages, Package{Dir: dir, Files: files})
	}
	slices.SortFunc(packages, func(a, b Package) int { return strings.Compare(a.Dir, b.Dir) })
	return packages, nil
}

// ignored says whether no build includes the file.
func ignored(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if comment.Pos() < file.Package && comment.Text == "//go:build ignore" {
				return true
			}
		}
	}
	return false
}

// walk calls visit with every hand-written file below root.
func walk(root fs.FS, visit func(name string, text []byte) error) error {
	return fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("walking the tree: %w", err)
		}
		if entry.IsDir() {
			if name != "." && foreign(root, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return fmt.Errorf("reading source: %w", err)
		}
		if generated(name, text) {
			return nil
		}
		return visit(name, text)
	})
}

// foreign says whether a folder holds nothing of ours: hidden, fetched or
// built files, data for tests, another module.
func foreign(root fs.FS, dir string) bool {
	base := path.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	if slices.Contains([]string{"node_modules", "testdata", "vendor"}, base) {
		return true
	}
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	return err == nil
}

// generated says whether a generator wrote the file: by Go's header, or by name
// where a format or a generator has no such header.
func generated(name string, text []byte) bool {
	if path.Ext(name) == ".go" {
		header, err := parser.ParseFile(token.NewFileSet(), name, text, parser.PackageClauseOnly|parser.ParseComments)
		return err == nil && ast.IsGenerated(header)
	}
	return name == "schema/ent.graphql" ||
		strings.HasPrefix(name, "ent/migrate/migrations/") ||
		bytes.IndexByte(text, 0) >= 0 // no text at all
}
