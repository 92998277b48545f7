package archtest

import (
	"fmt"
	"go/ast"
	"slices"
)

// EntWrites returns an offence for each call in the given folders that looks
// like a write through ent: changes belong to the services, which own the
// transaction and the event.
//
// It goes by the shape of the call, whatever it is called on, so that a client
// in a variable is seen too: ent's Create, Update and Delete take no argument,
// which a service's method of that name always does; its other verbs have names
// of their own.
func EntWrites(packages []Package, dirs ...string) []string {
	var offences []string
	for _, p := range packages {
		if !slices.Contains(dirs, p.Dir) {
			continue
		}
		for _, file := range p.Files {
			if file.Test() {
				continue
			}
			for node := range ast.Preorder(file.Syntax) {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					continue
				}
				if verb := entVerb(call); verb != "" {
					offences = append(offences, fmt.Sprintf("%s: %s writes through ent: call a service", file.line(call.Pos()), verb))
				}
			}
		}
	}
	return offences
}

// entVerb returns the name of the writing method of ent that is called, or "".
func entVerb(call *ast.CallExpr) string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	switch method.Sel.Name {
	case "Create", "Update", "Delete":
		if len(call.Args) == 0 {
			return method.Sel.Name
		}
	case "CreateBulk", "MapCreateBulk", "UpdateOne", "UpdateOneID", "DeleteOne", "DeleteOneID", "ExecContext":
		return method.Sel.Name
	}
	return ""
}
