package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

// trust reads the only documents that are to be served: a JSON object of the
// SHA-256 of each document to its text.
func (d *Documents) trust(file string) error {
	text, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return fmt.Errorf("reading the trusted documents: %w", err)
	}
	var entries map[string]string
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&entries); err != nil || entries == nil || decoder.More() {
		return fmt.Errorf("trusted documents: %s is not one JSON object of SHA-256 to document", file)
	}
	d.trusted = make(map[digest]*document, len(entries))
	for _, hash := range slices.Sorted(maps.Keys(entries)) {
		if err := d.trustOne(hash, entries[hash]); err != nil {
			return fmt.Errorf("trusted documents: entry %q of %s: %w", hash, file, err)
		}
	}
	return nil
}

func (d *Documents) trustOne(hash, text string) error {
	name, ok := readDigest(hash)
	actual := sha256.Sum256([]byte(text))
	switch {
	case !ok:
		return fmt.Errorf("the key is not a SHA-256, which has 64 hexadecimal digits")
	case name != digest(actual):
		return fmt.Errorf("the key is not the SHA-256 of the document, which is %s", hex.EncodeToString(actual[:]))
	case len(text) > maxDocument:
		return fmt.Errorf("the document has %d bytes: at most %d are taken", len(text), maxDocument)
	}
	found, errs := d.read(text)
	if len(errs) > 0 {
		return errs[0]
	}
	d.trusted[name] = found
	return nil
}
