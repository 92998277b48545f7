package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
)

// trusted writes a file of trusted documents under the given keys.
func trusted(t *testing.T, entries map[string]string) string {
	t.Helper()
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "trusted.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	const me = `{ viewer { kind } }`
	sum := sha256.Sum256([]byte(me))
	s := embedded(t)
	s["SLOTCAST_TRUSTED_DOCUMENTS"] = trusted(t, map[string]string{hex.EncodeToString(sum[:]): me})
	c := apptest.Start(t, s).Client(s["SLOTCAST_OWNER_TOKEN"])
	c.Do(t, me, nil, nil)
	if err := c.Try(t.Context(), `{ viewer { role } }`, nil, nil); !apptest.HasCode(err, "FORBIDDEN") {
		t.Errorf("another document: %v, want FORBIDDEN", err)
	}
}

func TestBadTrustedDocumentsStopTheStart(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	s["SLOTCAST_TRUSTED_DOCUMENTS"] = trusted(t, map[string]string{"me": `{ viewer { kind } }`})
	if r := apptest.Run(t, s); r.Code == 0 || !strings.Contains(r.Stderr, `entry "me"`) {
		t.Errorf("it ends with %d and says %q, want the entry", r.Code, r.Stderr)
	}
}

// In production the schema is no client's business.
func TestIntrospectionByDefault(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		const schema = `{ __schema { queryType { name } } }`
		err := apptest.Start(t, s).Client(s["SLOTCAST_OWNER_TOKEN"]).Try(t.Context(), schema, nil, nil)
		if production := s["SLOTCAST_DATABASE_URL"] != ""; apptest.HasCode(err, "FORBIDDEN") != production || !production && err != nil {
			t.Errorf("%s: %v", schema, err)
		}
	})
}
