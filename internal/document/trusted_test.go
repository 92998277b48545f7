package document_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slotcast/internal/document"
)

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// trusting writes a file of trusted documents.
func trusting(t *testing.T, entries map[string]string) string {
	t.Helper()
	text, err := json.Marshal(entries)
	must(t, err)
	name := filepath.Join(t.TempDir(), "trusted.json")
	must(t, os.WriteFile(name, text, 0o600))
	return name
}

// A file with a mistake stops the start, and the error names the entry.
func TestTrustedDocumentsAreChecked(t *testing.T) {
	t.Parallel()
	deep := `{ viewer { meeting ` + strings.Repeat(`{ previous `, 20) + `{ id }` + strings.Repeat(` }`, 20) + ` } }`
	folder := t.TempDir()
	plain := func(text string) string {
		name := filepath.Join(folder, hashOf(text))
		must(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	for name, test := range map[string]struct{ file, words string }{
		"no file":             {filepath.Join(folder, "none"), "reading the trusted documents"},
		"no JSON":             {plain("x"), "is not one JSON object"},
		"a list":              {plain("[]"), "is not one JSON object"},
		"null":                {plain("null"), "is not one JSON object"},
		"two values":          {plain("{} {}"), "is not one JSON object"},
		"a key of no hash":    {trusting(t, map[string]string{"me": "{ viewer { kind } }"}), `entry "me" of`},
		"a hash of another":   {trusting(t, map[string]string{hashOf("x"): "{ viewer { kind } }"}), `entry "` + hashOf("x") + `" of`},
		"one does not parse":  {trusting(t, map[string]string{hashOf("{"): "{"}), `entry "` + hashOf("{") + `" of`},
		"one is not valid":    {trusting(t, map[string]string{hashOf("{ nothing }"): "{ nothing }"}), `Cannot query field "nothing"`},
		"one exceeds a limit": {trusting(t, map[string]string{hashOf(deep): deep}), "fields deep"},
	} {
		c := config()
		c.Introspection, c.TrustedFile = false, test.file
		_, err := document.New(c)
		if err == nil || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %q", name, err, test.words)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
