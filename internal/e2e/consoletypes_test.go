package e2e_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestConsoleTypes: the console's modules keep the types that their comments give.
func TestConsoleTypes(t *testing.T) {
	t.Parallel()
	nodeCommand(t) // or it is skipped
	web, err := filepath.Abs("../console/web")
	must(t, err)
	modules, err := javaScript(web)
	must(t, err)
	if len(modules) == 0 {
		t.Fatalf("%s has no modules", web)
	}
	checked, said := typecheck(t, "console/tsconfig.json")
	if said != "" {
		t.Errorf("tsc says:\n%s", said)
	}
	for _, module := range modules {
		if !slices.Contains(checked, module) {
			t.Errorf("%s was not checked", module)
		}
	}
}

// TestConsoleTypesFaults: what breaks a type is found, and so is what has none.
func TestConsoleTypesFaults(t *testing.T) {
	t.Parallel()
	nodeCommand(t) // or it is skipped
	dir := t.TempDir()
	settings, err := filepath.Abs(clients + "/console/tsconfig.json")
	must(t, err)
	for name, text := range map[string]string{
		"tsconfig.json": `{"extends": "` + settings + `", "include": ["*.js"]}`,
		"good.js":       "/** @param {string} text */\nexport function shout(text) { return text.toUpperCase(); }\n",
		"wrong.js":      "import { shout } from './good.js';\nshout(1);\n",
		"untyped.js":    "export function twice(n) { return n * 2; }\n",
		"null.js":       "document.querySelector('h1').textContent = '';\n",
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	checked, said := typecheck(t, filepath.Join(dir, "tsconfig.json"))
	if len(checked) != 4 {
		t.Errorf("checked: %v", checked)
	}
	for _, want := range []string{"wrong.js(2,7): error TS2345", "untyped.js(1,23): error TS7006", "null.js(1,1): error TS2531"} {
		if !strings.Contains(said, want) {
			t.Errorf("tsc does not say %q, but:\n%s", want, said)
		}
	}
	if strings.Contains(said, "good.js") {
		t.Errorf("tsc says:\n%s", said)
	}
}

// typecheck returns which files of ours were checked, and what is wrong.
func typecheck(t *testing.T, project string) (checked []string, said string) {
	t.Helper()
	cmd := nodeCommand(t, "node_modules/typescript/bin/tsc", "--project", project, "--pretty", "false", "--listFiles")
	out, err := cmd.Output()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	var wrong []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasSuffix(line, ".js") && filepath.IsAbs(line):
			checked = append(checked, filepath.FromSlash(line))
		case !strings.HasSuffix(line, ".d.ts") || strings.Contains(line, "error TS"):
			wrong = append(wrong, line)
		}
	}
	if err != nil && len(wrong) == 0 {
		t.Fatalf("tsc: %v", err)
	}
	return checked, strings.Join(wrong, "\n")
}

// javaScript is all modules below a folder.
func javaScript(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".js" {
			files = append(files, path)
		}
		return err
	})
	return files, err
}
