package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// LongFiles returns an offence for each hand-written source file of more than
// most lines, in any of our languages. Data and documents have no limit.
func LongFiles(root fs.FS, most int) ([]string, error) {
	sources := []string{".go", ".js", ".mjs", ".ts", ".css", ".html", ".sql", ".graphql"}
	var offences []string
	err := walk(root, func(name string, text []byte) error {
		lines := bytes.Count(text, []byte("\n"))
		if slices.Contains(sources, path.Ext(name)) && lines > most {
			offences = append(offences, fmt.Sprintf("%s: %d lines, %d at most: one noun per file", name, lines, most))
		}
		return nil
	})
	return offences, err
}

// Comments returns an offence for each package that has no package comment, or
// that has several.
func Comments(packages []Package) []string {
	var offences []string
	for _, p := range packages {
		var commented []string
		name := ""
		for _, file := range p.Files {
			if file.Test() {
				continue
			}
			name = file.Syntax.Name.Name
			if opens(file.Syntax) {
				commented = append(commented, path.Base(file.Path))
			}
		}
		switch {
		case name == "" || len(commented) == 1:
		case len(commented) == 0:
			offences = append(offences, fmt.Sprintf("%s: no comment that begins with %q", p.Dir, opening(name)))
		default:
			offences = append(offences, fmt.Sprintf("%s: several package comments: %s", p.Dir, strings.Join(commented, ", ")))
		}
	}
	return offences
}

// opens says whether the package comment stands in the file.
func opens(file *ast.File) bool {
	return strings.HasPrefix(file.Doc.Text(), opening(file.Name.Name))
}

// opening is how a package comment begins, by godoc's custom.
func opening(name string) string {
	if name == "main" {
		return "Command "
	}
	return "Package " + name + " "
}
