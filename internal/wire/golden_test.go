package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGolden compares the bytes with the golden files: keys, their order,
// values and how they are written. Only the white space of the files is free.
// An event of which there are several messages has a file for each.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, f := range formats() {
		for name, event := range cases() {
			t.Run(f.dir+"/"+name, func(t *testing.T) {
				t.Parallel()
				all := messages(t, f.format, logged(t, event(t)))
				for _, m := range all {
					path := filepath.Join(f.dir, name+".json")
					if len(all) > 1 {
						path = filepath.Join(f.dir, name+"-"+m.Part+".json")
					}
					checkGolden(t, path, m.Body)
				}
			})
		}
	}
}

func checkGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	want := compact(t, path)
	if bytes.Equal(got, want) {
		return
	}
	if *update {
		write(t, path, got)
		return
	}
	t.Errorf("the body is not %s:\n%s", path, cmp.Diff(indent(t, want), indent(t, got)))
}

// TestNoOtherGoldenFiles: each is that of a message of a case.
func TestNoOtherGoldenFiles(t *testing.T) {
	t.Parallel()
	want := 0
	for _, f := range formats() {
		for _, event := range cases() {
			want += len(messages(t, f.format, logged(t, event(t))))
		}
		want -= len(goldenFiles(t, f))
	}
	if want != 0 {
		t.Errorf("there are %d messages more than golden files", want)
	}
}

// goldenFiles returns the golden bodies of a format by their names.
func goldenFiles(t *testing.T, f format) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(f.dir, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("golden files: %v, %v", paths, err)
	}
	out := map[string][]byte{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".json")] = text
	}
	return out
}

func compact(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if *update && os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func indent(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, []byte(indent(t, text)), 0o644); err != nil {
		t.Fatal(err)
	}
}
