package document

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
)

// digest is the SHA-256 of a document's text: its name in the cache, in
// persisted queries and in the file of trusted documents.
type digest [sha256.Size]byte

// identify returns the digest of the text that a request sends, which must be
// the one that it names, if it names one too.
func identify(p *graphql.RawParams) (digest, *gqlerror.Error) {
	name, named, err := persisted(p.Extensions)
	switch {
	case err != nil || named && p.Query == "":
		return name, err
	case len(p.Query) > maxDocument:
		return name, over("the document has %d bytes: at most %d are taken", len(p.Query), maxDocument)
	}
	actual := digest(sha256.Sum256([]byte(p.Query)))
	if named && name != actual {
		return name, badExtension("the document is not the one whose SHA-256 is given", ".sha256Hash")
	}
	return actual, nil
}

// persisted reads the name of a persisted query, if there is one.
func persisted(extensions map[string]any) (name digest, named bool, err *gqlerror.Error) {
	given := extensions["persistedQuery"]
	if given == nil {
		return name, false, nil
	}
	fields, ok := given.(map[string]any)
	if !ok || fmt.Sprint(fields["version"]) != "1" {
		return name, false, badExtension("a persisted query is {version: 1, sha256Hash: …}", "")
	}
	hash, _ := fields["sha256Hash"].(string)
	if name, ok = readDigest(hash); !ok {
		return name, false, badExtension("sha256Hash is the SHA-256 of the document: 64 hexadecimal digits", ".sha256Hash")
	}
	return name, true, nil
}

func readDigest(hash string) (name digest, ok bool) {
	raw, err := hex.DecodeString(hash)
	if err != nil || len(raw) != len(name) {
		return name, false
	}
	return digest(raw), true
}

func badExtension(message, below string) *gqlerror.Error {
	return coded(apperr.BadUserInput, message, "extensions.persistedQuery"+below)
}
