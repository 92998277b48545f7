package template_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/template"
)

var update = flag.Bool("update", false, "write the golden files")

func examples() []string { return []string{"slack", "discord", "plain", "flat"} }

// TestGolden: the examples of the docs, over the golden bodies of the house format.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range examples() {
		made := compile(t, read(t, "testdata", name+".json"))
		for _, of := range []string{"book", "cancel"} {
			t.Run(name+" of "+of, func(t *testing.T) {
				t.Parallel()
				out, err := made.Execute([]byte(read(t, "..", "wire", "testdata", of+".json")))
				if err != nil {
					t.Fatal(err)
				}
				var pretty bytes.Buffer
				if err := json.Indent(&pretty, append(out, '\n'), "", "  "); err != nil {
					t.Fatal(err)
				}
				golden := filepath.Join("testdata", name+"-"+of+".golden.json")
				if *update {
					if err := os.WriteFile(golden, pretty.Bytes(), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(read(t, golden), pretty.String()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestDocumented: the page on templates has the examples, and names every function
// and limit.
func TestDocumented(t *testing.T) {
	t.Parallel()
	page := read(t, "..", "..", "docs", "templates.md")
	for _, name := range examples() {
		if !strings.Contains(page, read(t, "testdata", name+".json")) {
			t.Errorf("the example %s is not in it, or another one", name)
		}
	}
	_, err := template.Compile(`"{{ nothing() }}"`)
	if err == nil {
		t.Fatal("there is a function nothing")
	}
	_, list, _ := strings.Cut(err.Error(), "there are ")
	names := strings.Split(list, ", ")
	for _, name := range names {
		if !strings.Contains(page, "`"+name+"(") {
			t.Errorf("the function %s is not in it", name)
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d functions are known: %s", len(names), list)
	}
	for _, limit := range []string{"20,000 bytes", "256 KiB", "50 levels", "3,000 parts", "200,000 steps"} {
		if !strings.Contains(page, limit) {
			t.Errorf("the limit %s is not in it", limit)
		}
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
