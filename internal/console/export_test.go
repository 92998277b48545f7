package console

import (
	"io/fs"
	"iter"
	"testing"
)

// Files are the embedded ones, by name.
func Files(t *testing.T) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		err := fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(embedded, name)
			if err == nil && !yield(name, string(text)) {
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
